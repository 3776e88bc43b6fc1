"""What this service is told of actions, findings and audits, and keeps to count them."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import case, func
from sqlalchemy.dialects.postgresql import Insert, insert

from services.indicators.fact_models import known_action, known_entry, known_finding
from shared.work import UnitOfWork


class State(NamedTuple):
    """How far an action is. Closed: verified effective, or cancelled."""

    done_on: date | None
    closed_on: date | None


@dataclass(frozen=True)
class Told:
    """What one event says of an action; None: nothing of that."""

    action_id: UUID
    site_id: UUID
    opened_on: date | None = None
    due_on: date | None = None
    state: State | None = None
    withdrawn: bool = False


class Closing(NamedTuple):
    """When a finding was closed; None: it is open."""

    closed_on: date | None


@dataclass(frozen=True)
class Found:
    """What one event says of a finding; None: nothing of that. What it was raised with stays."""

    id: UUID
    site_id: UUID
    grade: str
    raised_on: date | None = None
    clause: str = ""
    process: str = ""
    repeated: bool = False
    closing: Closing | None = None
    withdrawn: bool = False


@dataclass(frozen=True)
class Programmed:
    """What one event says of an audit of a programme: the month first approved, or that it was."""

    id: UUID
    site_id: UUID
    month: date | None = None
    held_on: date | None = None


def note_action(uow: UnitOfWork, told: Told) -> None:
    """Take in what an event says, unless something later was said of the same."""
    version = (uow.cause and uow.cause.sequence) or 0
    state = told.state or State(None, None)
    row = {
        "id": told.action_id,
        "site_id": told.site_id,
        "opened_on": told.opened_on,
        "due_on_initial": told.due_on if told.opened_on else None,
        "due_on": told.due_on,
        "due_version": version if told.due_on else 0,
        "done_on": state.done_on,
        "closed_on": state.closed_on,
        "state_version": version if told.state else 0,
        "withdrawn": told.withdrawn,
    }
    uow.session.execute(_merge(), row)


@cache
def _merge() -> Insert:
    row = insert(known_action)
    old, new = known_action.c, row.excluded
    later_due = new.due_version > old.due_version
    later_state = new.state_version > old.state_version
    changes = {
        "opened_on": func.coalesce(old.opened_on, new.opened_on),
        "due_on_initial": func.coalesce(old.due_on_initial, new.due_on_initial),
        "due_on": case((later_due, new.due_on), else_=old.due_on),
        "due_version": func.greatest(old.due_version, new.due_version),
        "done_on": case((later_state, new.done_on), else_=old.done_on),
        "closed_on": case((later_state, new.closed_on), else_=old.closed_on),
        "state_version": func.greatest(old.state_version, new.state_version),
        "withdrawn": old.withdrawn | new.withdrawn,
    }
    return row.on_conflict_do_update(index_elements=[old.id], set_=changes)


def note_finding(uow: UnitOfWork, found: Found) -> None:
    """Take in what an event says. What was taken back stays so."""
    version = (uow.cause and uow.cause.sequence) or 0
    row = {
        "id": found.id,
        "site_id": found.site_id,
        "grade": found.grade,
        "raised_on": found.raised_on,
        "clause": found.clause,
        "process": found.process,
        "repeated": found.repeated,
        "closed_on": found.closing and found.closing.closed_on,
        "state_version": version if found.closing else 0,
        "withdrawn": found.withdrawn,
    }
    uow.session.execute(_merge_finding(), row)


@cache
def _merge_finding() -> Insert:
    row = insert(known_finding)
    old, new = known_finding.c, row.excluded
    later = new.state_version > old.state_version
    changes = {
        "raised_on": func.coalesce(old.raised_on, new.raised_on),
        "clause": func.greatest(old.clause, new.clause),
        "process": func.greatest(old.process, new.process),
        "repeated": old.repeated | new.repeated,
        "closed_on": case((later, new.closed_on), else_=old.closed_on),
        "state_version": func.greatest(old.state_version, new.state_version),
        "withdrawn": old.withdrawn | new.withdrawn,
    }
    return row.on_conflict_do_update(index_elements=[old.id], set_=changes)


def note_entry(uow: UnitOfWork, told: Programmed) -> None:
    """Keep what comes first: the month first approved and the day it was held never change."""
    row = insert(known_entry).values(vars(told))
    old, new = known_entry.c, row.excluded
    kept = {name: func.coalesce(old[name], new[name]) for name in ("month", "held_on")}
    uow.session.execute(row.on_conflict_do_update(index_elements=[old.id], set_=kept))
