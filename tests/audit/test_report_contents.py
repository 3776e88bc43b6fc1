"""What a report takes over from the fieldwork: the team as it was, and the answers that stand."""

from sqlalchemy import Connection, delete

from services.audit import commands as auditing
from services.audit.auditors.models import TeamMember
from services.audit.auditors.schemas import TeamRole
from services.audit.fieldwork import checklist
from services.audit.fieldwork.models import Question, Reply, Wording
from services.audit.fieldwork.schemas import RewordIn
from services.audit.models import Audit
from services.audit.reporting.composing import compose
from services.audit.reporting.content import Content, Member
from services.audit.reporting.models import Report
from services.audit.reporting.queries import content_of
from services.audit.reporting.schemas import ReportLanguage
from shared.auth import SYSTEM
from shared.work import clock, unit_of_work
from tests.audit import reports
from tests.audit.factories import finding_in, started_audit
from tests.audit.rooms import answer_in, answered, asked
from tests.counting import statements
from tests.world import WORLD, World, id_of

FEW, MANY = 3, 30


def told_by(report: Report) -> Content:
    with reports.conducting(WORLD.diane) as uow:
        return content_of(uow, uow.get(Report, report.id))


def test_the_report_names_the_team_as_it_was_when_the_audit_started(world: World) -> None:
    audit = reports.ended(reports.watched_audit())
    with unit_of_work("audit", SYSTEM) as uow:
        uow.session.execute(delete(TeamMember).where(TeamMember.audit_id == audit.id))

    team = told_by(reports.begun(audit)).team

    assert team == [Member("Diane", TeamRole.LEAD), Member("Paul", TeamRole.OBSERVER)]


def test_an_answer_is_told_in_the_words_it_was_given_to(world: World) -> None:
    audit = started_audit()
    question = asked(audit, "Qui règle la presse 4 ?")
    answered(question, answer_in())
    with reports.conducting(WORLD.diane) as uow:
        other = RewordIn(version=question.version, text_fr="Qui répare la presse 4 ?")
        checklist.reword_question(uow, question.id, other)

    lines = told_by(reports.begun(reports.ended(audit))).checklist

    assert [line.question_fr for line in lines if line.verdict] == ["Qui règle la presse 4 ?"]
    assert "Qui répare la presse 4 ?" not in [line.question_fr for line in lines]


def test_only_the_answer_that_stands_is_told(world: World) -> None:
    audit = started_audit()
    question = asked(audit)
    [first] = answered(question, answer_in(note="Vu de loin"))
    answered(question, answer_in(first.id, note="Vu de près"))

    lines = told_by(reports.begun(reports.ended(audit))).checklist

    assert [line.note for line in lines if line.verdict] == ["Vu de près"]


def test_nothing_that_was_asked_at_another_site_is_told(world: World) -> None:
    audit = started_audit()
    with unit_of_work("audit", SYSTEM) as uow:
        foreign = Question(
            audit_id=audit.id,
            site_id=world.lille,
            requirement="",
            clause="",
            process="PROD",
            position=9,
        )
        uow.add(foreign)
        words = {"text_fr": "Et à Lille ?", "text_en": "", "worded_by": world.anna.id}
        uow.add(Wording(question_id=foreign.id, site_id=world.lille, edition=1, **words))
    report = reports.begun(reports.ended(audit))

    assert [line.question_fr for line in told_by(report).checklist] == ["Qui tient les fiches ?"]


def test_who_is_not_known_at_the_site_is_not_named(world: World) -> None:
    audit = started_audit()
    question = asked(audit)
    answered(question, answer_in())
    with unit_of_work("audit", SYSTEM) as uow:
        [given] = uow.session.scalars(uow.select(Reply).where(Reply.question_id == question.id))
        given.answered_by = id_of("anna")

    lines = told_by(reports.begun(reports.ended(audit))).checklist

    assert [line.answered_by for line in lines if line.verdict] == [""]


def test_bars_stand_in_the_order_of_their_clauses(world: World) -> None:
    audit = started_audit()
    with reports.conducting(world.diane) as uow:
        for clause in ("10.1", "8.4", "8.10"):
            cited = {"requirement": f"ISO 9001:2015 {clause}"}
            auditing.raise_finding(uow, audit.id, finding_in().model_copy(update=cited))
        audit = uow.get(Audit, audit.id)
    told = told_by(reports.begun(reports.ended(audit)))

    document = compose(told, ReportLanguage.FRENCH, clock())

    [overview] = [
        part
        for one in document.sections
        for part in one.sections[:1]
        if part.title == "Vue d'ensemble"
    ]
    [alt] = [one.alt for one in overview.blocks if one.kind == "chart" and "article" in one.alt]
    assert alt.endswith("ISO 9001:2015 8.4 1, ISO 9001:2015 8.10 1, ISO 9001:2015 10.1 1")


def test_a_report_costs_the_same_however_long_its_checklist(
    world: World, undone: dict[str, Connection]
) -> None:
    counts = []
    for most in (FEW, MANY):
        audit = started_audit()
        for number in range(most):
            answered(asked(audit, f"Question {number} ?"), answer_in())
        report = reports.begun(reports.ended(audit))
        with reports.conducting(world.diane) as uow, statements(undone["audit"]) as sent:
            told = content_of(uow, uow.get(Report, report.id))
        counts.append(len(sent))
        assert len(told.checklist) == most + 1
    assert counts[0] == counts[1] < 16
