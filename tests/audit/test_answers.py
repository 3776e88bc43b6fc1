"""Findings are answered by the audited and judged by the auditors, a round after the other."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from services.actions.events import ActionOpened, ActionVerified
from services.actions.schemas import ActionStatus
from services.audit import commands
from services.audit.answers import commands as answering
from services.audit.answers import queries
from services.audit.answers.duty import part
from services.audit.answers.errors import (
    AnswerIncomplete,
    AnswerNotAccepted,
    AnswerNotWaiting,
    EvidenceTooSoon,
    NothingToAnswer,
    NotYoursToAnswer,
    NotYoursToReview,
    OwnerMayNotAnswer,
)
from services.audit.answers.models import Answer
from services.audit.answers.schemas import AcceptIn, AnswerIn, EvidenceIn, SendBackIn
from services.audit.events import (
    AnswerAccepted,
    AnswerSentBack,
    EvidenceBrought,
    FindingAnswered,
    FindingReopened,
)
from services.audit.models import Finding, FindingAction
from services.audit.schemas import AnswerState, FindingStatus, Grade, StepIn
from shared.auth import SYSTEM, Actor
from shared.errors import ConfirmIdentity, Forbidden, NotFound, StaleVersion
from shared.signing import OwnProcess, OwnWork, signatures
from shared.work import unit_of_work
from tests.audit.factories import (
    accepted,
    answer_in,
    answered,
    external_audit,
    finding_in,
    give_process,
    proven,
    raised_finding,
    sent_back,
)
from tests.conftest import Work
from tests.helpers import Bus, together
from tests.world import WORLD, World


def known(finding_id: object) -> Finding:
    with unit_of_work("audit", SYSTEM) as uow:
        return uow.session.get_one(Finding, finding_id)


def took_action(finding: Finding, owner: Actor, *, effective: bool = True) -> None:
    with unit_of_work("audit", SYSTEM) as uow:
        action = FindingAction(
            id=uuid4(),
            finding_id=finding.id,
            site_id=finding.site_id,
            owner_id=owner.id,
            effective=effective,
            told_version=1,
        )
        uow.add(action)


def test_an_answer_goes_its_way_and_each_step_is_told(world: World, bus: Bus, work: Work) -> None:
    finding = raised_finding()
    assert finding.answer_state is AnswerState.TO_ANSWER

    answer = proven(accepted(answered(finding)))

    assert (answer.round, answer.state) == (1, AnswerState.PROVEN)
    assert known(finding.id).answer_state is AnswerState.PROVEN
    assert [e.reviewer_id for e in bus.published(FindingAnswered)] == [world.diane.id]
    assert [e.answered_by for e in bus.published(AnswerAccepted)] == [world.paul.id]
    assert len(bus.published(EvidenceBrought)) == 1
    with work("audit", world.bob, "audit:read") as uow:
        [signature] = signatures(uow, answer.id)
    assert (signature.signer_name, signature.meaning) == ("Diane", "approved")


def test_sent_back_it_is_answered_again_and_every_round_stays(
    world: World, bus: Bus, work: Work
) -> None:
    finding = raised_finding()
    sent_back(answered(finding))
    assert [e.answered_by for e in bus.published(AnswerSentBack)] == [world.paul.id]

    answered(finding)

    with work("audit", world.bob, "audit:read") as uow:
        second, first = queries.rounds(uow, finding.id)
    assert (first.round, first.state) == (1, AnswerState.SENT_BACK)
    assert (first.reason, first.decided_by) == ("La cause ne dit pas pourquoi", world.diane.id)
    assert (second.round, second.state) == (2, AnswerState.ANSWERED)


def test_evidence_that_does_not_convince_is_sent_back_as_well(world: World, bus: Bus) -> None:
    answer = sent_back(proven())

    assert known(answer.finding_id).answer_state is AnswerState.SENT_BACK


def test_a_nonconformity_is_answered_with_its_cause_and_plan(world: World, work: Work) -> None:
    finding = raised_finding()
    bare = AnswerIn(version=finding.version, correction="Fiches complétées")

    with (
        work("audit", world.paul, "audit:answer") as uow,
        pytest.raises(AnswerIncomplete, match="root_cause, plan, owner_id, due_on"),
    ):
        answering.answer(uow, finding.id, bare)


def test_an_observation_is_answered_in_a_sentence_and_closes_without(
    world: World, work: Work
) -> None:
    finding = raised_finding(Grade.OBSERVATION)
    assert finding.answer_due_on == finding.raised_on + timedelta(days=60)
    with work("audit", world.paul, "audit:answer") as uow, pytest.raises(AnswerIncomplete):
        answering.answer(uow, finding.id, AnswerIn(version=finding.version))
    with work("audit", world.paul, "audit:answer") as uow:
        words = AnswerIn(version=finding.version, plan="Repeindre les allées")
        assert answering.answer(uow, finding.id, words).round == 1

    silent = raised_finding(Grade.OBSERVATION)
    with work("audit", world.diane, "audit:close") as uow:
        closed = commands.close_finding(uow, silent.id, StepIn(version=silent.version))
    assert closed.answer_state is AnswerState.SETTLED


@pytest.mark.parametrize("grade", [Grade.STRENGTH, Grade.IMPROVEMENT])
def test_praise_and_ideas_ask_for_no_answer(world: World, work: Work, grade: Grade) -> None:
    finding = raised_finding(grade)

    assert (finding.answer_state, finding.answer_due_on) == (AnswerState.NOT_ASKED, None)
    with work("audit", world.paul, "audit:answer") as uow, pytest.raises(NothingToAnswer):
        answering.answer(uow, finding.id, answer_in(finding))


def test_a_finding_is_not_answered_twice_at_a_time(world: World, work: Work) -> None:
    finding = raised_finding()
    answered(finding)

    again = answer_in(known(finding.id))
    with work("audit", world.alice, "audit:answer") as uow, pytest.raises(NothingToAnswer):
        answering.answer(uow, finding.id, again)


def test_another_sites_finding_cannot_be_answered(world: World, work: Work) -> None:
    finding = raised_finding()

    with work("audit", world.charlie, "audit:answer") as uow, pytest.raises(NotFound):
        answering.answer(uow, finding.id, answer_in(finding))


def test_who_neither_owns_nor_coordinates_does_not_answer(world: World, work: Work) -> None:
    finding = raised_finding()
    helper = replace(world.bob, grants=(replace(world.bob.grants[0], role="contributor"),))

    with work("audit", helper, "audit:answer") as uow, pytest.raises(NotYoursToAnswer):
        answering.answer(uow, finding.id, answer_in(finding))

    took_action(finding, helper, effective=False)
    with work("audit", helper, "audit:answer") as uow:
        assert answering.answer(uow, finding.id, answer_in(finding)).answered_by == helper.id


def test_a_reader_and_the_auditor_do_not_answer(world: World, work: Work) -> None:
    finding = raised_finding()

    for somebody in (world.bob, world.diane):
        with work("audit", somebody, "audit:answer") as uow, pytest.raises(Forbidden):
            answering.answer(uow, finding.id, answer_in(finding))


def test_what_is_planned_is_given_to_somebody_of_the_site(world: World, work: Work) -> None:
    finding = raised_finding()
    stranger = answer_in(finding).model_copy(update={"owner_id": world.charlie.id})

    with work("audit", world.paul, "audit:answer") as uow, pytest.raises(OwnerMayNotAnswer):
        answering.answer(uow, finding.id, stranger)


def test_an_answer_keeps_the_actions_that_deal_with_it(world: World, work: Work, bus: Bus) -> None:
    finding = raised_finding()
    bus.deliver_all()
    [opened] = bus.published(ActionOpened)

    assert answered(finding).action_ids == [opened.action_id]


Judging = Callable[[Actor], Answer]


def accepting(answer: Answer) -> Judging:
    def judge(by: Actor) -> Answer:
        with unit_of_work("audit", by, permission="audit:close") as uow:
            return answering.accept(uow, answer.id, AcceptIn(version=answer.version))

    return judge


def sending_back(answer: Answer) -> Judging:
    def judge(by: Actor) -> Answer:
        reason = SendBackIn(version=answer.version, reason="Il manque la cause")
        with unit_of_work("audit", by, permission="audit:close") as uow:
            return answering.send_back(uow, answer.id, reason)

    return judge


each_judgement = pytest.mark.parametrize("judging", [accepting, sending_back])


@each_judgement
def test_only_the_audits_auditors_judge(
    world: World, work: Work, judging: Callable[[Answer], Judging]
) -> None:
    judge = judging(answered())

    with pytest.raises(NotYoursToReview, match="Audit interne production"):
        judge(world.greta)
    with pytest.raises(NotFound):
        judge(world.anna)
    with pytest.raises(Forbidden):
        judge(world.bob)


@each_judgement
def test_nobody_judges_their_own_answer(
    world: World, work: Work, judging: Callable[[Answer], Judging]
) -> None:
    audit = external_audit()
    with work("audit", world.alice, "audit:plan") as uow:
        finding = commands.raise_finding(uow, audit.id, finding_in())
    judge = judging(answered(finding, by=world.alice))

    with pytest.raises(OwnWork):
        judge(world.alice)
    assert judge(world.greta).decided_by == world.greta.id


@each_judgement
def test_nobody_judges_what_concerns_their_own_process(
    world: World, bus: Bus, judging: Callable[[Answer], Judging]
) -> None:
    judge = judging(answered())
    give_process(bus, "PROD")

    with pytest.raises(OwnProcess):
        judge(world.diane)


@each_judgement
def test_a_judgement_needs_an_answer_that_waits(
    world: World, judging: Callable[[Answer], Judging]
) -> None:
    with pytest.raises(AnswerNotWaiting):
        judging(sent_back())(world.diane)


@each_judgement
def test_a_judgement_is_about_what_was_shown(
    world: World, judging: Callable[[Answer], Judging]
) -> None:
    answer = answered()
    judge = judging(answer)
    sent_back(answer)
    answer.version -= 1

    with pytest.raises(StaleVersion):
        judge(world.diane)


def test_an_answer_is_accepted_with_a_fresh_password(world: World) -> None:
    judge = accepting(answered())
    stale = replace(world.diane, confirmed_at=world.diane.confirmed_at and None)

    with pytest.raises(ConfirmIdentity):
        judge(stale)


def test_evidence_comes_after_the_acceptance_and_from_the_audited(world: World, work: Work) -> None:
    answer = answered()
    shown = EvidenceIn(version=answer.version, brought="Dix fiches remplies")
    with work("audit", world.paul, "audit:answer") as uow, pytest.raises(EvidenceTooSoon):
        answering.bring_evidence(uow, answer.id, shown)

    accepted(answer)
    with work("audit", world.diane, "audit:answer") as uow, pytest.raises(Forbidden):
        answering.bring_evidence(uow, answer.id, EvidenceIn(version=2, brought="Vu sur place"))


def close(finding: Finding, by: Actor) -> Finding:
    with unit_of_work("audit", by, permission="audit:close") as uow:
        current = uow.get(Finding, finding.id)
        return commands.close_finding(uow, finding.id, StepIn(version=current.version))


def test_a_nonconformity_closes_on_effective_actions_and_an_accepted_answer(
    world: World,
) -> None:
    finding = raised_finding()
    took_action(finding, world.paul)

    with pytest.raises(AnswerNotAccepted, match="to_answer"):
        close(finding, world.diane)
    answer = answered(finding)
    with pytest.raises(AnswerNotAccepted, match="answered"):
        close(finding, world.diane)
    accepted(answer)

    closed = close(finding, world.diane)
    assert (closed.status, closed.answer_state) == (FindingStatus.CLOSED, AnswerState.SETTLED)


def test_nobody_closes_what_they_answered(world: World) -> None:
    finding = raised_finding()
    took_action(finding, world.paul)
    accepted(answered(finding, by=world.alice))

    with pytest.raises(OwnWork):
        close(finding, world.alice)


def test_an_ineffective_action_asks_for_another_answer(world: World, work: Work, bus: Bus) -> None:
    finding = raised_finding()
    bus.deliver_all()
    [opened] = bus.published(ActionOpened)
    judged(bus, opened, effective=True)
    accepted(answered(finding))
    close(finding, world.diane)

    judged(bus, opened, effective=False)

    reopened = known(finding.id)
    assert len(bus.published(FindingReopened)) == 1
    assert (reopened.status, reopened.answer_state) == (FindingStatus.OPEN, AnswerState.TO_ANSWER)
    assert answered(finding).round == 2


def judged(bus: Bus, opened: ActionOpened, *, effective: bool) -> None:
    """Have the actions service say how an action's effect was judged."""
    event = ActionVerified(
        action_id=opened.action_id,
        site_id=opened.site_id,
        finding_id=opened.finding_id,
        effective=effective,
        status=ActionStatus.EFFECTIVE if effective else ActionStatus.OPEN,
        verified_on=date(2030, 1, 8),
        done_on=date(2030, 1, 8),
    )
    [known] = bus.envelopes(ActionOpened)
    changes = {"id": uuid4(), "type": event.topic, "data": event.model_dump(mode="json")}
    bus.deliver(known.model_copy(update={**changes, "sequence": 10 if effective else 11}))
    bus.deliver_all()


def test_the_page_is_told_what_its_reader_may_do(world: World, work: Work) -> None:
    finding = raised_finding()

    def parts(somebody: Actor) -> tuple[bool, bool]:
        with work("audit", somebody, "audit:read") as uow:
            told = part(uow, uow.get(Finding, finding.id))
            return told.may_answer, told.may_review

    assert parts(world.paul) == (True, False)
    assert parts(world.alice) == (True, False)
    assert parts(world.diane) == (False, True)
    assert parts(world.bob) == (False, False)


@pytest.mark.usefixtures("own_database")
def test_of_two_judgements_at_once_one_counts() -> None:
    answer = answered()

    def one() -> AnswerState:
        return accepting(answer)(WORLD.diane).state

    def other() -> AnswerState:
        return sending_back(answer)(WORLD.diane).state

    outcomes = together(one, other)

    assert sum(isinstance(outcome, StaleVersion) for outcome in outcomes) == 1


@pytest.mark.usefixtures("own_database")
def test_of_two_answers_at_once_one_is_kept() -> None:
    finding = raised_finding()
    data = answer_in(finding)

    def by(somebody: Actor) -> Callable[[], object]:
        def move() -> object:
            with unit_of_work("audit", somebody, permission="audit:answer") as uow:
                return answering.answer(uow, finding.id, data)

        return move

    outcomes = together(by(WORLD.paul), by(WORLD.alice))

    assert sum(isinstance(outcome, StaleVersion) for outcome in outcomes) == 1
    with unit_of_work("audit", SYSTEM) as uow:
        assert len(queries.rounds(uow, finding.id)) == 1
