"""A report composed of its content, in a language: chapter by chapter, as its reader goes."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Final, Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date

from services.audit.reporting import wording
from services.audit.reporting.content import GRADES, Checked, Content, Found
from services.audit.reporting.schemas import ReportLanguage
from services.audit.schemas import Grade
from shared.charts import LOCALES, Kind, stacked
from shared.reports import (
    Block,
    Chart,
    Column,
    Document,
    Entry,
    Facts,
    Items,
    Note,
    Section,
    Table,
    Text,
)

PARIS: Final = ZoneInfo("Europe/Paris")
MOST_BARS: Final = 24
"""A chart with more is not read: those with the most findings are shown."""
TONES: Final[dict[Grade, Literal["red", "orange", "grey", "blue", "green"]]] = {
    Grade.MAJOR: "red",
    Grade.MINOR: "orange",
    Grade.OBSERVATION: "grey",
    Grade.IMPROVEMENT: "blue",
    Grade.STRENGTH: "green",
}


def compose(content: Content, language: ReportLanguage, at: datetime) -> Document:
    return Composer(content, language, at).document()


@dataclass(frozen=True)
class Composer:
    content: Content
    language: ReportLanguage
    at: datetime

    def document(self) -> Document:
        content = self.content
        notice = wording.NOTICES[self.language][content.confidentiality]
        return Document(
            language=self.language.value,
            kind=self.said("kind"),
            title=content.audit.title,
            reference=f"{content.reference} · {self.said('edition', edition=content.edition)}",
            author=content.author,
            at=self.at,
            about=self.cover(),
            notice=f"{notice}\n{wording.VERIFIED[self.language]}",
            labels=wording.LABELS[self.language],
            sections=list(self.sections()),
            annex=content.annex(self.at),
        )

    def cover(self) -> list[tuple[str, str]]:
        audit, content = self.content.audit, self.content
        facts = [
            ("site", audit.site),
            ("lead", audit.lead),
            ("days", self.days()),
            ("criteria", "\n".join(audit.criteria)),
            ("prepared", self.day(self.at.astimezone(PARIS).date())),
            ("corrected", content.corrected_for),
        ]
        return self.facts(facts)

    def sections(self) -> Iterator[Section]:
        content = self.content
        yield self.prose("summary", content.summary)
        yield Section(self.said("the_audit"), sections=list(self.the_audit()))
        strengths = [self.entry(found) for found in content.of(Grade.STRENGTH)]
        yield Section(self.said("strengths"), strengths or [self.none()])
        yield Section(self.said("findings"), sections=list(self.findings()))
        yield Section(self.said("improvements"), list(self.improvements()))
        if content.checklist:
            yield Section(self.said("checklist"), sections=list(self.checklist()))
        yield Section(
            self.said("conclusions"),
            sections=[
                self.prose("conformity", content.conformity),
                self.prose("effectiveness", content.effectiveness),
            ],
        )
        yield self.prose("divergences", content.divergences)
        yield self.distribution()

    def the_audit(self) -> Iterator[Section]:
        audit, content = self.content.audit, self.content
        method = wording.METHODS[self.language][audit.method]
        yield self.prose("scope", audit.scope)
        yield Section(self.said("criteria"), [self.items(audit.criteria)])
        yield self.prose("objectives", audit.objectives)
        yield self.prose("method", "\n".join([method[0].upper() + method[1:], audit.method_reason]))
        if audit.processes:
            yield Section(self.said("processes"), [self.items(audit.processes)])
        yield Section(self.said("team"), [Facts(self.team())])
        yield Section(self.said("people_met"), [self.items(content.people_met)])
        yield self.prose("deviations", content.deviations)
        yield self.prose("not_covered", content.not_covered)

    def findings(self) -> Iterator[Section]:
        """An overview of all, then what is to be answered, criterion by criterion."""
        everything = self.content.of(*GRADES)
        if not everything:
            yield Section(self.said("overview"), [self.none()])
            return
        yield Section(self.said("overview"), list(self.overview(everything)))
        told = self.content.of(Grade.MAJOR, Grade.MINOR, Grade.OBSERVATION)
        for standard, found in groupby(told, key=lambda one: one.standard):
            entries = [self.entry(finding) for finding in found]
            yield Section(standard or self.said("no_criterion"), entries)

    def overview(self, found: Sequence[Found]) -> Iterator[Block]:
        counts = Counter(finding.grade for finding in found)
        rows = [(self.grade(grade), str(counts[grade])) for grade in GRADES]
        columns = [Column(self.said("grade"), 3), Column(self.said("count"), 1)]
        yield Table(self.said("by_grade"), columns, rows)
        yield self.chart("by_clause", [(_cited(one), one.grade) for one in found])
        yield self.chart("by_process", [(one.process, one.grade) for one in found])

    def chart(self, name: str, found: Iterable[tuple[str, Grade]]) -> Chart:
        """Bars by what is counted: its words say the same for who does not see them."""
        counted = Counter((thing or self.said("no_criterion"), grade) for thing, grade in found)
        totals: Counter[str] = Counter()
        for (thing, _), count in counted.items():
            totals[thing] += count
        shown = sorted((thing for thing, _ in totals.most_common(MOST_BARS)), key=_counted_up)
        kinds = [Kind(self.grade(grade), TONES[grade]) for grade in GRADES]
        bars = [
            (thing, self.grade(grade), counted[thing, grade])
            for thing in shown
            for grade in GRADES
            if counted[thing, grade]
        ]
        told = ", ".join(f"{thing} {totals[thing]}" for thing in shown)
        title = self.said(name)
        return Chart(title, self.labelled(name, told), stacked(bars, kinds, self.said("count")))

    def improvements(self) -> Iterator[Block]:
        found = self.content.of(Grade.IMPROVEMENT)
        edition = self.content.policy_edition
        if not found:
            yield self.none()
            return
        told = "no_policy" if edition is None else "policy"
        yield Note(self.said(told, edition=edition or 0))
        for finding in found:
            tied = ("commitment", finding.commitment)
            free = ("no_commitment", "" if finding.commitment else finding.reason)
            yield self.entry(finding, tied, free)

    def entry(self, finding: Found, *more: tuple[str, str]) -> Entry:
        observed = "gap" if finding.grade.is_nonconformity else "observed"
        facts = [
            ("requirement", finding.requirement),
            (observed, finding.statement),
            ("evidence", finding.evidence),
            ("process", finding.process),
            ("raised_on", self.day(finding.raised_on)),
            *more,
        ]
        number = f"{self.said('finding')} {finding.number}"
        title = f"{number} · {finding.clause}" if finding.clause else number
        return Entry(title, self.grade(finding.grade), TONES[finding.grade], self.facts(facts))

    def team(self) -> list[tuple[str, str]]:
        roles = wording.ROLES[self.language]
        return [(one.name or self.said("unknown"), roles[one.role]) for one in self.content.team]

    def checklist(self) -> Iterator[Section]:
        """Criterion by criterion, each in the order in which the team put its questions."""
        asked: dict[str, list[Checked]] = {}
        for one in self.content.checklist:
            asked.setdefault(one.standard or self.said("other_questions"), []).append(one)
        shares = [("clause", 2), ("question", 6), ("answer", 3), ("noted", 6)]
        columns = [Column(self.said(name), share) for name, share in shares]
        for title, lines in asked.items():
            caption = self.said("answers", criterion=title)
            yield Section(title, [Table(caption, columns, [self.line(one) for one in lines])])

    def line(self, one: Checked) -> tuple[str, str, str, str]:
        english = self.language is ReportLanguage.ENGLISH and one.question_en
        verdict = wording.VERDICTS[self.language][one.verdict] if one.verdict else ""
        answer = verdict or self.said("dropped" if one.dropped_for else "unanswered")
        noted = [
            one.note,
            self.labelled("sample", one.sample),
            self.labelled("reason", one.reason),
            self.labelled("dropped_for", one.dropped_for),
        ]
        return (
            one.clause or one.requirement,
            one.question_en if english else one.question_fr,
            _lines(answer, one.answered_by),
            _lines(*noted),
        )

    def labelled(self, name: str, text: str) -> str:
        return self.said("labelled", label=self.said(name), text=text) if text else ""

    def distribution(self) -> Section:
        notice = wording.NOTICES[self.language][self.content.confidentiality]
        parts = [
            Section(self.said("readers"), [self.items(self.content.readers)]),
            Section(self.said("confidentiality"), [Text(notice)]),
            Section(self.said("verify"), [Text(wording.VERIFIED[self.language])]),
        ]
        return Section(self.said("distribution"), sections=parts)

    def prose(self, name: str, text: str) -> Section:
        return Section(self.said(name), [Text(text) if text.strip() else self.none()])

    def items(self, some: Sequence[str]) -> Block:
        return Items(list(some)) if some else self.none()

    def none(self) -> Text:
        return Text(self.said("none"))

    def facts(self, named: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        return [(self.said(name), value) for name, value in named if value]

    def grade(self, grade: Grade) -> str:
        return wording.GRADES[self.language][grade]

    def days(self) -> str:
        audit = self.content.audit
        start, end = self.day(audit.planned_for), self.day(audit.until)
        return start if start == end else self.said("from_to", start=start, end=end)

    def day(self, day: date) -> str:
        return format_date(day, "long", locale=LOCALES[self.language])

    def said(self, name: str, **facts: object) -> str:
        return wording.SAID[self.language][name].format(**facts)


def _lines(*some: str) -> str:
    return "\n".join(one for one in some if one)


def _counted_up(thing: str) -> list[tuple[int, str]]:
    """By the numbers in it: 8.4 stands before 10.1."""
    parts = re.findall(r"\d+|\D+", thing)
    return [(int(part), "") if part.isdecimal() else (0, part) for part in parts]


def _cited(finding: Found) -> str:
    return f"{finding.standard} {finding.clause}".strip()
