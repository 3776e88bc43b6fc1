"""Workbooks as people fill them in, and what becomes of them."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from uuid import UUID

from runtime.services import SERVICES
from shared import import_rows
from shared.auth import Actor
from shared.import_schemas import ImportOut, ImportOutcome
from shared.imports import Imports
from shared.tabular import Cell, Sheet, to_xlsx
from shared.work import UnitOfWork, unit_of_work


def imports_of(service: str) -> Imports:
    found = SERVICES[service].imports
    assert found is not None
    return found


def book(service: str, register: str, *rows: Sequence[Cell]) -> bytes:
    columns = imports_of(service).named(register).template.columns
    full = [[*row, *[None] * (len(columns) - len(row))] for row in rows]
    return to_xlsx(Sheet("A", [column.title.fr for column in columns], full))


def sent(service: str, register: str, actor: Actor, content: bytes) -> ImportOut:
    with work(service, actor) as uow:
        return import_rows.send(uow, register, "été.xlsx", content)


def run(service: str, told: ImportOut, actor: Actor) -> ImportOut:
    """Have the job done that was asked for last."""
    jobs = SERVICES[service].jobs
    assert jobs is not None
    jobs.run(told.job.id)
    with work(service, actor) as uow:
        return import_rows.own_import(uow, told.id)


def looked_through(service: str, register: str, actor: Actor, *rows: Sequence[Cell]) -> ImportOut:
    told = sent(service, register, actor, book(service, register, *rows))
    return run(service, told, actor)


def carried_out(service: str, id: UUID, actor: Actor) -> ImportOut:
    with work(service, actor) as uow:
        told = import_rows.ask_to_carry_out(uow, id)
    return run(service, told, actor)


def taken_back(service: str, id: UUID, actor: Actor) -> ImportOut:
    with work(service, actor) as uow:
        told = import_rows.ask_to_undo(uow, id)
    return run(service, told, actor)


def outcome(told: ImportOut) -> ImportOutcome:
    assert told.outcome is not None, told.job
    return told.outcome


def errors(told: ImportOut) -> list[tuple[int, str, str]]:
    return [
        (row.number, error.column, error.type)
        for row in outcome(told).shown
        for error in row.errors
    ]


def why(told: ImportOut) -> str:
    """The kind of refusal that the last job ended with."""
    return str((told.job.error or {}).get("type", ""))


def work(service: str, actor: Actor) -> AbstractContextManager[UnitOfWork]:
    return unit_of_work(service, actor, permission=imports_of(service).permission)
