"""The audit room: answers lose nothing, from several at once, and to whom it is open when."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Connection

from services.audit import commands
from services.audit.fieldwork import queries, room
from services.audit.fieldwork.errors import (
    AnswerNeedsReason,
    AnswersToSettle,
    ChecklistFrozen,
    NotOnTheTeam,
    QuestionOfAnotherAudit,
    RoomNotOpen,
    SomebodyUnknown,
    WordingUnknown,
)
from services.audit.fieldwork.models import Reply
from services.audit.fieldwork.schemas import AnswerIn, MetIn, QuestionOut, Verdict
from services.audit.models import Audit
from services.audit.schemas import StepIn
from shared.auth import Actor
from shared.errors import NotFound
from shared.schemas import Change
from shared.work import unit_of_work
from tests.audit.factories import finding_in, planned_audit, started_audit
from tests.audit.rooms import answer_in, answered, asked
from tests.conftest import Work
from tests.counting import statements
from tests.helpers import together
from tests.world import WORLD, World


@pytest.fixture
def emma(monkeypatch: pytest.MonkeyPatch) -> Actor:
    """A second auditor, on every team."""
    emma = WORLD.person("emma", "auditor", WORLD.lyon)  # type: ignore[arg-type]
    team = {WORLD.diane.id, emma.id}
    monkeypatch.setattr("services.audit.fieldwork.gates.team_of", lambda *_: team)
    return emma


def words(answers: list[Reply]) -> list[tuple[object, str]]:
    return [(answer.answered_by, answer.note) for answer in answers]


def test_an_answer_takes_the_place_of_the_one_it_follows(world: World) -> None:
    question = asked(started_audit())
    [first] = answered(question, answer_in(verdict=None, note="Voir la fiche"))

    again = answered(question, answer_in(first.id, note="Fiche vue"))

    assert words(again) == [(world.diane.id, "Fiche vue")]


def test_an_answer_sent_twice_is_kept_once(world: World, work: Work) -> None:
    question, data = asked(started_audit()), answer_in(note="Fiche vue")

    answered(question, data)
    [answer] = answered(question, data)
    answered(question, answer_in(answer.id, note="Fiche revue"))

    assert words(answered(question, data)) == [(world.diane.id, "Fiche revue")]
    with work("audit", world.diane, "audit:read") as uow:
        rows = uow.session.scalars(queries.news(uow, question.audit_id, None, question.id)).all()
    assert len(rows) == 2


def test_what_somebody_had_not_seen_stands_beside_theirs_until_it_is_settled(
    world: World, work: Work, emma: Actor
) -> None:
    audit = started_audit()
    question = asked(audit)
    [seen] = answered(question, answer_in(note="Fiche vue"))
    answered(question, answer_in(seen.id, note="Fiche signée"))

    both = answered(question, answer_in(seen.id, verdict="nonconformity", note="Vide"), emma)

    assert words(both) == [(world.diane.id, "Fiche signée"), (emma.id, "Vide")]
    with (
        work("audit", world.diane, "audit:conduct") as uow,
        pytest.raises(AnswersToSettle, match="1 questions"),
    ):
        commands.end_fieldwork(uow, audit.id, StepIn(version=audit.version))
    [_, chosen] = both
    values = {"verdict": chosen.verdict, "note": chosen.note}
    [settled] = answered(question, answer_in(*(one.id for one in both), **values))
    assert (settled.note, settled.answered_by) == ("Vide", world.diane.id)
    with work("audit", world.diane, "audit:conduct") as uow:
        commands.end_fieldwork(uow, audit.id, StepIn(version=audit.version))


def test_two_who_answer_at_once_both_stand(own_database: str, emma: Actor) -> None:
    question = asked(started_audit())

    together(
        lambda: answered(question, answer_in(note="Fiche vue")),
        lambda: answered(question, answer_in(note="Vide"), emma),
    )

    with unit_of_work("audit", WORLD.diane, permission="audit:read") as uow:
        found = list(queries.standing(uow, question.id))
    assert sorted(one.note for one in found) == ["Fiche vue", "Vide"]


@pytest.mark.parametrize("verdict", [Verdict.NOT_AUDITED, Verdict.NOT_APPLICABLE])
def test_what_was_not_looked_at_has_a_reason(world: World, verdict: Verdict) -> None:
    question = asked(started_audit())

    with pytest.raises(AnswerNeedsReason):
        answered(question, answer_in(verdict=verdict))
    [answer] = answered(question, answer_in(verdict=verdict, reason="Ligne à l'arrêt"))

    assert answer.reason == "Ligne à l'arrêt"


def test_nobody_answers_words_that_were_never_asked(world: World) -> None:
    question = asked(started_audit())

    with pytest.raises(WordingUnknown):
        answered(question, answer_in(edition=2))


def refused_by(actor: Actor, question: QuestionOut, data: AnswerIn) -> None:
    with unit_of_work("audit", actor, permission="audit:conduct") as uow:
        room.save_answer(uow, question.id, data)


def test_only_the_team_answers_and_reads_while_the_audit_is_under_way(
    world: World, work: Work
) -> None:
    audit = started_audit()
    question = asked(audit)
    stranger = WORLD.person("emma", "auditor", WORLD.lyon)  # type: ignore[arg-type]

    with pytest.raises(NotOnTheTeam):
        refused_by(stranger, question, answer_in())
    with pytest.raises(NotFound):
        refused_by(world.anna, question, answer_in())
    for actor in (world.alice, world.bob, world.paul):
        with work("audit", actor, "audit:read") as uow, pytest.raises(NotOnTheTeam):
            room.read_checklist(uow, audit.id)

    answered(question, answer_in())
    with work("audit", world.diane, "audit:conduct") as uow:
        commands.end_fieldwork(uow, audit.id, StepIn(version=audit.version))
    with work("audit", world.bob, "audit:read") as uow:
        assert len(room.read_checklist(uow, audit.id).answers) == 1


def test_the_room_opens_with_the_audit_and_closes_with_its_fieldwork(
    world: World, work: Work
) -> None:
    early = asked(planned_audit())
    with pytest.raises(RoomNotOpen, match="is planned"):
        answered(early, answer_in())

    audit = started_audit()
    question = asked(audit)
    with work("audit", world.diane, "audit:conduct") as uow:
        met = room.note_met(uow, audit.id, MetIn(name="Nadia Petit"))
        commands.end_fieldwork(uow, audit.id, StepIn(version=audit.version))
        with pytest.raises(ChecklistFrozen, match="is reporting"):
            room.note_met(uow, audit.id, MetIn(name="Trop tard"))
        with pytest.raises(ChecklistFrozen):
            room.strike_met(uow, met.id, Change(version=met.version))
    with pytest.raises(ChecklistFrozen, match="is reporting"):
        answered(question, answer_in())


def test_who_was_met_is_noted_once_and_may_be_struck_out(world: World, work: Work) -> None:
    audit, data = started_audit(), MetIn(id=uuid4(), name="Nadia Petit", function="Régleuse")

    with work("audit", world.diane, "audit:conduct") as uow:
        met = room.note_met(uow, audit.id, data)
        assert room.note_met(uow, audit.id, data) is met
        assert [one.name for one in room.read_checklist(uow, audit.id).met] == ["Nadia Petit"]
        room.strike_met(uow, met.id, Change(version=met.version))
        assert room.read_checklist(uow, audit.id).met == []


def test_who_is_not_known_at_the_site_was_not_met_there(world: World, work: Work) -> None:
    audit = started_audit()

    for stranger in (world.anna.id, uuid4()):
        with work("audit", world.diane, "audit:conduct") as uow, pytest.raises(SomebodyUnknown):
            room.note_met(uow, audit.id, MetIn(person_id=stranger, name="Nadia Petit"))
    with work("audit", world.diane, "audit:conduct") as uow:
        room.note_met(uow, audit.id, MetIn(person_id=world.paul.id, name="Paul"))
        assert [one.name for one in room.read_checklist(uow, audit.id).met] == ["Paul"]


def test_a_finding_knows_the_question_it_was_raised_from(world: World, work: Work) -> None:
    audit, other = started_audit(), started_audit()
    question = asked(audit)
    data = finding_in().model_copy(update={"question_id": question.id})

    with work("audit", world.diane, "audit:conduct") as uow:
        with pytest.raises(QuestionOfAnotherAudit):
            commands.raise_finding(uow, other.id, data)
        raised = commands.raise_finding(uow, audit.id, data)
        [found] = room.read_checklist(uow, audit.id).findings

    assert (found.id, found.question_id, found.grade) == (raised.id, question.id, raised.grade)


def test_news_are_those_since_a_moment_and_a_little_before(world: World, work: Work) -> None:
    question = asked(started_audit())
    [answer] = answered(question, answer_in())
    long_after = answer.answered_at + timedelta(hours=1)

    with work("audit", world.diane, "audit:read") as uow:

        def since(moment: object) -> int:
            found = queries.news(uow, question.audit_id, moment, None)  # type: ignore[arg-type]
            return len(uow.session.scalars(found).all())

        assert [since(None), since(answer.answered_at), since(long_after)] == [1, 1, 0]


def test_an_answer_is_a_few_statements_however_many_there_are(
    world: World, undone: dict[str, Connection]
) -> None:
    audit: Audit = started_audit()
    question = asked(audit)
    last: list[Reply] = []
    for _ in range(20):
        last = answered(question, answer_in(*(one.id for one in last)))
    with statements(undone["audit"]) as sent:
        answered(question, answer_in(*(one.id for one in last)))

    assert len(sent) < 12
