"""Bodies grade findings on scales of their own, and a finding keeps the edition that graded it."""

from datetime import date, timedelta
from uuid import UUID

import pytest
import time_machine

from services.actions.events import ActionOpened
from services.audit import commands
from services.audit.answers import commands as answering
from services.audit.answers.errors import DutyDoesNotFit, GradeNotOnScale, GradeTwice
from services.audit.answers.models import Body
from services.audit.answers.reminders import announce_due
from services.audit.answers.scales import answer_due_on, closing_due_on
from services.audit.answers.schemas import ScaleGrade
from services.audit.events import FindingDueSoon, FindingOverdue
from services.audit.models import Finding
from services.audit.schemas import AnswerState, Grade
from services.notifications.models import Notification
from shared.auth import SYSTEM
from shared.catalogue import AlreadySuperseded, current_edition
from shared.errors import Forbidden, NotFound
from shared.work import unit_of_work
from tests.audit.factories import (
    accepted,
    answered,
    audit_in,
    body_in,
    external_audit,
    finding_in,
    new_body,
    raised_finding,
)
from tests.conftest import Work
from tests.helpers import Bus
from tests.world import WORLD, World

DEFAULTS = [
    (Grade.MAJOR, 15, 90),
    (Grade.MINOR, 30, 365),
    (Grade.OBSERVATION, 60, None),
    (Grade.IMPROVEMENT, None, None),
    (Grade.STRENGTH, None, None),
]
MONDAY = date(2026, 12, 21)


@pytest.mark.parametrize(("kind", "answer", "closing"), DEFAULTS)
def test_the_group_starts_with_the_grades_and_delays_usual_in_france(
    world: World, kind: Grade, answer: int | None, closing: int | None
) -> None:
    finding = raised_finding(kind)

    since = finding.raised_on
    assert finding.answer_due_on == (since + timedelta(days=answer) if answer else None)
    assert finding.closing_due_on == (since + timedelta(days=closing) if closing else None)
    assert (finding.body_grade, finding.obliges) == (kind, kind.is_nonconformity)


def test_a_body_may_count_in_working_days() -> None:
    grade = ScaleGrade(
        code="A",
        kind=Grade.MAJOR,
        title_fr="Majeure",
        title_en="Major",
        obliges=True,
        answer_days=5,
        closing_days=10,
        working_days=True,
    )

    # 22, 23, 24, then 28 and 29 December: the 25th is a holiday, the 26th and 27th a weekend.
    assert answer_due_on(grade, MONDAY) == date(2026, 12, 29)
    # 30, 31, then 4, 5 and 6 January.
    assert closing_due_on(grade, MONDAY) == date(2027, 1, 6)
    calendar = grade.model_copy(update={"working_days": False})
    assert answer_due_on(calendar, MONDAY) == date(2026, 12, 26)


def entered(audit_id: UUID, kind: Grade, code: str = "") -> Finding:
    data = finding_in(kind).model_copy(update={"body_grade": code})
    with unit_of_work("audit", WORLD.alice, permission="audit:plan") as uow:
        return commands.raise_finding(uow, audit_id, data)


def test_an_outside_bodys_audit_is_graded_on_its_own_scale(world: World) -> None:
    body = new_body()
    audit = external_audit(body.id)

    finding = entered(audit.id, Grade.MAJOR, "NCM")
    by_kind = entered(audit.id, Grade.MAJOR)

    assert (finding.grade, finding.body_grade, finding.body_id) == ("NC_MAJ", "NCM", body.id)
    assert finding.answer_due_on == finding.raised_on + timedelta(days=21)
    assert by_kind.body_grade == "NCM"


def test_a_grade_that_the_body_does_not_have_is_refused(world: World) -> None:
    audit = external_audit(new_body().id)

    with pytest.raises(GradeNotOnScale, match="Veritec does not grade a finding PP"):
        entered(audit.id, Grade.IMPROVEMENT)
    with pytest.raises(GradeNotOnScale):
        entered(audit.id, Grade.MINOR, "NCM")


def test_a_finding_keeps_the_edition_that_graded_it(world: World, work: Work) -> None:
    body = new_body()
    audit = external_audit(body.id)
    before = entered(audit.id, Grade.MAJOR)

    slower = body_in()
    slower.grades[0].answer_days = 60
    with work("audit", world.greta, "audit:configure") as uow:
        second = answering.supersede_body(uow, body.id, slower)
    after = entered(external_audit(second.id).id, Grade.MAJOR)

    assert (second.edition, before.body_id, after.body_id) == (2, body.id, second.id)
    assert after.answer_due_on == after.raised_on + timedelta(days=60)
    with work("audit", world.greta, "audit:configure") as uow, pytest.raises(AlreadySuperseded):
        answering.supersede_body(uow, body.id, slower)


def test_a_grade_of_no_nonconformity_may_oblige_to_act(world: World, bus: Bus) -> None:
    audit = external_audit(new_body().id)

    entered(audit.id, Grade.OBSERVATION)
    bus.deliver_all()

    assert [event.priority for event in bus.published(ActionOpened)] == ["P4"]


def test_a_scale_is_coherent(world: World, work: Work) -> None:
    twice, soft, loud = body_in(), body_in(), body_in()
    twice.grades[1].code = "ncm"
    soft.grades[0].obliges = False
    loud.grades[1].blocks = True

    for data, refusal in ((twice, GradeTwice), (soft, DutyDoesNotFit), (loud, DutyDoesNotFit)):
        with work("audit", world.greta, "audit:configure") as uow, pytest.raises(refusal):
            answering.add_body(uow, data)


def test_only_who_configures_for_the_whole_group_changes_a_scale(world: World, work: Work) -> None:
    for somebody in (world.alice, world.diane):
        with work("audit", somebody, "audit:configure") as uow, pytest.raises(Forbidden):
            answering.add_body(uow, body_in())


def test_an_audit_follows_a_body_that_there_is(world: World, work: Work) -> None:
    nowhere = audit_in().model_copy(update={"body_id": world.lyon})

    with work("audit", world.alice, "audit:plan") as uow, pytest.raises(NotFound):
        commands.plan_audit(uow, nowhere)


def remind(day: date) -> None:
    with time_machine.travel(day, tick=False), unit_of_work("audit", SYSTEM) as uow:
        announce_due(uow)


def told(bus: Bus, kind: str) -> list[UUID]:
    bus.deliver_all()
    with unit_of_work("notifications", SYSTEM) as uow:
        rows = uow.select(Notification).where(Notification.kind == kind)
        return [row.person_id for row in uow.session.scalars(rows)]


def test_a_clock_is_told_ahead_then_late_then_to_the_coordinator_once_each(
    world: World, bus: Bus
) -> None:
    finding = raised_finding()
    bus.deliver_all()
    due = finding.answer_due_on
    assert due is not None

    remind(due - timedelta(days=8))
    assert bus.published(FindingDueSoon) == []
    for _ in range(2):
        remind(due - timedelta(days=7))
    [soon] = bus.published(FindingDueSoon)
    assert (soon.clock, soon.due_on, soon.owner_ids) == ("answer", due, [world.paul.id])
    assert told(bus, "finding_due_soon") == [world.paul.id]

    for _ in range(2):
        remind(due + timedelta(days=1))
    assert told(bus, "finding_overdue") == [world.paul.id]
    remind(due + timedelta(days=15))
    assert told(bus, "finding_overdue") == [world.paul.id, world.alice.id]
    assert [event.level for event in bus.published(FindingOverdue)] == [1, 2]


def test_an_answer_that_is_there_is_not_asked_for(world: World, bus: Bus) -> None:
    finding = accepted(answered())

    with unit_of_work("audit", SYSTEM) as uow:
        due = uow.session.get_one(Finding, finding.finding_id)
    assert due.answer_state is AnswerState.ACCEPTED
    assert due.closing_due_on is not None
    remind(due.closing_due_on + timedelta(days=2))

    assert [event.clock for event in bus.published(FindingOverdue)] == ["closing"]


def test_everybody_reads_the_scales(world: World, work: Work) -> None:
    with work("audit", world.bob, "audit:read") as uow:
        assert len(current_edition(uow, Body, "INTERNE").scale) == len(Grade)
