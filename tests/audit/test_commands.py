import pytest

from services.audit import commands, queries
from services.audit.auditors.errors import HoldsNoAuditorsRole, PilotsAuditedProcess
from services.audit.errors import (
    AuditNotUnderWay,
    FindingHasNoAction,
    NonconformityIncomplete,
    NotYourAudit,
)
from services.audit.events import AuditStarted, FindingRaised
from services.audit.schemas import FindingIn, Grade, StepIn
from shared.errors import Forbidden, NotFound, StaleVersion
from tests.audit.factories import audit_in, finding_in, planned_audit, raised_finding, started_audit
from tests.conftest import Work
from tests.helpers import Bus
from tests.world import World


def test_a_finding_is_announced_with_its_grade(world: World, bus: Bus) -> None:
    finding = raised_finding(Grade.MAJOR)

    [event] = bus.published(FindingRaised)
    assert (event.finding_id, event.grade, event.process) == (finding.id, Grade.MAJOR, "PROD")


def test_an_event_tells_who_where_and_in_which_story(world: World, bus: Bus) -> None:
    finding = raised_finding()

    [envelope] = bus.envelopes(FindingRaised)
    assert (envelope.subject, envelope.siteid) == (finding.id, world.lyon)
    assert (envelope.actorid, envelope.actorname) == (world.diane.id, "Diane")
    assert (envelope.correlationid, envelope.sequence) == (finding.correlation_id, 1)


def test_no_finding_can_be_raised_before_the_audit_starts(
    world: World, work: Work, bus: Bus
) -> None:
    audit = planned_audit()

    with (
        work("audit", world.diane, "audit:conduct") as uow,
        pytest.raises(AuditNotUnderWay, match="is planned; start it first"),
    ):
        commands.raise_finding(uow, audit.id, finding_in())

    assert bus.published(FindingRaised) == []


def test_only_the_lead_starts_an_audit(world: World, work: Work, bus: Bus) -> None:
    audit = planned_audit()

    with work("audit", world.alice, "audit:plan") as uow, pytest.raises(NotYourAudit):
        commands.start_audit(uow, audit.id, StepIn(version=1))

    assert bus.published(AuditStarted) == []


def test_an_audit_starts_on_the_version_that_was_shown(world: World, work: Work) -> None:
    audit = planned_audit()

    with work("audit", world.diane, "audit:conduct") as uow, pytest.raises(StaleVersion) as stale:
        commands.start_audit(uow, audit.id, StepIn(version=audit.version + 1))

    assert stale.value.facts["current"]["status"] == "planned"
    assert stale.value.facts["yours"] == {"version": 2}


def test_a_lead_must_hold_the_auditors_role_at_the_site(world: World, work: Work) -> None:
    with work("audit", world.alice, "audit:plan") as uow, pytest.raises(HoldsNoAuditorsRole):
        commands.plan_audit(uow, audit_in(lead=world.anna.id))


def test_a_process_owner_cannot_lead_an_audit_at_the_own_site(
    world: World, work: Work, own_process: None
) -> None:
    with work("audit", world.alice, "audit:plan") as uow, pytest.raises(PilotsAuditedProcess):
        commands.plan_audit(uow, audit_in(lead=world.diane.id))


def test_a_nonconformity_needs_requirement_and_evidence(world: World, work: Work) -> None:
    audit = started_audit()
    bare = FindingIn(grade=Grade.MINOR, process="PROD", statement="Rien n'est enregistré")

    with (
        work("audit", world.diane, "audit:conduct") as uow,
        pytest.raises(NonconformityIncomplete, match="requirement, evidence"),
    ):
        commands.raise_finding(uow, audit.id, bare)


def test_a_strength_needs_neither(world: World, work: Work) -> None:
    audit = started_audit()
    praise = FindingIn(grade=Grade.STRENGTH, process="PROD", statement="Atelier exemplaire")

    with work("audit", world.diane, "audit:conduct") as uow:
        assert commands.raise_finding(uow, audit.id, praise).grade is Grade.STRENGTH


def test_a_finding_sent_twice_is_raised_once(world: World, work: Work, bus: Bus) -> None:
    finding = raised_finding()
    again = finding_in().model_copy(update={"id": finding.id})

    with work("audit", world.diane, "audit:conduct") as uow:
        assert commands.raise_finding(uow, finding.audit_id, again).id == finding.id

    assert len(bus.published(FindingRaised)) == 1


def test_a_nonconformity_does_not_close_before_an_action_is_known(world: World, work: Work) -> None:
    finding = raised_finding()

    with work("audit", world.alice, "audit:close") as uow, pytest.raises(FindingHasNoAction):
        commands.close_finding(uow, finding.id, StepIn(version=finding.version))


def test_another_sites_audit_does_not_exist(world: World, work: Work) -> None:
    audit = started_audit()

    with work("audit", world.anna, "audit:conduct") as uow, pytest.raises(NotFound):
        commands.raise_finding(uow, audit.id, finding_in())


def test_a_reader_of_the_site_is_refused_by_name_of_the_permission(
    world: World, work: Work
) -> None:
    finding = raised_finding()

    with (
        work("audit", world.bob, "audit:close") as uow,
        pytest.raises(Forbidden, match="audit:close"),
    ):
        commands.close_finding(uow, finding.id, StepIn(version=finding.version))


def test_it_tells_where_each_site_stands(world: World, work: Work) -> None:
    raised_finding()
    raised_finding(Grade.OBSERVATION)

    with work("audit", world.greta, "audit:read") as uow:
        [lyon] = queries.standing(uow, None)
    assert (lyon.site_id, lyon.open_nonconformities) == (world.lyon, 1)
    with work("audit", world.charlie, "audit:read") as uow:
        assert queries.standing(uow, None) == []
