"""The doors of causes, resources, deadlines asked for, plans and reading across."""

from datetime import timedelta

from services.actions import commands
from services.actions.models import Action
from services.actions.schemas import MoveIn
from services.actions.sharing.models import Question
from shared.work import unit_of_work
from tests.access.knocking import Knock, door
from tests.actions import factories as acting
from tests.actions.asking import ask_in, asked_lyon
from tests.actions.reasons import EIGHT_D, ISHIKAWA, WHYS
from tests.world import WORLD


def _question() -> Question:
    """From a division: what sister sites have does not change."""
    return asked_lyon(WORLD.elsewhere, WORLD.greta)


def _on(action: Action, name: str, **facts: object) -> Knock:
    """Paul owns the actions of these tests."""
    body = {**facts, "version": action.version}
    return Knock(f"/actions/{action.id}/{name}", body, by=WORLD.paul)


@door("actions PUT /actions/{action_id}/resources")
def resource_action() -> Knock:
    return _on(acting.open_action(), "resources", cost_estimated="1200.50", means="Deux régleurs")


@door("actions POST /actions/{action_id}/close")
def close_action() -> Knock:
    return _on(acting.done_correction(), "close", statement="Vu en place")


@door("actions GET /actions/{action_id}/moves")
def list_moves() -> Knock:
    action = acting.open_action()
    due = action.due_on + timedelta(days=30)
    with unit_of_work("actions", WORLD.paul, permission="actions:progress") as uow:
        wish = MoveIn(due_on=due, reason="Pièce en retard", version=action.version)
        commands.ask_to_move(uow, action.id, wish)
    return Knock(f"/actions/{action.id}/moves")


@door("actions GET /actions/{action_id}/analyses")
def list_analyses() -> Knock:
    return Knock(f"/actions/{acting.open_action().id}/analyses")


@door("actions PUT /actions/{action_id}/five-whys")
def ask_why() -> Knock:
    return _on(acting.open_action(), "five-whys", **WHYS)


@door("actions PUT /actions/{action_id}/ishikawa")
def sort_causes() -> Knock:
    return _on(acting.open_action(), "ishikawa", **ISHIKAWA)


@door("actions PUT /actions/{action_id}/eight-d/{step}")
def write_step() -> Knock:
    return _on(acting.open_action(), "eight-d/D0", facts=EIGHT_D["D0"])


@door("actions POST /actions/{action_id}/read-across")
def ask_sisters() -> Knock:
    action = acting.open_action()
    return Knock(f"/actions/{action.id}/read-across", ask_in(action).model_dump(mode="json"))


@door("actions GET /actions/{action_id}/read-across")
def list_asked_sites() -> Knock:
    return Knock(f"/actions/{acting.open_action().id}/read-across")


@door("actions GET /questions")
def list_questions() -> Knock:
    _question()
    return Knock("/questions", query={"limit": "200"}, shows=str(WORLD.lyon))


@door("actions GET /questions/{question_id}")
def read_question() -> Knock:
    return Knock(f"/questions/{_question().id}")


@door("actions POST /questions/{question_id}/answer")
def answer_question() -> Knock:
    question = _question()
    said = {
        "answer": "concerned",
        "statement": "Deux presses ici",
        "owner_id": str(WORLD.paul.id),
        "priority": "P3",
    }
    return Knock(f"/questions/{question.id}/answer", said | {"version": question.version})


@door("actions GET /plans")
def list_plans() -> Knock:
    acting.typed_action(objective="Zéro carter démonté à Lyon")
    return Knock("/plans", query={"place": str(WORLD.lyon)})
