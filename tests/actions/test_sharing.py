"""Sister sites are asked, answer with a reason, and see nothing but what was shared."""

from datetime import timedelta
from typing import Any

import pytest

from services.actions.errors import ActionFinished, NotYourAction, OwnerMayNotWork
from services.actions.events import (
    ActionOpened,
    QuestionAnswered,
    QuestionAsked,
    QuestionOverdue,
    SitesAsked,
)
from services.actions.models import Action
from services.actions.schemas import Answer, Origin, SourceKind
from services.actions.sharing import commands
from services.actions.sharing.errors import (
    AlreadyAnswered,
    AlreadyAsked,
    AnswerDayNotAhead,
    ConcernedNeedsOwner,
    NoSisterSite,
    NotYoursToAnswer,
)
from services.actions.sharing.models import AskedSite, Question
from services.actions.sharing.schemas import AnswerIn
from shared.auth import SYSTEM, Actor
from shared.errors import Forbidden, NotFound, StaleVersion
from shared.work import clock, unit_of_work
from tests.access.things import cancelled_action
from tests.actions.asking import ask, asked_by_lyon, asked_lyon
from tests.actions.factories import open_action
from tests.conftest import Api
from tests.helpers import Bus, together
from tests.world import WORLD, World


def answer(question: Question, by: Actor, **said: object) -> Question:
    no = {"answer": "not_concerned", "statement": "Aucune presse de ce type ici"}
    data = AnswerIn.model_validate(no | {"version": question.version} | said)
    with unit_of_work("actions", by, permission="actions:progress") as uow:
        return commands.answer_question(uow, question.id, data)


def yes(question: Question, by: Actor, **said: object) -> Question:
    told: dict[str, Any] = {
        "answer": "concerned",
        "statement": "Deux presses du même modèle",
        "owner_id": by.id,
        "priority": "P3",
    }
    return answer(question, by, **told | said)


def questions() -> list[Question]:
    with unit_of_work("actions", SYSTEM) as uow:
        return list(uow.session.scalars(uow.select(Question).order_by(Question.site_id)))


def asked() -> list[AskedSite]:
    with unit_of_work("actions", SYSTEM) as uow:
        return list(uow.session.scalars(uow.select(AskedSite)))


def test_the_sisters_of_the_division_are_asked_each_at_home(world: World, bus: Bus) -> None:
    action, [row] = asked_by_lyon()
    assert (row.site_id, row.sister_id, row.sister_name) == (world.lyon, world.lille, "Lille")

    bus.deliver_all()

    [question] = questions()
    assert (question.site_id, question.asked_by_site) == (world.lille, "Lyon")
    assert question.correlation_id == action.correlation_id
    assert len(bus.published(SitesAsked)) == len(bus.published(QuestionAsked)) == 1


def test_the_whole_group_or_some_of_it_can_be_asked(world: World, bus: Bus) -> None:
    _, everywhere = asked_by_lyon(reach="group")
    _, some = asked_by_lyon(reach="chosen", site_ids=[world.brest, world.lyon])

    assert {row.sister_id for row in everywhere} == {world.lille, world.brest}
    assert [row.sister_id for row in some] == [world.brest]


def test_only_the_sites_that_were_not_are_asked_again(world: World) -> None:
    action, [lille] = asked_by_lyon()
    with pytest.raises(StaleVersion):
        ask(action, world.alice, version=action.version + 1)

    [brest] = ask(action, world.alice, reach="group")
    assert (lille.sister_id, brest.sister_id) == (world.lille, world.brest)
    with pytest.raises(AlreadyAsked):
        ask(action, world.alice, reach="group")


def test_who_asks_coordinates_the_site_and_asks_somebody_by_a_day_to_come(world: World) -> None:
    action = open_action()

    for somebody, refusal in (
        (world.paul, NotYourAction),
        (world.bob, Forbidden),
        (world.charlie, NotFound),
    ):
        with pytest.raises(refusal):
            ask(action, somebody)
    with pytest.raises(AnswerDayNotAhead):
        ask(action, world.alice, due_on=clock().date())
    with pytest.raises(NoSisterSite):
        ask(action, world.alice, reach="chosen", site_ids=[world.lyon])
    with pytest.raises(ActionFinished):
        ask(cancelled_action(), world.alice)
    assert asked() == []


def test_a_no_comes_back_with_its_reason(world: World, bus: Bus) -> None:
    asked_by_lyon()
    bus.deliver_all()
    [question] = questions()

    answer(question, world.charlie)
    bus.deliver_all()

    [row] = asked()
    assert (row.answer, row.statement) == (Answer.NOT_CONCERNED, "Aucune presse de ce type ici")
    assert row.answered_on is not None


def test_a_yes_opens_an_action_over_there_and_says_no_more_of_it(world: World, bus: Bus) -> None:
    action, _ = asked_by_lyon()
    bus.deliver_all()
    [question] = questions()

    answered = yes(question, world.charlie)
    bus.deliver_all()

    assert answered.action_id is not None
    with unit_of_work("actions", world.charlie, permission="actions:read") as uow:
        linked = uow.get(Action, answered.action_id)
        with pytest.raises(NotFound):
            uow.get(Action, action.id)
    assert (linked.site_id, linked.title) == (world.lille, question.title)
    assert (linked.origin, linked.source_kind) == (Origin.READ_ACROSS, SourceKind.READ_ACROSS)
    assert (linked.source_id, linked.source_label) == (question.id, "Lyon")
    assert bus.published(ActionOpened)[-1].site_id == world.lille
    with unit_of_work("actions", world.alice, permission="actions:read") as uow:
        with pytest.raises(NotFound):
            uow.get(Action, linked.id)
        assert [row.answer for row in uow.session.scalars(uow.select(AskedSite))] == ["concerned"]
        assert uow.session.scalars(uow.select(Question)).all() == []


def test_a_yes_names_an_owner_of_the_site(world: World, bus: Bus) -> None:
    question = asked_lyon()

    with pytest.raises(ConcernedNeedsOwner):
        yes(question, world.alice, owner_id=None)
    with pytest.raises(ConcernedNeedsOwner):
        yes(question, world.alice, priority=None)
    with pytest.raises(OwnerMayNotWork):
        yes(question, world.alice, owner_id=world.charlie.id)
    assert bus.published(QuestionAnswered) == []


def test_who_answers_coordinates_the_site_and_answers_once(world: World) -> None:
    question = asked_lyon()

    for somebody, refusal in (
        (world.paul, NotYoursToAnswer),
        (world.bob, Forbidden),
        (world.charlie, NotFound),
    ):
        with pytest.raises(refusal):
            answer(question, somebody)
    answered = answer(question, world.alice, answer="in_place", statement="Carters soudés, photo")
    with pytest.raises(AlreadyAnswered):
        answer(answered, world.alice)


@pytest.mark.usefixtures("own_database")
def test_of_two_answers_at_once_one_counts() -> None:
    question = asked_lyon()

    outcomes = together(*[lambda: yes(question, WORLD.alice)] * 4)

    assert sum(isinstance(outcome, Question) for outcome in outcomes) == 1
    with unit_of_work("actions", WORLD.alice, permission="actions:read") as uow:
        mine = uow.select(Action).where(Action.source_id == question.id)
        assert len(uow.session.scalars(mine).all()) == 1


def test_the_same_question_heard_twice_is_put_once(world: World, bus: Bus) -> None:
    asked_by_lyon()
    bus.deliver_all()
    [told] = bus.envelopes(SitesAsked)

    bus.deliver(told)

    assert len(questions()) == 1


def test_a_question_that_waits_is_told_of_once_per_step(world: World, bus: Bus) -> None:
    due = asked_lyon().due_on

    def strike(days: int) -> int:
        with unit_of_work("actions", SYSTEM) as uow:
            now = uow.now + (due - uow.now.date()) + timedelta(days=days)
        with unit_of_work("actions", SYSTEM, now=now) as uow:
            return commands.remind_of_questions(uow)

    assert [strike(days) for days in (0, 1, 1, 14, 15, 15, 40)] == [0, 1, 0, 0, 1, 0, 0]
    assert [event.level for event in bus.published(QuestionOverdue)] == [1, 2]


def test_each_site_sees_the_questions_that_it_is_asked(api: Api, world: World) -> None:
    question = asked_lyon()
    path = "/api/v1/actions/questions"

    [shown] = api(world.bob).get(path, params={"given": "waiting"}).json()["items"]

    assert (shown["id"], shown["asked_by_site"]) == (str(question.id), "Lille")
    assert api(world.charlie).get(path).json()["items"] == []
    assert api(world.charlie).get(f"{path}/{question.id}").status_code == 404
