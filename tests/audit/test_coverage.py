"""What audits cover: every cell of the three matrices says how well, and by what."""

from datetime import date

import pytest
from sqlalchemy import event

from services.audit import commands as auditing
from services.audit.fieldwork import checklist, queries
from services.audit.programme import coverage
from services.audit.programme.coverage_schemas import By, Cover
from services.audit.schemas import FindingIn, Grade
from shared.auth import Actor
from shared.work import unit_of_work
from tests.audit import programmes as making
from tests.audit.rooms import answer_in, answered
from tests.conftest import Work
from tests.world import WORLD, World

pytestmark = pytest.mark.usefixtures("library")

SINCE, UNTIL = date(2028, 1, 1), date(2030, 12, 31)
ORDER = list(Cover)


def look(
    by: By, actor: Actor | None = None, reference: object = making.ISO_9001
) -> dict[tuple[str, str], Cover]:
    """Each cell by the names of its row and column."""
    cycle = coverage.Cycle(SINCE, UNTIL, WORLD.group, reference)  # type: ignore[arg-type]
    with unit_of_work("audit", actor or WORLD.greta, permission="audit:read") as uow:
        found = coverage.matrix(uow, cycle, by)
    return {
        (row.group if by is not By.PROCESS_SITE else row.key, column.name_fr): ORDER[cell]
        for row, cells in zip(found.rows, found.cells, strict=True)
        for column, cell in zip(found.columns, cells, strict=True)
    }


def test_nothing_is_covered_before_anything_is_programmed(world: World) -> None:
    found = look(By.CLAUSE_SITE)

    assert set(found.values()) == {Cover.HOLE}
    assert len(found) == len(making.CLAUSES) * 3


def test_a_cell_is_programmed_planned_then_held(world: World) -> None:
    entry = making.programmed()
    assert look(By.CLAUSE_SITE)["8.4", "Lyon"] is Cover.PROGRAMMED

    audit = making.planned(entry)
    assert look(By.CLAUSE_SITE)["8.4", "Lyon"] is Cover.PLANNED

    making.held(audit)
    assert look(By.CLAUSE_SITE)["8.4", "Lyon"] is Cover.HELD
    assert look(By.CLAUSE_SITE)["8.4", "Lille"] is Cover.HOLE


def test_another_reference_and_another_process_stay_holes(world: World) -> None:
    making.held_on(date(2029, 5, 4), "PROD")

    assert set(look(By.CLAUSE_SITE, reference=making.ISO_14001).values()) == {Cover.HOLE}
    processes = look(By.PROCESS_SITE)
    assert processes["PROD", "Lyon"] is Cover.HELD
    assert processes["ACHATS", "Lyon"] is Cover.HOLE
    both = look(By.CLAUSE_PROCESS)
    assert (both["8.4", "Prod"], both["8.4", "Achats"]) == (Cover.HELD, Cover.HOLE)


def test_a_process_that_does_not_run_at_a_site_is_no_hole_there(world: World) -> None:
    found = look(By.PROCESS_SITE)

    assert found["MAINT", "Lyon"] is Cover.HOLE
    assert found["MAINT", "Lille"] is Cover.NOT_APPLICABLE


def test_what_an_auditor_found_proves_the_very_cell(world: World, work: Work) -> None:
    audit = making.planned()
    making.started(audit)
    finding = FindingIn(
        grade=Grade.OBSERVATION,
        process="PROD",
        statement="Réglages notés au crayon",
        requirement_id=making.clause(making.ISO_9001, 3),
    )
    with work("audit", world.diane, "audit:conduct") as uow:
        said = auditing.raise_finding(uow, audit.id, finding)
    making.ended(audit)

    found = look(By.CLAUSE_SITE)
    assert (found["8.5.1", "Lyon"], found["8.4", "Lyon"]) == (Cover.PROVEN, Cover.HELD)
    cycle = coverage.Cycle(SINCE, UNTIL, world.group)
    with work("audit", world.greta, "audit:read") as uow:
        row = str(making.clause(making.ISO_9001, 3))
        [by] = coverage.covering(uow, cycle, By.CLAUSE_SITE, row, str(world.lyon))
    assert (by.audit_id, by.findings) == (audit.id, [said.id])


@pytest.mark.parametrize(
    ("verdict", "cover"), [("conform", Cover.PROVEN), ("not_audited", Cover.HELD)]
)
def test_an_answer_proves_the_cell_if_something_was_looked_at(
    world: World, work: Work, verdict: str, cover: Cover
) -> None:
    audit = making.planned()
    making.started(audit)
    wanted = making.clause(making.ISO_9001, 3)
    with work("audit", world.diane, "audit:conduct") as uow:
        checklist.generate_checklist(uow, audit.id)
        asked = queries.questions(uow, audit.id)
    [question] = [one for one in asked if one.requirement_id == wanted]
    answered(question, answer_in(verdict=verdict, reason="Presse à l'arrêt ce jour-là"))
    making.ended(audit)

    assert look(By.CLAUSE_SITE)["8.5.1", "Lyon"] is cover
    cycle = coverage.Cycle(SINCE, UNTIL, world.group)
    with work("audit", world.greta, "audit:read") as uow:
        [by] = coverage.covering(uow, cycle, By.CLAUSE_SITE, str(wanted), str(world.lyon))
    assert (by.audit_id, by.findings) == (audit.id, [])


@pytest.mark.parametrize("row", ["PROD", "no-clause", "Lyon"])
def test_a_cell_that_is_not_there_is_covered_by_nothing(world: World, work: Work, row: str) -> None:
    making.held_on(date(2029, 5, 4), "PROD")
    cycle = coverage.Cycle(SINCE, UNTIL, world.group)

    with work("audit", world.greta, "audit:read") as uow:
        assert coverage.covering(uow, cycle, By.CLAUSE_SITE, row, str(world.lyon)) == []


def test_an_audit_before_the_cycle_covers_nothing(world: World) -> None:
    making.held_on(date(2027, 12, 31), "PROD")

    assert look(By.PROCESS_SITE)["PROD", "Lyon"] is Cover.HOLE


def test_each_cell_opens_what_covers_it_the_strongest_first(world: World, work: Work) -> None:
    held = making.held_on(date(2029, 5, 4), "PROD")
    entry = making.programmed()
    cycle = coverage.Cycle(SINCE, UNTIL, world.group)

    with work("audit", world.greta, "audit:read") as uow:
        found = coverage.covering(uow, cycle, By.PROCESS_SITE, "PROD", str(world.lyon))
    assert [(one.audit_id, one.entry_id) for one in found] == [(held.id, None), (None, entry.id)]


def test_a_reader_sees_the_columns_of_their_own_sites(world: World) -> None:
    making.programmed()

    assert {column for _, column in look(By.CLAUSE_SITE, world.charlie)} == {"Lille"}
    assert set(look(By.CLAUSE_SITE, world.charlie).values()) == {Cover.HOLE}


def test_the_matrix_costs_the_same_however_much_there_is(world: World, work: Work) -> None:
    def statements() -> int:
        asked: list[str] = []
        with work("audit", world.greta, "audit:read") as uow:
            connection = uow.session.connection()

            def note(*told: object) -> None:
                asked.append(str(told[2]))

            event.listen(connection, "before_cursor_execute", note)
            coverage.matrix(uow, coverage.Cycle(SINCE, UNTIL, world.group), By.CLAUSE_SITE)
            event.remove(connection, "before_cursor_execute", note)
        return len(asked)

    few = statements()
    for day in range(1, 9):
        making.held_on(date(2029, 5, day), "PROD", "ACHATS")
        making.programmed()
    assert statements() == few <= 9
