from datetime import date, timedelta
from uuid import uuid4

from services.actions import commands, opening
from services.actions.models import Action
from services.actions.opening import Nonconformity
from services.actions.schemas import (
    ActionIn,
    ActionType,
    CloseIn,
    DoneIn,
    PlanIn,
    ResourcesIn,
    StartIn,
    Verdict,
    VerifyIn,
)
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


def typed_action(
    type: ActionType = ActionType.CORRECTION, by: Actor | None = None, **values: object
) -> Action:
    """As Alice opens one by hand; Paul owns it."""
    facts: dict[str, object] = {
        "site_id": WORLD.lyon,
        "title": "Remettre le carter en place",
        "type": type,
        "priority": "P2",
        "owner_id": WORLD.paul.id,
    }
    with unit_of_work("actions", by or WORLD.alice, permission="actions:progress") as uow:
        return opening.open_action(uow, ActionIn.model_validate(facts | values))


def done_correction(type: ActionType = ActionType.CORRECTION) -> Action:
    action = typed_action(type)
    with unit_of_work("actions", WORLD.paul, permission="actions:progress") as uow:
        action = commands.start_action(uow, action.id, StartIn(version=action.version))
        done = DoneIn(evidence="Carter remis, photo jointe", version=action.version)
        return commands.declare_done(uow, action.id, done)


def closed_correction() -> Action:
    action = done_correction()
    with unit_of_work("actions", WORLD.alice, permission="actions:verify") as uow:
        close = CloseIn(statement="Vu en place", version=action.version)
        return commands.close_action(uow, action.id, close)


def plan_in(action: Action, **changes: object) -> PlanIn:
    values: dict[str, object] = {
        "root_cause": "La fiche n'est pas au poste",
        "effectiveness_criterion": "Aucune récidive en trois visites",
        "effectiveness_check_on": clock().date() + timedelta(days=90),
        "no_indicator_because": "Un seul poste, constaté sur place",
        "version": action.version,
    }
    return PlanIn.model_validate(values | changes)


def resources_in(action: Action, **changes: object) -> ResourcesIn:
    return ResourcesIn.model_validate({"version": action.version} | changes)


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
    result = Verdict.EFFECTIVE if effective else Verdict.INEFFECTIVE
    return VerifyIn(result=result, statement="Trois visites faites", version=action.version)
