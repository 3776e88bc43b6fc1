"""A list as a file, made by the service that owns its rows: for those too long to be waited for.

The portal says how the reader sees the list, titles and words included; so the file says what a
short list's file says. The rows are those that the reader may read, in their order.
"""

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter
from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute

from shared.directory import names_of_people, names_of_places
from shared.errors import DomainError, NotFound
from shared.job_rows import ask
from shared.jobs import File, Result, Running, Work
from shared.pages import Paging, orders_by, page
from shared.schemas import Asked, ColumnIn, ColumnKind, ExportIn, Out
from shared.tabular import CSV, XLSX, Cell, Sheet, to_csv, write_xlsx
from shared.work import UnitOfWork, authorised

EXPORT: Final = "export"
MOST_ROWS: Final = 100_000
BATCH: Final = 1_000


class TooManyRows(DomainError):
    status = 422
    message = "This list holds more than {most} rows; choose a site or narrow it down."


@dataclass(frozen=True)
class Exported:
    """A list that leaves as a file: its filters, its rows, how one is shown, what it goes by."""

    filters: type
    rows: Callable[[UnitOfWork, Any], Select[Any]]
    row: type[Out]
    by: Sequence[InstrumentedAttribute[Any]]

    def select(self, uow: UnitOfWork, wanted: Mapping[str, str]) -> Select[Any]:
        return self.rows(uow, TypeAdapter(self.filters).validate_python(wanted))


Lists = Mapping[str, Exported]


def exports_router(service: str, lists: Lists) -> APIRouter:
    router = APIRouter(tags=["jobs"])
    Read = Annotated[UnitOfWork, authorised(f"{service}:read")]  # noqa: N806

    @router.post("/exports", status_code=202)
    def export(data: ExportIn, uow: Read) -> Asked:
        """Have a list made into a file. The answer names the job: the file is its result."""
        return Asked(job_id=ask_for_export(uow, lists, data))

    return router


def ask_for_export(uow: UnitOfWork, lists: Lists, data: ExportIn) -> UUID:
    listed = lists.get(data.list)
    if listed is None:
        raise NotFound(kind="list", id=data.list)
    if data.sort not in orders_by(listed.by):
        raise NotFound(kind="order", id=data.sort)
    for column in data.columns:
        if column.name not in listed.row.model_fields:
            raise NotFound(kind="column", id=column.name)
    try:
        rows = listed.select(uow, data.filters)
    except ValidationError as wrong:
        raise RequestValidationError(wrong.errors()) from None
    if _count(uow, rows) > MOST_ROWS:
        raise TooManyRows(most=MOST_ROWS)
    asked = data.model_dump(mode="json")
    key = hashlib.sha256(data.model_dump_json(exclude={"about"}).encode()).hexdigest()
    return ask(uow, EXPORT, data.title, asked, key)


def exporting(lists: Lists) -> Work:
    """What does it: `jobs.kind(EXPORT)(exporting(LISTS))`."""

    def export(uow: UnitOfWork, job: Running) -> Result:
        data = ExportIn.model_validate(job.wanted)
        listed = lists[data.list]
        total = _count(uow, listed.select(uow, data.filters))
        sheet = Sheet(
            data.title, [c.title for c in data.columns], _cells(uow, job, data, listed, total)
        )
        name = f"{data.list}-{uow.now.date()}.{data.format}"
        return Result({"rows": total}, File(name, *_written(data, sheet, total)))

    return export


def _written(data: ExportIn, sheet: Sheet, total: int) -> tuple[str, bytes]:
    if data.format == "csv":
        return CSV, to_csv(sheet)
    about = [(title, total if value is None else value) for title, value in data.about]
    with tempfile.TemporaryFile() as file:
        write_xlsx(file, sheet, Sheet(data.about_title, ["", ""], about))
        file.seek(0)
        return XLSX, file.read()


def _cells(
    uow: UnitOfWork, job: Running, data: ExportIn, listed: Exported, total: int
) -> Iterator[list[Cell]]:
    """Row by row, a batch in memory at a time."""
    rows, order = listed.select(uow, data.filters), orders_by(listed.by)[data.sort]
    places, paging, done = names_of_places(uow), Paging(limit=BATCH), 0
    while True:
        found = page(uow, rows, order, paging)
        items = [listed.row.model_validate(row) for row in found["items"]]
        people = names_of_people(uow, _people(data, items))
        for item in items:
            yield [
                _cell(getattr(item, c.name), c, places, people, data.somebody) for c in data.columns
            ]
        uow.session.expunge_all()
        done += len(items)
        job.progress(done, total)
        if found["next"] is None or done >= MOST_ROWS:
            return
        paging = Paging(found["next"], BATCH)


def _people(data: ExportIn, items: Sequence[Out]) -> set[UUID]:
    names = [column.name for column in data.columns if column.kind is ColumnKind.PERSON]
    return {id for item in items for name in names if (id := getattr(item, name)) is not None}


def _cell(
    value: Any,  # noqa: ANN401  a field of any row
    column: ColumnIn,
    places: Mapping[UUID, str],
    people: Mapping[UUID, str],
    somebody: str,
) -> Cell:
    if value is None or value == "":
        return None
    match column.kind:
        case ColumnKind.WORD:
            return column.words.get(str(value), str(value))
        case ColumnKind.SITE:
            ids = value if isinstance(value, list) else [value]
            return " ; ".join(places[id] for id in ids if id in places) or None
        case ColumnKind.PERSON:
            return people.get(value, somebody)
        case ColumnKind.DAY | ColumnKind.NUMBER:
            return value  # type: ignore[no-any-return]
        case ColumnKind.TEXT:
            return " ; ".join(value) if isinstance(value, list) else str(value)


def _count(uow: UnitOfWork, rows: Select[Any]) -> int:
    some = rows.with_only_columns(rows.selected_columns[0]).limit(MOST_ROWS + 1).subquery()
    return uow.session.scalar(select(func.count()).select_from(some)) or 0
