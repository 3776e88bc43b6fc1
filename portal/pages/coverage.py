"""What audits cover in a cycle: a matrix with its holes; a cell opens what covers it."""

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from portal.exports import as_file
from portal.formats import today
from portal.forms import day_of
from portal.i18n import ENGLISH, N_, catalogue
from portal.register import Register, register_of
from portal.render import page
from portal.session import Visit, Visitor, address
from portal.words import word
from services.audit.programme.coverage_schemas import Axis, By, Cover, Covering, Matrix
from services.identity.admin_schemas import FileFormat
from shared.tabular import Sheet

CYCLE_YEARS: Final = 3
TITLE: Final = N_("Couverture des audits")
ORDER: Final = list(Cover)

router = APIRouter()


@dataclass(frozen=True)
class Asked:
    """What the address says: what stands against what, the last day of the cycle, a reference."""

    by: str = By.CLAUSE_SITE.value
    until: str = ""
    reference: str = ""

    @property
    def against(self) -> By:
        return By(self.by) if self.by in set(By) else By.CLAUSE_SITE

    @property
    def last(self) -> date:
        return day_of(self.until) or date(today().year, 12, 31)

    @property
    def first(self) -> date:
        """Three years less a day before the last."""
        year = self.last.year - CYCLE_YEARS
        day_after = self.last + timedelta(days=1)
        return day_after.replace(year=year + (day_after.year - self.last.year))


Wanted = Annotated[Asked, Depends()]


@router.get("/coverage")
async def coverage(visit: Visitor, asked: Wanted) -> Response:
    register = await register_of(visit)
    context: dict[str, Any] = {
        "asked": asked,
        "found": await _matrix(visit, asked, register),
        "register": register,
        "reference": _reference(asked, register),
        "bys": list(By),
        "covers": ORDER,
        "cycles": [date(today().year + ahead, 12, 31) for ahead in (-1, 0, 1)],
        "cell": address("/coverage/cell", visit.place, **_query(asked, register)),
    }
    return await page(visit, "programme/coverage.html", context)


@router.get("/coverage/export.{format}")
async def export(visit: Visitor, format: FileFormat, asked: Wanted) -> Response:
    """The matrix as it is on the page: a row for each of its rows, a word in each cell."""
    register = await register_of(visit)
    found = await _matrix(visit, asked, register)
    said = catalogue(visit.language).gettext
    words = [said(word(cover).text) for cover in ORDER]
    names = [_name(visit, axis) for axis in found.columns]
    rows = [
        [_mark(asked, axis), _name(visit, axis), *(words[cell] for cell in cells)]
        for axis, cells in zip(found.rows, found.cells, strict=True)
    ]
    sheet = Sheet(said(TITLE), [said(N_("Repère")), said(N_("Intitulé")), *names], rows)
    return await as_file(visit, "coverage", sheet, format)


@router.get("/coverage/cell")
async def cell(visit: Visitor, asked: Wanted, row: str = "", column: str = "") -> Response:
    register = await register_of(visit)
    found = await _matrix(visit, asked, register)
    query = _service_query(visit, asked, register)
    covering = await visit.api.get(
        "/audit/coverage/cell", list[Covering], **query, row=row, column=column
    )
    at = next((a for a in found.rows if a.key == row), None)
    across = next((a for a in found.columns if a.key == column), None)
    context: dict[str, Any] = {
        "asked": asked,
        "row": at,
        "column": across,
        "covering": covering,
        "names": {},
        "back": address("/coverage", visit.place, **_query(asked, register)),
    }
    return await page(visit, "programme/coverage_cell.html", context)


async def _matrix(visit: Visit, asked: Asked, register: Register) -> Matrix:
    query = _service_query(visit, asked, register)
    return await visit.api.get("/audit/coverage", Matrix, **query)


def _service_query(visit: Visit, asked: Asked, register: Register) -> dict[str, object]:
    reference = _reference(asked, register)
    span = {"since": asked.first, "until": asked.last, "by": asked.against.value}
    return span | {"place": visit.place, "reference_id": reference}


def _reference(asked: Asked, register: Register) -> UUID | None:
    """The reference that was chosen, else the first there is; none where clauses are no axis."""
    if asked.against is By.PROCESS_SITE:
        return None
    known = [id for id, _ in register.issued]
    return next((id for id in known if str(id) == asked.reference), known[0] if known else None)


def _query(asked: Asked, register: Register) -> dict[str, object]:
    return asdict(asked) | {"by": asked.against.value, "reference": _reference(asked, register)}


def _mark(asked: Asked, axis: Axis) -> str:
    """The number of a requirement, or the code of a process."""
    return axis.key if asked.against is By.PROCESS_SITE else axis.group


def _name(visit: Visit, axis: Axis) -> str:
    return axis.name_en if visit.language == ENGLISH else axis.name_fr
