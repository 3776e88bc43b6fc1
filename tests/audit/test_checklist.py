"""Writing a checklist: from references, from a template and by hand; nothing is pre-answered."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection

from services.audit import commands
from services.audit.fieldwork import checklist, planning, queries, room
from services.audit.fieldwork.errors import (
    ChecklistEmpty,
    ChecklistFrozen,
    NoRequirementKnown,
    NotOnTheTeam,
    QuestionAtTheEnd,
    QuestionDropped,
    TooManyQuestions,
)
from services.audit.fieldwork.models import ChecklistTemplate
from services.audit.fieldwork.schemas import (
    DropIn,
    FromTemplateIn,
    MoveIn,
    QuestionOut,
    RewordIn,
    TemplateIn,
)
from services.audit.library.models import KnownReference
from services.audit.models import Audit
from services.audit.schemas import StepIn
from shared.auth import SYSTEM
from shared.catalogue import current
from shared.errors import NotFound, StaleVersion
from shared.work import unit_of_work
from tests.audit.auditors.factories import fit_to_lead
from tests.audit.factories import (
    known_reference,
    planned_audit,
    question_in,
    slot_in,
    started_audit,
)
from tests.audit.rooms import answer_in, answered, asked
from tests.conftest import Work
from tests.counting import statements
from tests.helpers import together
from tests.world import WORLD, World

FEW, MANY = 20, 400


def held_against(*references: UUID) -> Audit:
    """Planned by these references, which Diane may audit by."""
    with unit_of_work("audit", SYSTEM) as uow:
        fit = [uow.get(KnownReference, id).code for id in references]
    fit_to_lead(*fit)
    return planned_audit(*references)


def kept(audit: Audit, code: str = "PROD") -> ChecklistTemplate:
    with unit_of_work("audit", WORLD.diane, permission="audit:conduct") as uow:
        data = TemplateIn(code=code, title="Production")
        return checklist.keep_as_template(uow, audit.id, data)


def texts(audit: Audit) -> list[str]:
    with unit_of_work("audit", WORLD.diane, permission="audit:conduct") as uow:
        return [one.text_fr for one in queries.questions(uow, audit.id)]


def reworded(question: QuestionOut, text: str) -> QuestionOut:
    with unit_of_work("audit", WORLD.diane, permission="audit:conduct") as uow:
        data = RewordIn(version=question.version, text_fr=text)
        return checklist.reword_question(uow, question.id, data)


def test_each_requirement_asks_a_question_and_headings_ask_none(world: World, work: Work) -> None:
    audit = held_against(known_reference(), known_reference())

    with work("audit", world.diane, "audit:conduct") as uow:
        made = checklist.generate_checklist(uow, audit.id)
        found = queries.questions(uow, audit.id)

    assert made.added == 6
    assert [one.clause for one in found] == ["8.4", "8.5", "9"] * 2
    assert found[0].requirement.endswith(":2015 8.4")
    said = "Prestataires externes : comment le site s'en assure-t-il, et qu'est-ce qui le montre ?"
    assert found[0].text_fr.replace("\u00a0", " ") == said
    assert found[0].text_en.startswith("Prestataires externes (en): how does the site make sure")


def test_a_new_checklist_has_no_answer_at_all(world: World, work: Work) -> None:
    audit = held_against(known_reference())
    with work("audit", world.diane, "audit:conduct") as uow:
        checklist.generate_checklist(uow, audit.id)
        assert room.read_checklist(uow, audit.id).answers == []


def test_what_was_asked_or_dropped_is_not_generated_again(world: World, work: Work) -> None:
    audit = held_against(known_reference())
    with work("audit", world.diane, "audit:conduct") as uow:
        checklist.generate_checklist(uow, audit.id)
        [first, *_] = queries.questions(uow, audit.id)
        no = DropIn(version=first.version, reason="Hors du périmètre")
        assert checklist.drop_question(uow, first.id, no).dropped_for == "Hors du périmètre"
        assert checklist.generate_checklist(uow, audit.id).added == 0


def test_without_references_there_is_nothing_to_ask(world: World, work: Work) -> None:
    audit = planned_audit()

    with work("audit", world.diane, "audit:conduct") as uow, pytest.raises(NoRequirementKnown):
        checklist.generate_checklist(uow, audit.id)


def test_an_answer_keeps_the_words_it_was_given_to(world: World, work: Work) -> None:
    audit = started_audit()
    question = asked(audit)
    answered(question, answer_in())

    again = reworded(question, "Qui règle la presse 4, et qui l'a formé ?")

    assert (again.edition, again.text_fr) == (2, "Qui règle la presse 4, et qui l'a formé ?")
    with work("audit", world.diane, "audit:conduct") as uow:
        [answer] = room.read_checklist(uow, audit.id).answers
    assert answer.edition == 1


def test_questions_change_places(world: World, work: Work) -> None:
    audit = planned_audit()
    first, second = asked(audit, "Première ?"), asked(audit, "Deuxième ?")

    with work("audit", world.diane, "audit:conduct") as uow:
        up = MoveIn(version=second.version, up=True)
        moved = checklist.move_question(uow, second.id, up)
        with pytest.raises(QuestionAtTheEnd):
            checklist.move_question(uow, second.id, MoveIn(version=moved.version, up=True))
        with pytest.raises(StaleVersion):
            checklist.move_question(uow, first.id, MoveIn(version=first.version, up=True))

    assert texts(audit) == ["Deuxième ?", "Première ?"]


def test_a_dropped_question_stays_as_it_was(world: World, work: Work) -> None:
    question = asked(planned_audit())
    with work("audit", world.diane, "audit:conduct") as uow:
        no = DropIn(version=question.version, reason="Posée deux fois")
        dropped = checklist.drop_question(uow, question.id, no)
        again = RewordIn(version=dropped.version, text_fr="Encore ?")
        with pytest.raises(QuestionDropped, match="Posée deux fois"):
            checklist.reword_question(uow, question.id, again)


def test_a_question_sent_twice_is_asked_once(world: World, work: Work) -> None:
    audit, data = planned_audit(), question_in(id=uuid4())
    with work("audit", world.diane, "audit:conduct") as uow:
        first = checklist.add_question(uow, audit.id, data)
        assert checklist.add_question(uow, audit.id, data) == first
    assert len(texts(audit)) == 1


def test_a_checklist_has_an_end(world: World, work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    audit = planned_audit()
    asked(audit)
    monkeypatch.setattr(checklist, "MOST_QUESTIONS", 1)

    with work("audit", world.diane, "audit:conduct") as uow, pytest.raises(TooManyQuestions):
        checklist.add_question(uow, audit.id, question_in("Une de plus ?"))


def test_a_checklist_is_kept_for_others_and_superseded_not_edited(world: World, work: Work) -> None:
    audit, other = planned_audit(), planned_audit()
    asked(audit, "Première ?")
    first = kept(audit)
    asked(audit, "Deuxième ?")
    second = kept(audit)

    assert (first.edition, second.edition) == (1, 2)
    assert [one["text_fr"] for one in first.questions] == ["Première ?"]
    with work("audit", world.diane, "audit:conduct") as uow:
        found = uow.session.scalars(current(uow, ChecklistTemplate)).all()
        assert [one.id for one in found] == [second.id]
        checklist.add_question(uow, other.id, question_in("première ?"))
        data = FromTemplateIn(template_id=second.id)
        assert checklist.ask_from_template(uow, other.id, data).added == 1
    assert texts(other) == ["première ?", "Deuxième ?"]


def test_nothing_is_kept_of_an_empty_checklist(world: World) -> None:
    with pytest.raises(ChecklistEmpty):
        kept(planned_audit())


def test_only_the_team_writes_the_checklist_and_only_until_the_fieldwork_ends(
    world: World, work: Work
) -> None:
    audit = started_audit()
    question = asked(audit)
    with work("audit", world.alice, "audit:plan") as uow, pytest.raises(NotOnTheTeam):
        checklist.add_question(uow, audit.id, question_in())
    with work("audit", world.anna, "audit:conduct") as uow, pytest.raises(NotFound):
        checklist.reword_question(uow, question.id, RewordIn(version=1, text_fr="Quoi ?"))

    with work("audit", world.diane, "audit:conduct") as uow:
        commands.end_fieldwork(uow, audit.id, StepIn(version=audit.version))
        for refused in (
            lambda: checklist.add_question(uow, audit.id, question_in()),
            lambda: checklist.generate_checklist(uow, audit.id),
            lambda: checklist.reword_question(
                uow, question.id, RewordIn(version=1, text_fr="Quoi ?")
            ),
            lambda: checklist.drop_question(
                uow, question.id, DropIn(version=1, reason="Hors sujet")
            ),
            lambda: checklist.move_question(uow, question.id, MoveIn(version=1, up=True)),
        ):
            with pytest.raises(ChecklistFrozen, match="is reporting"):
                refused()


def test_two_who_keep_a_checklist_at_once_make_two_editions(own_database: str) -> None:
    first, second = planned_audit(), planned_audit()
    asked(first, "Première ?")
    asked(second, "Deuxième ?")

    together(lambda: kept(first), lambda: kept(second))

    with unit_of_work("audit", WORLD.diane, permission="audit:read") as uow:
        rows = uow.session.scalars(uow.select(ChecklistTemplate)).all()
    assert sorted(row.edition for row in rows) == [1, 2]
    assert sum(row.superseded_at is None for row in rows) == 1


def test_a_checklist_costs_the_same_however_long_it_is(
    world: World, work: Work, undone: dict[str, Connection]
) -> None:
    counts = []
    audit = planned_audit()
    with work("audit", world.diane, "audit:conduct") as uow:
        planning.add_slot(uow, audit.id, slot_in())
        commands.start_audit(uow, audit.id, StepIn(version=audit.version))
    asked_already = 0
    for most in (FEW, MANY):
        with work("audit", world.diane, "audit:conduct") as uow:
            for number in range(asked_already, most):
                one = checklist.add_question(uow, audit.id, question_in(f"Question {number} ?"))
                room.save_answer(uow, one.id, answer_in())
        asked_already = most
        with (
            work("audit", world.diane, "audit:read") as uow,
            statements(undone["audit"]) as sent,
        ):
            found = room.read_checklist(uow, audit.id)
        counts.append(len(sent))
        assert len(found.questions) == len(found.answers) == most
    assert counts[0] == counts[1] < 10
