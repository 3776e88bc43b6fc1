"""The steps of an 8D: in which order, by when, and how long each may still be written."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from services.actions.analysis.errors import (
    EightDOutOfOrder,
    StepAlreadyComplete,
    StepIncomplete,
    UnknownFact,
)
from services.actions.analysis.schemas import OPTIONAL, REQUIRED, Discipline, StepIn, StepOut
from shared.working_days import add_working_days

CALENDAR_DAYS: Final = {
    Discipline.D0: 1,
    Discipline.D3: 2,
    Discipline.D6: 30,
    Discipline.D8: 60,
}
WORKING_DAYS: Final = {Discipline.D4: 10, Discipline.D5: 10}

Steps = Mapping[str, Mapping[str, Any]]
"""What is kept of each step that was begun: its facts, and when and by whom it was completed."""


def due(step: Discipline, begun_on: date) -> date | None:
    """By when; the steps between these have no day of their own."""
    if step in WORKING_DAYS:
        return add_working_days(begun_on, WORKING_DAYS[step])
    if step in CALENDAR_DAYS:
        return begun_on + timedelta(days=CALENDAR_DAYS[step])
    return None


def is_complete(steps: Steps, step: Discipline) -> bool:
    return steps.get(step, {}).get("completed_on") is not None


def is_active(steps: Steps, step: Discipline) -> bool:
    """Containment goes on until the corrective actions are shown to hold."""
    if step is Discipline.D3:
        return not is_complete(steps, Discipline.D6)
    return not is_complete(steps, step)


def require_writable(steps: Steps, step: Discipline, data: StepIn) -> None:
    if not is_active(steps, step):
        raise StepAlreadyComplete(step=step, day=steps[step]["completed_on"])
    for name in data.facts:
        if name not in (*REQUIRED[step], *OPTIONAL.get(step, ())):
            raise UnknownFact(step=step, fact=name)
    if data.complete or is_complete(steps, step):
        _require_complete(steps, step, data)


def shown(steps: Steps, begun_on: date) -> list[StepOut]:
    return [
        StepOut(
            step=step,
            facts=_facts(steps, step),
            due_on=due(step, begun_on),
            completed_on=steps.get(step, {}).get("completed_on"),
            completed_by=steps.get(step, {}).get("completed_by"),
            active=is_active(steps, step),
        )
        for step in Discipline
    ]


def _facts(steps: Steps, step: Discipline) -> dict[str, str]:
    """In the order in which they are asked for; what keeps them has one of its own."""
    said = steps.get(step, {}).get("facts", {})
    asked = (*REQUIRED[step], *OPTIONAL.get(step, ()))
    return {name: said[name] for name in asked if name in said}


def _require_complete(steps: Steps, step: Discipline, data: StepIn) -> None:
    for before in list(Discipline)[: list(Discipline).index(step)]:
        if not is_complete(steps, before):
            raise EightDOutOfOrder(step=step, before=before)
    missing = [name for name in REQUIRED[step] if not data.facts.get(name, "").strip()]
    if missing:
        raise StepIncomplete(step=step, count=len(missing), missing=", ".join(missing))
