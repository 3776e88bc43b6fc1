"""What would fill the holes of a programme, computed from what is known today.

Four things ask for audits: the cycles of certificates; processes whose interval, given by risk and
past results, ends within the programme; what no audit covers in the three years that end with it;
and sites of a multi-site certificate that would have none in a year. What a site needs of its own
auditors is put into as few audits as fit, and the months are chosen so that the load is even.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson

from services.audit.programme import certified
from services.audit.programme.certificate_models import Certificate, Window
from services.audit.programme.coverage import Cycle, Known, known, proven
from services.audit.programme.coverage_schemas import By, Line, Proposal
from services.audit.programme.frequencies import frequencies
from services.audit.programme.models import Programme
from services.audit.programme.months import ONE_DAY, add_months, month_of, months_between
from services.audit.programme.schemas import EntryOrigin, FrequencyOut
from services.audit.schemas import AuditType, Party
from shared.work import UnitOfWork

CYCLE_MONTHS: Final = 36
TOGETHER: Final = 4
"""How many processes an audit looks at."""
A_PROCESS: Final = Decimal("0.5")
AT_LEAST: Final = Decimal(1)
"""The days that a process takes, and an audit at least."""
EVERY_SITE: Final = Decimal("0.001")
"""Of two months with the same load, the one in which the site has no audit yet."""


@dataclass
class Need:
    """What a site's own auditors are to look at, and by when."""

    processes: dict[str, date] = field(default_factory=dict)
    certified: set[UUID] = field(default_factory=set)
    references: set[UUID] = field(default_factory=set)
    by_risk: dict[str, FrequencyOut] = field(default_factory=dict)
    holes: int = 0
    yearly: bool = False


@dataclass
class Calendar:
    """The load of each month, as lines are put into it."""

    first: date
    last: date
    load: dict[date, Decimal]
    at_site: Counter[tuple[UUID, date]]

    def place(self, site: UUID, days: Decimal, earliest: date, latest: date) -> date:
        """The month with the least load between two days; the first there is, if they are past."""
        start = max(month_of(earliest), self.first)
        months = months_between(start, max(min(latest, self.last), start))
        month = min(months, key=lambda m: (self.load[m] + EVERY_SITE * self.at_site[site, m], m))
        self.take(site, month, days)
        return month

    def take(self, site: UUID, month: date, days: Decimal) -> None:
        self.load[month] += days
        self.at_site[site, month] += 1


def proposal(uow: UnitOfWork, programme: Programme) -> Proposal:
    last = add_months(programme.ends_on, 1) - ONE_DAY
    cycle = Cycle(add_months(programme.ends_on, 1 - CYCLE_MONTHS), last, programme.site_id)
    found = known(uow, cycle)
    certificates = certified.alive_at(uow, found.sites)
    rhythm = frequencies(uow, found.sites)
    calendar = _calendar(uow, programme, found, last)
    needs = _needs(uow, found, certificates, rhythm, calendar)
    lines = [*_of_windows(uow, certificates, calendar), *_of_needs(needs, calendar)]
    return Proposal(
        programme_id=programme.id,
        version=programme.version,
        basis=basis_of(programme, lines),
        lines=lines,
        unrated=sum(line.score is None for line in rhythm),
    )


def basis_of(programme: Programme, lines: Sequence[Line]) -> str:
    """A fingerprint of what is proposed: it differs as soon as something else would be."""
    said = [programme.version, [line.model_dump(mode="json") for line in lines]]
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _calendar(uow: UnitOfWork, programme: Programme, found: Known, last: date) -> Calendar:
    first = min(max(programme.starts_on, month_of(uow.now.date())), programme.ends_on)
    calendar = Calendar(first, last, defaultdict(Decimal), Counter())
    for one in found.coverers:
        if one.day >= first:
            calendar.take(one.row.site_id, month_of(one.day), one.days)
    return calendar


def _of_windows(
    uow: UnitOfWork, certificates: Sequence[Certificate], calendar: Calendar
) -> Iterator[Line]:
    """What certificates ask for: at the central function, and at the sites that were drawn."""
    windows = certified.windows_without_entry(uow, certificates, calendar.first, calendar.last)
    drawn = certified.drawn_for(uow, certificates)
    of = {certificate.id: certificate for certificate in certificates}
    for window in windows:
        certificate = of[window.certificate_id]
        for number, site in enumerate(certified.sites_of(certificate, window, drawn)):
            yield _of_window(certificate, window, site, calendar, first=number == 0)


def _of_window(
    certificate: Certificate, window: Window, site: UUID, calendar: Calendar, *, first: bool
) -> Line:
    month = calendar.place(site, AT_LEAST, window.opens_on, window.latest_on)
    return Line(
        key=uuid5(window.id, str(site)),
        site_id=site,
        origin=EntryOrigin.CERTIFICATION,
        type=AuditType.SYSTEM,
        party=Party.THIRD,
        reference_ids=[certificate.reference_id],
        processes=[],
        month=month,
        latest_on=window.latest_on,
        days=AT_LEAST,
        window_id=window.id if first else None,
        holes=0,
        facts={"stage": window.stage.value, "body": certificate.body, "number": certificate.number},
    )


def _needs(
    uow: UnitOfWork,
    found: Known,
    certificates: Sequence[Certificate],
    rhythm: Sequence[FrequencyOut],
    calendar: Calendar,
) -> dict[UUID, Need]:
    needs: dict[UUID, Need] = {site: Need() for site in found.sites}
    _note_references(needs, found, certificates)
    looked_at = found.best(By.PROCESS_SITE).keys() | proven(uow, found, By.PROCESS_SITE)
    _note_holes(needs, found, looked_at, calendar.last)
    _note_rhythm(needs, found, rhythm, calendar)
    _note_years(needs, found, certificates, calendar)
    return needs


def _note_references(
    needs: dict[UUID, Need], found: Known, certificates: Sequence[Certificate]
) -> None:
    """A site is audited against what it is certified to; against all there is, if nothing is."""
    everything = {requirement.reference_id for requirement in found.requirements}
    for certificate in certificates:
        for site in set(certificate.site_ids) & needs.keys():
            needs[site].certified.add(certificate.reference_id)
    if not certificates:
        for need in needs.values():
            need.certified |= everything


def _note_holes(
    needs: dict[UUID, Need], found: Known, looked_at: set[tuple[str, str]], last: date
) -> None:
    clauses = found.best(By.CLAUSE_SITE)
    per_reference = Counter(requirement.reference_id for requirement in found.requirements)
    for site, need in needs.items():
        need.references = {ref for ref in need.certified if (str(ref), str(site)) not in clauses}
        need.holes = sum(per_reference[reference] for reference in need.references)
    for process in found.processes:
        for site in needs.keys() & set(process.site_ids):
            if (process.code, str(site)) not in looked_at:
                needs[site].processes[process.code] = last


def _note_rhythm(
    needs: dict[UUID, Need], found: Known, rhythm: Sequence[FrequencyOut], calendar: Calendar
) -> None:
    """What is due within the programme, unless an audit of it is ahead already."""
    ahead = {
        (process, one.row.site_id)
        for one in found.coverers
        if one.is_ahead
        for process in one.row.processes
    }
    for line in rhythm:
        due = line.due_on
        if due is None or due > calendar.last or (line.process, line.site_id) in ahead:
            continue
        need = needs[line.site_id]
        need.processes[line.process] = max(due, calendar.first)
        need.by_risk[line.process] = line


def _note_years(
    needs: dict[UUID, Need],
    found: Known,
    certificates: Sequence[Certificate],
    calendar: Calendar,
) -> None:
    """Each site of a multi-site certificate has an audit in each calendar year."""
    several = {site for c in certificates if len(c.site_ids) > 1 for site in c.site_ids}
    audited = {(one.row.site_id, one.day.year) for one in found.coverers}
    years = range(calendar.first.year, calendar.last.year + 1)
    for site in several & needs.keys():
        needs[site].yearly = any((site, year) not in audited for year in years)


def _of_needs(needs: dict[UUID, Need], calendar: Calendar) -> list[Line]:
    """The most urgent first, so that those choose their month before the others."""
    parts = [(site, need, part) for site, need in needs.items() for part in _parts(need)]
    parts.sort(key=lambda p: (min((p[1].processes[c] for c in p[2]), default=calendar.last), p[0]))
    return [_of_part(site, need, part, calendar) for site, need, part in parts]


def _parts(need: Need) -> list[list[str]]:
    """The processes of a site, as many together as an audit looks at, those due first at first."""
    due = sorted(need.processes, key=lambda code: (need.processes[code], code))
    parts = [due[n : n + TOGETHER] for n in range(0, len(due), TOGETHER)]
    return parts or ([[]] if need.references or need.yearly else [])


def _of_part(site: UUID, need: Need, part: list[str], calendar: Calendar) -> Line:
    references = sorted(need.references or need.certified)
    latest = min((need.processes[code] for code in part), default=calendar.last)
    days = max(AT_LEAST, A_PROCESS * len(part))
    risky = [need.by_risk[code] for code in part if code in need.by_risk]
    return Line(
        key=uuid5(NAMESPACE_URL, f"{site} {part} {references}"),
        site_id=site,
        origin=_origin(need, risky, part),
        type=AuditType.PROCESS if part else AuditType.SYSTEM,
        party=Party.FIRST,
        reference_ids=references,
        processes=part,
        month=calendar.place(site, days, calendar.first, latest),
        latest_on=None,
        days=days,
        window_id=None,
        holes=need.holes + sum(code not in need.by_risk for code in part),
        facts=_arithmetic(risky),
    )


def _origin(need: Need, risky: list[FrequencyOut], part: list[str]) -> EntryOrigin:
    if risky:
        return EntryOrigin.RISK
    return EntryOrigin.COVERAGE if part or need.references else EntryOrigin.YEARLY


def _arithmetic(risky: list[FrequencyOut]) -> dict[str, str | int | None]:
    """Of the riskiest process among them: what its interval comes from."""
    if not risky:
        return {}
    first = max(risky, key=lambda line: (line.score or 0, line.process))
    told = ("process", "criticality", "nonconformities", "changes", "age", "score", "months")
    return {name: getattr(first, name) for name in told}
