"""Sister sites asked about an action, by the services' own commands and events."""

from datetime import timedelta
from uuid import UUID

from services.actions.events import SitesAsked
from services.actions.models import Action
from services.actions.schemas import ActionType
from services.actions.sharing import commands
from services.actions.sharing.models import AskedSite, Question
from services.actions.sharing.schemas import AskIn, Reach
from shared.auth import SYSTEM, Actor
from shared.work import clock, unit_of_work
from tests.actions import factories as acting
from tests.helpers import Bus
from tests.world import WORLD


def ask_in(action: Action, **changes: object) -> AskIn:
    values: dict[str, object] = {
        "reach": Reach.DIVISION,
        "reason": "La même presse est en service sur plusieurs sites",
        "title": "Carters de presse ouverts en production",
        "text": "Un éjecteur mal réglé conduit à ouvrir le carter.",
        "due_on": clock().date() + timedelta(days=21),
        "version": action.version,
    }
    return AskIn.model_validate(values | changes)


def asked_by_lyon(**changes: object) -> tuple[Action, list[AskedSite]]:
    action = acting.open_action()
    return action, ask(action, WORLD.alice, **changes)


def ask(action: Action, by: Actor, **changes: object) -> list[AskedSite]:
    with unit_of_work("actions", by, permission="actions:progress") as uow:
        return commands.ask_sisters(uow, action.id, ask_in(action, **changes))


def carried_over(asked: AskedSite) -> Question:
    """Once it was heard that sites are asked."""
    Bus().deliver(Bus().envelopes(SitesAsked)[-1])
    with unit_of_work("actions", SYSTEM) as uow:
        found = uow.select(Question).where(Question.asked_site_id == asked.id)
        return uow.session.scalars(found).one()


def asked_lyon(place: UUID = WORLD.lille, by: Actor = WORLD.charlie) -> Question:
    """Another place asks Lyon about an action of its own."""
    action = acting.typed_action(ActionType.CORRECTIVE, site_id=place, owner_id=by.id, by=by)
    [asked] = ask(action, by, reach=Reach.CHOSEN, site_ids=[WORLD.lyon])
    return carried_over(asked)
