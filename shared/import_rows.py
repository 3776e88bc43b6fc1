"""Workbooks that people sent to fill a register: kept as long as the last job asked for with them.

A service keeps them beside its jobs: `add_imports(Model.metadata)` in models.py.
"""

from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    Column,
    DateTime,
    ForeignKey,
    LargeBinary,
    MetaData,
    Row,
    Table,
    Text,
    Uuid,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from uuid_utils.compat import uuid7

from shared.errors import Conflict, DomainError, NotFound
from shared.import_schemas import ImportOut, ImportOutcome, ImportState
from shared.job_rows import OPEN, OWN, ask, tables
from shared.schemas import JobOut, Page
from shared.tabular import LARGEST_FILE, NotAWorkbook, WorkbookTooLarge
from shared.work import UnitOfWork

LOOK: Final = "look_through"
CARRY_OUT: Final = "carry_out"
UNDO: Final = "undo"
LONGEST_NAME: Final = 200
ZIPPED: Final = b"PK"
"""How every XLSX file begins."""


class ImportNotReady(Conflict):
    message = "This workbook is not ready for that; look at how far it is."


class ImportHasErrors(DomainError):
    status = 422
    message = "Cells of this workbook are wrong, or it would change nothing; mend it, send it anew."


def add_imports(metadata: MetaData) -> None:
    """Rows that each person sees their own of; `made` is what an import added, to undo it."""
    job = metadata.tables[f"{metadata.schema}.job"]
    Table(
        "workbook",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("job_id", ForeignKey(job.c.id, ondelete="CASCADE"), nullable=False, index=True),
        Column("person_id", Uuid, nullable=False, index=True),
        Column("register_name", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("state", Text, nullable=False),
        Column("created_at", DateTime(timezone=True), nullable=False),
        Column("content", LargeBinary),
        Column("outcome", JSONB),
        Column("digest", Text),
        Column("made", ARRAY(Uuid)),
        info={"shown": OWN, "written": OWN},
    )


@cache
def workbooks(service: str) -> Table:
    job, _ = tables(service)
    add_imports(job.metadata)
    return job.metadata.tables[f"{service}.workbook"]


def send(uow: UnitOfWork, register: str, name: str, content: bytes) -> ImportOut:
    """Keep a workbook, and have it looked through. One that waits for its sender is enough.

    What is plainly none is refused at once; what is inside is for the job to read.
    """
    if len(content) > LARGEST_FILE:
        raise WorkbookTooLarge
    if not content.startswith(ZIPPED):
        raise NotAWorkbook
    table, id = workbooks(uow.service), uuid7()
    job_id = ask(uow, LOOK, name, {"workbook": str(id)})
    undecided = (table.c.person_id == uow.actor.id) & (table.c.content.is_not(None))
    idle = undecided & table.c.job_id.not_in(_open_jobs(uow))
    uow.session.execute(delete(table).where(idle))
    row = {
        "id": id,
        "job_id": job_id,
        "person_id": uow.actor.id,
        "register_name": register,
        "name": name,
        "state": ImportState.SENT,
        "created_at": uow.now,
        "content": content,
    }
    uow.session.execute(insert(table).values(row))
    return own_import(uow, id)


def ask_to_carry_out(uow: UnitOfWork, id: UUID) -> ImportOut:
    """Have done what was shown."""
    row = _ready(uow, id, ImportState.LOOKED_THROUGH)
    if not ImportOutcome.model_validate(row.outcome).can_be_done:
        raise ImportHasErrors
    return _ask(uow, row, CARRY_OUT)


def ask_to_undo(uow: UnitOfWork, id: UUID) -> ImportOut:
    """Have everything taken back that an import added, unless somebody has touched it since."""
    return _ask(uow, _ready(uow, id, ImportState.CARRIED_OUT), UNDO)


def own_imports(uow: UnitOfWork, after: UUID | None, limit: int) -> Page[ImportOut]:
    """Newest first; what their jobs would do is told one by one."""
    table = workbooks(uow.service)
    rows = _shown(uow)
    if after is not None:
        rows = rows.where(table.c.id < after)
    found = uow.session.execute(rows.order_by(table.c.id.desc()).limit(limit + 1)).all()
    items = [_told(row) for row in found[:limit]]
    return Page(items=items, next=str(items[-1].id) if len(found) > limit else None)


def own_import(uow: UnitOfWork, id: UUID) -> ImportOut:
    table = workbooks(uow.service)
    found = uow.session.execute(_shown(uow, table.c.outcome).where(table.c.id == id)).one_or_none()
    if found is None:
        raise NotFound(kind="import", id=id)
    return _told(found)


def kept(uow: UnitOfWork, id: UUID) -> Any:  # noqa: ANN401  a row of the table
    """The workbook, locked: nobody else carries it out or undoes it meanwhile."""
    table = workbooks(uow.service)
    mine = (table.c.id == id) & (table.c.person_id == uow.actor.id)
    row = uow.session.execute(select(table).where(mine).with_for_update()).one_or_none()
    if row is None:
        raise NotFound(kind="import", id=id)
    return row


def note(uow: UnitOfWork, id: UUID, **values: Any) -> None:  # noqa: ANN401  columns of the table
    table = workbooks(uow.service)
    uow.session.execute(update(table).where(table.c.id == id).values(values))


def _ready(uow: UnitOfWork, id: UUID, state: ImportState) -> Any:  # noqa: ANN401
    row = kept(uow, id)
    busy = uow.session.scalar(_open_jobs(uow).where(tables(uow.service)[0].c.id == row.job_id))
    if row.state != state or busy is not None:
        raise ImportNotReady
    return row


def _ask(uow: UnitOfWork, row: Any, kind: str) -> ImportOut:  # noqa: ANN401
    note(uow, row.id, job_id=ask(uow, kind, row.name, {"workbook": str(row.id)}))
    return own_import(uow, row.id)


def _open_jobs(uow: UnitOfWork) -> Any:  # noqa: ANN401  an SQL statement
    job, _ = tables(uow.service)
    return select(job.c.id).where(job.c.state.in_(OPEN))


def _shown(uow: UnitOfWork, *also: Any) -> Any:  # noqa: ANN401  an SQL statement
    """Not the workbook itself, nor all that it made."""
    table = workbooks(uow.service)
    job, _ = tables(uow.service)
    names = ("id", "register_name", "name", "state", "created_at")
    about = [job.c[name].label(f"job_{name}") for name in JobOut.model_fields]
    rows = select(*(table.c[name] for name in names), *also, *about)
    mine = (table.c.person_id == uow.actor.id) & (job.c.kept_until > uow.now)
    return rows.join(job, job.c.id == table.c.job_id).where(mine)


def _told(row: Row[Any]) -> ImportOut:
    said = row._asdict()
    job = {name: said[f"job_{name}"] for name in JobOut.model_fields}
    return ImportOut.model_validate({"outcome": None} | said | {"job": JobOut.model_validate(job)})
