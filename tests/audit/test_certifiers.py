"""A certifier's list: taken in as it comes, on its own scale, by who plans audits at the site."""

from datetime import date

import pytest

from services.audit import commands
from services.audit.answers.errors import NotYoursToRecord
from services.audit.errors import NotYourAudit
from services.audit.models import Audit, Finding
from services.audit.schemas import Grade, StepIn
from shared.auth import SYSTEM
from shared.errors import Forbidden
from shared.tabular import Cell, Sheet, to_xlsx
from shared.work import unit_of_work
from tests.audit.factories import external_audit, finding_in, new_body, started_audit
from tests.conftest import Work
from tests.importing import carried_out, errors, looked_through, outcome, run, sent, taken_back, why
from tests.world import WORLD, World

REGISTER = "certifier-findings"
HEADER = ("N° fiche", "CATEGORIE", "Chapitre", "Libellé", "Preuves", "Service", "Délai")


def line(number: str, grade: str = "Écart critique", **more: Cell) -> list[Cell]:
    return [
        number,
        grade,
        more.get("clause", "8.5.1"),
        more.get("statement", f"Écart {number}"),
        more.get("evidence", "Vu à la presse 4"),
        more.get("process", "PROD"),
        more.get("due", "15/02/2030"),
    ]


def as_sent(*lines: list[Cell]) -> bytes:
    """A list as a certifier makes it: its own titles, and a heading above them."""
    above: list[list[Cell]] = [["Veritec · rapport 2030-114", *[None] * 6], [None] * 7]
    return to_xlsx(Sheet("Constats", ["Liste des constats", *[""] * 6], [*above, HEADER, *lines]))


def kept() -> list[Finding]:
    with unit_of_work("audit", SYSTEM) as uow:
        return list(uow.session.scalars(uow.select(Finding).order_by(Finding.number)))


@pytest.fixture
def audit(world: World) -> Audit:
    return external_audit(new_body().id)


def test_a_list_is_taken_in_with_its_own_titles_grades_and_days(world: World, audit: Audit) -> None:
    content = as_sent(line("F-01"), line("F-02", "r", clause="ISO 9001:2015 7.2", due=None))

    told = run("audit", sent("audit", REGISTER, world.alice, content), world.alice)
    assert errors(told) == []
    assert outcome(told).changes == {"raise_finding": 2, "open_action": 2}
    carried_out("audit", told.id, world.alice)

    first, second = kept()
    assert (first.number, first.grade, first.body_grade) == ("F-01", Grade.MAJOR, "NCM")
    assert (first.requirement, first.answer_due_on) == (
        "ISO 9001:2015 8.5.1",
        date(2030, 2, 15),
    )
    assert (first.raised_by, first.audit_id) == (world.alice.id, audit.id)
    assert (second.grade, second.requirement) == (Grade.OBSERVATION, "ISO 9001:2015 7.2")


def test_what_was_taken_in_is_not_taken_in_again(world: World, audit: Audit) -> None:
    content = as_sent(line("F-01"))
    told = run("audit", sent("audit", REGISTER, world.alice, content), world.alice)
    carried_out("audit", told.id, world.alice)

    again = run("audit", sent("audit", REGISTER, world.alice, content), world.alice)

    assert outcome(again).changes == {}


def test_each_wrong_cell_is_told(world: World, audit: Audit) -> None:
    content = as_sent(
        line("F-01", "Grave"),
        line("F-02", evidence=None),
        line("F-03", process=None),
        line("F-04", due="bientôt"),
        line("F-05"),
        line("F-05", statement="Autre chose"),
    )

    told = run("audit", sent("audit", REGISTER, world.alice, content), world.alice)

    assert errors(told) == [
        (5, "grade", "grade_not_on_scale"),
        (6, "requirement", "nonconformity_incomplete"),
        (7, "process", "cell_invalid"),
        (8, "due_on", "not_a_day"),
        (10, "statement", "twice_in_the_workbook"),
    ]
    assert kept() == []


def rows(*audits: str | None) -> list[list[Cell]]:
    return [
        [f"F-{n}", "NCM", "8.5.1", "Un écart", "Vu", "PROD", None, title]
        for n, title in enumerate(audits)
    ]


def test_which_audit_is_meant_must_be_clear(world: World, audit: Audit) -> None:
    assert errors(looked_through("audit", REGISTER, world.alice, *rows(None))) == []
    told = looked_through("audit", REGISTER, world.alice, *rows("Un autre"))
    assert errors(told) == [(2, "audit", "unknown_external_audit")]
    external_audit(audit.body_id)
    told = looked_through("audit", REGISTER, world.alice, *rows(None, "Audit de suivi"))
    assert [kind for *_, kind in errors(told)] == ["ambiguous_external_audit"] * 2


def test_only_who_plans_audits_at_the_site_enters_a_list(world: World, audit: Audit) -> None:
    told = looked_through("audit", REGISTER, world.charlie, *rows("Audit de suivi"))

    assert errors(told) == [(2, "audit", "unknown_external_audit")]


def test_an_internal_audit_takes_no_list(world: World) -> None:
    started_audit()

    told = looked_through("audit", REGISTER, world.alice, *rows(None))

    assert errors(told) == [(2, "audit", "no_external_audit")]


def test_a_list_may_come_after_the_fieldwork_and_go_again_until_the_audit_closes(
    world: World, work: Work, audit: Audit
) -> None:
    with work("audit", world.diane, "audit:conduct") as uow:
        commands.end_fieldwork(uow, audit.id, StepIn(version=audit.version))
    told = looked_through("audit", REGISTER, world.alice, *rows(None))
    carried_out("audit", told.id, world.alice)
    assert len(kept()) == 1

    assert why(taken_back("audit", told.id, world.alice)) == ""
    assert kept() == []


def test_who_raises_what_an_outside_body_found(world: World, work: Work, audit: Audit) -> None:
    """The lead in the house accompanies the audit; the findings are not theirs to raise."""
    with work("audit", world.diane, "audit:enter") as uow, pytest.raises(NotYoursToRecord):
        commands.raise_finding(uow, audit.id, finding_in())
    with work("audit", world.bob, "audit:enter") as uow, pytest.raises(Forbidden):
        commands.raise_finding(uow, audit.id, finding_in())

    with work("audit", world.alice, "audit:enter") as uow:
        assert commands.raise_finding(uow, audit.id, finding_in()).raised_by == WORLD.alice.id


def test_the_coordinator_does_not_raise_what_is_the_leads(world: World, work: Work) -> None:
    audit = started_audit()

    with work("audit", world.alice, "audit:enter") as uow, pytest.raises(NotYourAudit):
        commands.raise_finding(uow, audit.id, finding_in())
