"""What findings add up to: by clause, process, site and year; repeats, ages, answers in time."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Response

from portal.charts import lengths
from portal.exports import as_file
from portal.i18n import N_, catalogue
from portal.render import page
from portal.session import Visit, Visitor
from portal.words import word
from services.audit.answers.schemas import By, Statistics
from services.audit.schemas import Grade
from services.identity.admin_schemas import FileFormat
from shared.charts import Kind
from shared.tabular import Cell, Sheet

TITLES: Final = {
    By.REQUIREMENT: N_("Par exigence"),
    By.PROCESS: N_("Par processus"),
    By.SITE: N_("Par site"),
    By.YEAR: N_("Par année"),
}
GRADES: Final = (Grade.MAJOR, Grade.MINOR, Grade.OBSERVATION, Grade.IMPROVEMENT, Grade.STRENGTH)
"""From what warns most to what pleases."""
MOST_BARS: Final = 12

router = APIRouter(prefix="/statistics")


@dataclass(frozen=True)
class Counted:
    """A way of counting: its title, its picture, and its rows: a name, and how many of each."""

    by: By
    chart: dict[str, Any]
    rows: list[tuple[str, list[int]]]


@router.get("")
async def statistics(visit: Visitor) -> Response:
    found = await visit.api.get("/audit/statistics", Statistics, place=visit.place)
    names = await _names(visit)
    said = catalogue(visit.language).gettext
    times = found.timeliness
    due = times.in_time + times.late + times.overdue
    context = {
        "found": found,
        "titles": TITLES,
        "grades": GRADES,
        "counted": [_counted(visit, found, by, names) for by in By],
        "ages": _chart_of_ages(found, said, visit.language),
        "labels": [_label(age.up_to, said) for age in found.ages],
        "rate": _rate(found),
        "in_time": times.in_time / due if due else None,
    }
    return await page(visit, "audit/statistics.html", context)


@router.get("/export.{format}")
async def export(visit: Visitor, format: FileFormat) -> Response:
    found = await visit.api.get("/audit/statistics", Statistics, place=visit.place)
    said = catalogue(visit.language).gettext
    titles = (N_("Compté"), N_("Valeur"), N_("Classement"), N_("Nombre"))
    rows = list(_rows(found, await _names(visit), said))
    sheet = Sheet(said(N_("Statistiques")), [said(title) for title in titles], rows)
    return await as_file(visit, "statistics", sheet, format)


def _counted(visit: Visit, found: Statistics, by: By, names: dict[str, str]) -> Counted:
    said = catalogue(visit.language).gettext
    per: dict[str, Counter[Grade]] = {}
    for tally in found.tallies:
        if tally.by is by:
            per.setdefault(names.get(tally.key, tally.key), Counter())[tally.grade] += tally.count
    keys = list(per) if by is By.YEAR else sorted(per, key=lambda key: -per[key].total())
    kinds = [Kind(said(word(grade).text), word(grade).tone) for grade in GRADES]
    counts = [
        (key, said(word(grade).text), per[key][grade])
        for key in keys[:MOST_BARS]
        for grade in GRADES
        if per[key][grade]
    ]
    chart = lengths(counts, kinds, said(N_("Nombre")), visit.language)
    return Counted(by, chart, [(key, [per[key][grade] for grade in GRADES]) for key in keys])


def _chart_of_ages(found: Statistics, said: Any, language: str) -> dict[str, Any]:  # noqa: ANN401
    kind = Kind(said(N_("Ouvertes")), "blue")
    counts = [(_label(age.up_to, said), kind.name, age.count) for age in found.ages]
    return lengths(counts, [kind], said(N_("Nombre")), language)


def _label(up_to: int | None, said: Any) -> str:  # noqa: ANN401
    if up_to is None:
        return str(said(N_("Plus d'un an")))
    return str(said(N_("Jusqu'à %(days)s jours")) % {"days": up_to})


def _rate(found: Statistics) -> float | None:
    """Of all that was found wanting, how much had been found before."""
    total = sum(year.found for year in found.recurrence)
    return sum(year.repeated for year in found.recurrence) / total if total else None


def _rows(found: Statistics, names: dict[str, str], said: Any) -> Iterator[list[Cell]]:  # noqa: ANN401
    for tally in found.tallies:
        key, grade = names.get(tally.key, tally.key), said(word(tally.grade).text)
        yield [said(TITLES[tally.by]), key, grade, tally.count]
    for year in found.recurrence:
        yield [said(N_("Répétés")), str(year.year), None, year.repeated]
        yield [said(N_("Relevés")), str(year.year), None, year.found]
    for age in found.ages:
        yield [
            said(N_("Âge des non-conformités ouvertes")),
            _label(age.up_to, said),
            None,
            age.count,
        ]
    times = found.timeliness
    for title, count in (
        (N_("À temps"), times.in_time),
        (N_("En retard"), times.late),
        (N_("Attendues"), times.waited_for),
        (N_("Attendues, en retard"), times.overdue),
    ):
        yield [said(N_("Réponses")), said(title), None, count]


async def _names(visit: Visit) -> dict[str, str]:
    """Sites by the texts of their ids, as the counting has them."""
    known: dict[UUID, str] = {place.id: place.name for place in await visit.places()}
    return {str(id): name for id, name in known.items()}
