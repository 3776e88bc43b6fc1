"""Causes written down by the commands: as Paul does, on the version that is there."""

from services.actions.analysis import commands as analysing
from services.actions.analysis.models import Analysis
from services.actions.analysis.schemas import Discipline, FiveWhysIn, IshikawaIn, StepIn
from services.actions.models import Action
from shared.auth import SYSTEM, Actor
from shared.work import unit_of_work
from tests.actions.reasons import EIGHT_D, ISHIKAWA, WHYS
from tests.world import WORLD


def again(action: Action) -> Action:
    with unit_of_work("actions", SYSTEM) as uow:
        return uow.get(Action, action.id)


def ask_why(action: Action, by: Actor = WORLD.paul, **changes: object) -> Analysis:
    data = FiveWhysIn.model_validate(WHYS | {"version": action.version} | changes)
    with unit_of_work("actions", by, permission="actions:progress") as uow:
        return analysing.ask_why(uow, action.id, data)


def sort_causes(action: Action, by: Actor = WORLD.paul, **changes: object) -> Analysis:
    data = IshikawaIn.model_validate(ISHIKAWA | {"version": action.version} | changes)
    with unit_of_work("actions", by, permission="actions:progress") as uow:
        return analysing.sort_causes(uow, action.id, data)


def write(
    action: Action, step: str, *, complete: bool = True, by: Actor = WORLD.paul, **facts: object
) -> Analysis:
    """On the version that is there now."""
    said = {
        "facts": {**EIGHT_D[step], **facts},
        "complete": complete,
        "version": again(action).version,
    }
    with unit_of_work("actions", by, permission="actions:progress") as uow:
        data = StepIn.model_validate(said)
        return analysing.write_step(uow, action.id, Discipline(step), data)
