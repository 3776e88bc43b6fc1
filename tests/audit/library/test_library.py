"""What audit knows of references and processes, and what it plans and finds by it."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.audit import commands, queries
from services.audit.errors import AuditWithoutCriteria
from services.audit.fieldwork import planning
from services.audit.handlers import handlers
from services.audit.library.errors import (
    ProcessNotAtSite,
    ReferenceNotInForce,
    RequirementNotOfAudit,
    UnknownProcess,
    UnknownReference,
)
from services.audit.library.models import KnownProcess
from services.audit.library.queries import (
    processes_at,
    references_in_force,
    requirements_of,
)
from services.audit.models import Audit, Finding
from services.audit.schemas import AuditIn, FindingIn, StepIn
from services.compliance.events import ReferenceSuperseded
from services.compliance.models import Reference
from services.compliance.schemas import ReferenceKind
from services.processes.events import ProcessWithdrawn
from shared.auth import SYSTEM
from shared.work import unit_of_work
from tests.audit.auditors.factories import fit_to_lead
from tests.audit.factories import DAY, audit_in, finding_in, slot_in
from tests.compliance.factories import SINCE, drafted, issued, loaded, of, superseded
from tests.conftest import Work
from tests.helpers import Bus
from tests.register.factories import changed, registered
from tests.world import WORLD, World


@pytest.fixture(autouse=True)
def diane_may_lead(world: World) -> None:
    fit_to_lead("ISO 9001", "ISO 14001", "PRO-QSE-001")


def planned(**changes: Any) -> Audit:  # noqa: ANN401
    data = AuditIn.model_validate(audit_in().model_dump() | changes)
    with unit_of_work("audit", WORLD.alice, permission="audit:plan") as uow:
        return commands.plan_audit(uow, data)


def started(reference: Reference) -> Audit:
    audit = planned(reference_ids=[reference.id], criteria=[])
    with unit_of_work("audit", WORLD.diane, permission="audit:conduct") as uow:
        planning.add_slot(uow, audit.id, slot_in())
        return commands.start_audit(uow, audit.id, StepIn(version=audit.version))


def raised(audit: Audit, requirement_id: UUID | None, **changes: Any) -> Finding:  # noqa: ANN401
    values = finding_in().model_dump() | {"requirement_id": requirement_id} | changes
    with unit_of_work("audit", WORLD.diane, permission="audit:conduct") as uow:
        return commands.raise_finding(uow, audit.id, FindingIn.model_validate(values))


def in_force_on(day: date) -> list[str]:
    with unit_of_work("audit", WORLD.bob, permission="audit:read") as uow:
        return [reference.label for reference in references_in_force(uow, day)]


def running_at(site: UUID) -> list[tuple[str, str]]:
    with unit_of_work("audit", WORLD.bob, permission="audit:read") as uow:
        return [(process.code, process.name_fr) for process in processes_at(uow, site)]


# --- the copies -------------------------------------------------------------------------------


def test_issued_references_are_known_with_their_requirements(world: World, bus: Bus) -> None:
    quality, internal = loaded("iso_9001_2015"), issued("PRO-QSE-001")
    drafted("PRO-QSE-002")
    bus.deliver_all()

    with unit_of_work("audit", world.bob, permission="audit:read") as uow:
        rows = requirements_of(uow, [quality.id, internal.id])

    assert in_force_on(DAY) == ["ISO 9001:2015", "PRO-QSE-001:A"]
    assert len([row for row in rows if row.reference_id == quality.id]) == 79
    assert [r.number for r in rows if r.reference_id == internal.id] == ["4", "4.1"]
    assert {row.id for row in rows} == {r.id for one in (quality, internal) for r in of(one.id)}


def test_a_superseded_edition_is_in_force_until_its_last_day(world: World, bus: Bus) -> None:
    old = issued("ISO 14001", edition="2015")
    newer = issued("ISO 14001", edition="2026", in_force_from=date(2026, 4, 1))
    superseded(old, newer, until=date(2029, 4, 30))
    bus.deliver_all()

    assert in_force_on(date(2029, 4, 30)) == ["ISO 14001:2015", "ISO 14001:2026"]
    assert in_force_on(date(2029, 5, 1)) == ["ISO 14001:2026"]


def test_that_an_edition_ends_may_be_heard_before_that_it_began(
    world: World, work: Work, bus: Bus
) -> None:
    reference = issued("ISO 14001", edition="2015")
    ends = ReferenceSuperseded(
        reference_id=reference.id,
        code="ISO 14001",
        edition="2015",
        kind=ReferenceKind.STANDARD,
        title_fr="Environnement",
        title_en="Environment",
        in_force_from=SINCE,
        in_force_until=date(2029, 4, 30),
        superseded_by=uuid4(),
    )
    with work("audit", SYSTEM, "audit:read") as uow:
        handlers.named("keep_superseded_reference").run(uow, ends)
    bus.deliver_all()

    assert in_force_on(date(2029, 4, 30)) == ["ISO 14001:2015"]
    assert in_force_on(date(2029, 5, 1)) == []
    with work("audit", world.bob, "audit:read") as uow:
        assert len(requirements_of(uow, [reference.id])) == 2


def test_a_process_is_known_as_it_was_last_told(world: World, work: Work, bus: Bus) -> None:
    process = registered("PROD", world.lyon)
    changed(process, name_fr="Fabriquer", site_ids=[world.lyon, world.lille])
    bus.deliver_all()
    assert running_at(world.lille) == [("PROD", "Fabriquer")]

    with work("audit", SYSTEM, "audit:read") as uow:
        gone = ProcessWithdrawn(process_id=process.id)
        handlers.named("forget_process").run(uow, gone)
        assert uow.session.get(KnownProcess, process.id) is None


# --- planning ---------------------------------------------------------------------------------


def test_an_audit_is_held_against_its_references_and_what_was_stated_besides(
    world: World, bus: Bus
) -> None:
    first, second = issued("ISO 14001", edition="2015"), issued("PRO-QSE-001")
    registered("PROD", world.lyon)
    bus.deliver_all()

    audit = planned(
        reference_ids=[second.id, first.id, second.id],
        criteria=["Cahier des charges", "PRO-QSE-001:A"],
        processes=["PROD"],
    )

    assert audit.criteria == ["PRO-QSE-001:A", "ISO 14001:2015", "Cahier des charges"]
    assert (audit.version, audit.processes) == (1, ["PROD"])


def test_an_audit_against_nothing_is_refused(world: World) -> None:
    with pytest.raises(AuditWithoutCriteria, match="state the criteria"):
        planned(criteria=[])


def test_an_unknown_or_undrafted_reference_is_refused(world: World, bus: Bus) -> None:
    draft = drafted()
    bus.deliver_all()

    with pytest.raises(UnknownReference, match="known here yet: 2"):
        planned(reference_ids=[draft.id, uuid4()])


def test_a_reference_that_is_not_in_force_on_the_day_is_refused(world: World, bus: Bus) -> None:
    old = issued("ISO 14001", edition="2015")
    newer = issued("ISO 14001", edition="2026", in_force_from=date(2029, 1, 1))
    later = issued("ISO 14001", edition="2031", in_force_from=date(2031, 1, 1))
    superseded(old, newer, until=date(2029, 12, 31))
    bus.deliver_all()

    for reference in (old, later):
        with pytest.raises(ReferenceNotInForce, match=f"{reference.label} is not in force"):
            planned(reference_ids=[reference.id])
    assert planned(reference_ids=[old.id], planned_for=date(2029, 12, 31), until=None).criteria


def test_a_process_that_does_not_run_at_the_site_is_refused(world: World, bus: Bus) -> None:
    registered("LOG", world.lille)
    bus.deliver_all()

    with pytest.raises(ProcessNotAtSite, match="LOG does not run at this site"):
        planned(processes=["LOG"])
    with pytest.raises(UnknownProcess, match="no process RH"):
        planned(processes=["RH"])
    with unit_of_work("audit", world.alice, permission="audit:read") as uow:
        assert uow.session.scalars(queries.audits(uow, None, None)).all() == []


# --- findings ---------------------------------------------------------------------------------


def test_a_finding_says_which_requirement_it_is_about(world: World, bus: Bus) -> None:
    reference = issued("PRO-QSE-001")
    bus.deliver_all()
    [_, requirement] = of(reference.id)

    finding = raised(started(reference), requirement.id, requirement="Autre chose")

    assert (finding.requirement_id, finding.requirement) == (requirement.id, "PRO-QSE-001:A 4.1")


def test_a_requirement_of_another_reference_is_refused(world: World, bus: Bus) -> None:
    reference, other = issued("PRO-QSE-001"), issued("PRO-QSE-002")
    bus.deliver_all()
    audit = started(reference)
    [requirement, *_] = of(other.id)

    for id in (requirement.id, uuid4()):
        with pytest.raises(RequirementNotOfAudit, match="Audit interne production"):
            raised(audit, id)


def test_a_finding_may_still_say_its_requirement_in_words(world: World, bus: Bus) -> None:
    reference = issued("PRO-QSE-001")
    bus.deliver_all()

    finding = raised(started(reference), None)

    assert (finding.requirement_id, finding.requirement) == (None, "ISO 9001:2015 8.5.1")
