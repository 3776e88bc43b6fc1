"""Registers filled from workbooks: looked through, carried out as shown, or undone as a whole.

A service says what a row of each register becomes, and what it takes to take it back:

    imports = Imports("risk", "risk:write", [Register("risks", Risk, TEMPLATE, ...)])

and names that in its manifest (`Service(..., imports=imports)`). Looking through makes everything
that the rows would add and holds it against the rules that hold one by one, and adds nothing.
Carrying out does the same anew; if it would now do something else, it does nothing. Each is a job:
the web process never reads a workbook.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Protocol, TypeVar
from uuid import UUID

import orjson
from sqlalchemy import Column as DbColumn
from sqlalchemy import Uuid, any_, func, literal, select, union
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute

from shared import import_rows
from shared.auth import SYSTEM, SYSTEM_ID
from shared.db import Entity
from shared.errors import Conflict
from shared.evidence import keepers
from shared.import_rows import CARRY_OUT, LOOK, UNDO, ImportNotReady
from shared.import_schemas import CellError, ImportOutcome, ImportState, RowOutcome
from shared.jobs import Jobs, Result, Running
from shared.sheet_rows import WrongCells
from shared.sheets import Row, Rows, Template, Wrong
from shared.tabular import read_xlsx
from shared.work import UnitOfWork, unit_of_work

T = TypeVar("T")

MOST_WRONG_SHOWN: Final = 200
MOST_SHOWN: Final = 50
LONGEST_TITLE: Final = 200
PART: Final = 1_000


class OutcomeChanged(Conflict):
    message = "Something changed meanwhile, and the workbook would do something else; check again."


class ImportTouched(Conflict):
    message = "{count} of what this import added were changed since; it can no longer be undone."


Done = Callable[[int], None]
"""Takes how many rows are done by now."""


def in_parts(rows: Sequence[T], done: Done) -> Iterator[Sequence[T]]:
    """So many rows as one statement takes well, and how far one is after each part."""
    for start in range(0, len(rows), PART):
        yield rows[start : start + PART]
        done(min(start + PART, len(rows)))


class Plan(Protocol):
    """What a workbook would do. Made anew for each look at it."""

    def look_at(self, number: int, row: Row) -> list[str]:
        """What a row would do, in words of the service; nothing if it is there already."""

    def write(self, done: Done) -> Sequence[UUID]:
        """Do all that was looked at, part by part; give what was added."""


@dataclass(frozen=True)
class Register:
    """What can be filled from a workbook. `undo` takes back what nobody has touched since."""

    name: str
    model: type[Entity]
    template: Template
    plan: Callable[[UnitOfWork, Rows], Plan]
    undo: Callable[[UnitOfWork, Sequence[UUID]], None]
    title: str
    """The column by which a row is called."""
    permission: str = ""
    """What it takes to send a workbook for it, if that is narrower than for all registers."""


@dataclass(frozen=True)
class Imports:
    """The registers of a service, and what it takes to fill them."""

    service: str
    permission: str
    registers: Sequence[Register]
    confirmed_within: timedelta | None = None
    """How lately who has something done must have proved who they are, if that is asked."""

    def named(self, name: str) -> Register:
        return next(register for register in self.registers if register.name == name)

    def add_to(self, jobs: Jobs) -> None:
        jobs.kind(LOOK)(self.look_through)
        jobs.kind(CARRY_OUT)(self.carry_out)
        jobs.kind(UNDO)(self.undo)

    def look_through(self, uow: UnitOfWork, job: Running) -> Result:
        """Say what the workbook would do. Nothing of it is done."""
        row = _kept(uow, job, ImportState.SENT)
        look = self._look(uow, row, job.progress)
        outcome = look.outcome()
        values = {"outcome": outcome.model_dump(mode="json"), "digest": look.digest}
        import_rows.note(uow, row.id, state=ImportState.LOOKED_THROUGH, **values)
        return Result({"rows": outcome.rows, "errors": outcome.errors})

    def carry_out(self, uow: UnitOfWork, job: Running) -> Result:
        """Do what was shown. If the same workbook would now do something else, nothing is done."""
        row = _kept(uow, job, ImportState.LOOKED_THROUGH)
        look = self._look(uow, row, lambda _, rows: job.progress(0, rows))
        if look.digest != row.digest:
            raise OutcomeChanged
        made = look.plan.write(lambda done: job.progress(done, look.rows))
        import_rows.note(uow, row.id, state=ImportState.CARRIED_OUT, content=None, made=made)
        return Result({"added": len(made)})

    def undo(self, uow: UnitOfWork, job: Running) -> Result:
        """Take everything back that the import added, or nothing, if somebody has touched any."""
        row = _kept(uow, job, ImportState.CARRIED_OUT)
        register = self.named(row.register_name)
        _hold(uow, register.model, row.made)
        changed = touched(uow, row.made)
        if changed:
            raise ImportTouched(count=changed)
        uow.because(row.name)
        for part in in_parts(row.made, lambda done: job.progress(done, len(row.made))):
            register.undo(uow, part)
        import_rows.note(uow, row.id, state=ImportState.UNDONE, made=None)
        return Result({"taken_back": len(row.made)})

    def _look(self, uow: UnitOfWork, row: Any, told: Callable[[int, int], None]) -> "_Look":  # noqa: ANN401
        register = self.named(row.register_name)
        rows = register.template.read(read_xlsx(row.content))
        look = _Look(register, register.plan(uow, rows))
        for done, (number, cells) in enumerate(rows, start=1):
            look.at(number, cells)
            told(done, len(rows))
        return look


@dataclass
class _Look:
    """What a plan says of row after row: counted, and some of it kept to be shown."""

    register: Register
    plan: Plan
    rows: int = 0
    errors: int = 0
    changes: Counter[str] = field(default_factory=Counter)
    shown: list[RowOutcome] = field(default_factory=list)
    wrong: list[RowOutcome] = field(default_factory=list)
    _said: Any = field(default_factory=hashlib.sha256)

    @property
    def digest(self) -> str:
        return str(self._said.hexdigest())

    def at(self, number: int, cells: Row) -> None:
        does, errors = self._asked(number, cells)
        title = str(cells.get(self.register.title) or "")[:LONGEST_TITLE]
        told = RowOutcome(number=number, title=title, does=does, errors=errors)
        self.rows += 1
        self.errors += len(errors)
        self.changes.update(does)
        self._said.update(orjson.dumps([number, does, len(errors)]))
        if errors and len(self.wrong) < MOST_WRONG_SHOWN:
            self.wrong.append(told)
        elif len(self.shown) < MOST_SHOWN:
            self.shown.append(told)

    def outcome(self) -> ImportOutcome:
        shown = self.wrong or self.shown
        changes = dict(self.changes)
        return ImportOutcome(rows=self.rows, changes=changes, errors=self.errors, shown=shown)

    def _asked(self, number: int, cells: Row) -> tuple[list[str], list[CellError]]:
        try:
            return self.plan.look_at(number, cells), []
        except WrongCells as wrong:
            return [], [told(cell) for cell in wrong.cells]
        except Wrong as wrong:
            return [], [told(wrong)]


def those(column: InstrumentedAttribute[UUID] | DbColumn[UUID], ids: Sequence[UUID]) -> Any:  # noqa: ANN401  an SQL condition
    """The rows of many ids, in one parameter."""
    return column == any_(literal(list(ids), ARRAY(Uuid)))


def _kept(uow: UnitOfWork, job: Running, state: ImportState) -> Any:  # noqa: ANN401  a row
    row = import_rows.kept(uow, UUID(job.wanted["workbook"]))
    if row.state != state:
        raise ImportNotReady
    return row


def _hold(uow: UnitOfWork, model: type[Entity], ids: Sequence[UUID]) -> None:
    """Have nobody change these from here on; who is at it is waited for, and has touched them."""
    uow.session.execute(select(model.id).where(those(model.id, ids)).with_for_update())


def touched(uow: UnitOfWork, ids: Sequence[UUID]) -> int:
    """How many of these somebody has changed or put a file with; the platform itself is nobody.

    Whoever it was: the history of people is not for everybody to read who may let them in.
    """
    history, made = uow.ledger.history, uow.ledger.history.alias()
    as_made = (made.c.object_id == history.c.object_id) & (made.c.at == history.c.at)
    at_once = select(made.c.seq).where(as_made, made.c.action == "created").exists()
    changed = (history.c.action != "created") & (history.c.actor_id != SYSTEM_ID) & ~at_once
    those_changed = select(history.c.object_id).where(those(history.c.object_id, ids), changed)
    with_files = [
        select(model.object_id).where(those(model.object_id, ids)) for model in keepers(uow.service)
    ]
    rows = union(those_changed, *with_files).subquery()
    with unit_of_work(uow.service, SYSTEM) as everywhere:
        return everywhere.session.scalar(select(func.count()).select_from(rows)) or 0


def told(wrong: Wrong) -> CellError:
    refusal = wrong.refusal
    facts = refusal.facts
    return CellError(column=wrong.column, type=refusal.type, detail=str(refusal), facts=facts)
