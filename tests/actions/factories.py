from datetime import date, timedelta
from uuid import uuid4

from services.actions import commands, opening
from services.actions.models import Action
from services.actions.opening import Nonconformity
from services.actions.schemas import DoneIn, PlanIn, StartIn, VerifyIn
from shared.auth import SYSTEM, Actor
from shared.work import clock, unit_of_work
from tests.world import WORLD

RAISED = date(2026, 11, 6)


def nonconformity(grade: str = "NC_MAJ", process: str = "PROD") -> Nonconformity:
    return Nonconformity(uuid4(), WORLD.lyon, grade, process, RAISED)


def open_action(grade: str = "NC_MAJ", process: str = "PROD") -> Action:
    """As the handler does when a nonconformity is raised; Paul owns it."""
    with unit_of_work("actions", SYSTEM) as uow:
        action = opening.answer_finding(uow, nonconformity(grade, process))
    assert action is not None
    return action


def plan_in(action: Action, **changes: object) -> PlanIn:
    values: dict[str, object] = {
        "root_cause": "La fiche n'est pas au poste",
        "effectiveness_criterion": "Aucune récidive en trois visites",
        "effectiveness_check_on": clock().date() + timedelta(days=90),
        "version": action.version,
    }
    return PlanIn.model_validate(values | changes)


def planned_action() -> Action:
    action = open_action()
    with unit_of_work("actions", WORLD.paul, permission="actions:progress") as uow:
        return commands.plan_action(uow, action.id, plan_in(action))


def started_action() -> Action:
    action = planned_action()
    with unit_of_work("actions", WORLD.paul, permission="actions:progress") as uow:
        return commands.start_action(uow, action.id, StartIn(version=action.version))


def done_action() -> Action:
    action = started_action()
    with unit_of_work("actions", WORLD.paul, permission="actions:progress") as uow:
        done = DoneIn(evidence="Fiche au poste, photo jointe", version=action.version)
        return commands.declare_done(uow, action.id, done)


def verified_action(*, effective: bool, by: Actor | None = None) -> Action:
    action = done_action()
    with unit_of_work("actions", by or WORLD.alice, permission="actions:verify") as uow:
        return commands.verify_action(uow, action.id, verdict(action, effective=effective))


def verdict(action: Action, *, effective: bool = True) -> VerifyIn:
    return VerifyIn(effective=effective, statement="Trois visites faites", version=action.version)
