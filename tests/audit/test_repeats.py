"""The same requirement, found wanting again: here it is a repeat, elsewhere it is worth knowing."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from services.audit import commands
from services.audit.answers.queries import repeats
from services.audit.answers.requirements import key_of
from services.audit.events import FindingRaised
from services.audit.fieldwork import planning
from services.audit.models import Audit, Finding
from services.audit.schemas import FindingIn, Grade, StepIn
from shared.auth import Actor
from shared.work import clock, unit_of_work
from tests.audit.factories import audit_in, raised_finding, slot_in, started_audit
from tests.conftest import Work
from tests.helpers import Bus
from tests.world import WORLD, World


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ISO 9001:2015 8.5.1", "iso 9001 § 8.5.1 Maîtrise de la production"),
        ("ISO 9001:2015, 8.5.1", "ISO 9001 : 2015 - 8.5.1."),
        ("Procédure réglages", "procedure  REGLAGES"),
        ("ISO 45001:2018 A.6.1", "ISO 45001 a.6.1"),
    ],
)
def test_the_same_requirement_is_known_however_it_is_written(one: str, other: str) -> None:
    assert key_of(one) == key_of(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ISO 9001:2015 8.5.1", "ISO 9001:2015 8.5.2"),
        ("ISO 9001:2015 8.5.1", "ISO 14001:2015 8.5.1"),
        ("Procédure réglages", "Procédure achats"),
    ],
)
def test_others_are_others(one: str, other: str) -> None:
    assert key_of(one) != key_of(other)


def again(grade: Grade = Grade.MINOR, **changes: object) -> Finding:
    """The requirement of the factories' finding, raised by another audit at Lyon."""
    data = FindingIn(
        grade=grade,
        process="MAINT",
        requirement="ISO 9001 § 8.5.1",
        statement="Deux fiches de réglage ne sont pas signées",
        evidence="Fiches 12 et 14",
    ).model_copy(update=changes)
    audit = started_audit()
    with unit_of_work("audit", WORLD.diane, permission="audit:conduct") as uow:
        return commands.raise_finding(uow, audit.id, data)


def test_what_was_found_before_at_the_site_is_a_repeat(world: World, bus: Bus) -> None:
    before = raised_finding(Grade.MINOR)

    after = again()

    assert (after.repeats_id, before.repeats_id) == (before.id, None)
    assert [event.repeats_id for event in bus.published(FindingRaised)] == [None, before.id]


def test_within_one_audit_nothing_repeats(world: World, work: Work) -> None:
    before = raised_finding()

    with work("audit", world.diane, "audit:conduct") as uow:
        data = FindingIn.model_validate(_as_sent(before) | {"statement": "Une autre presse"})
        assert commands.raise_finding(uow, before.audit_id, data).repeats_id is None


def _as_sent(finding: Finding) -> dict[str, object]:
    names = ("grade", "process", "requirement", "statement", "evidence")
    return {name: getattr(finding, name) for name in names}


def test_praise_and_ideas_repeat_nothing(world: World) -> None:
    raised_finding(Grade.STRENGTH)
    assert again().repeats_id is None

    raised_finding(Grade.MAJOR)
    assert again(Grade.IMPROVEMENT).repeats_id is None


def test_what_is_older_than_a_cycle_is_another_story(world: World) -> None:
    with time_machine.travel(clock() - timedelta(days=3 * 365 + 1)):
        raised_finding(Grade.MINOR)

    assert again().repeats_id is None


def test_a_minor_one_that_was_not_lifted_becomes_major_if_the_auditor_says_so(
    world: World, work: Work
) -> None:
    raised_finding(Grade.MINOR)
    audit = started_audit()
    with work("audit", world.diane, "audit:conduct") as uow:
        told = repeats(uow, uow.get(Audit, audit.id), "ISO 9001:2015 8.5.1")
    assert told.proposed is Grade.MAJOR

    kept_minor = again(Grade.MINOR)
    escalated = again(Grade.MAJOR)

    assert (kept_minor.escalates, escalated.escalates) == (False, True)


def test_once_lifted_it_is_a_repeat_and_no_more(world: World, work: Work) -> None:
    before = raised_finding(Grade.OBSERVATION)
    with work("audit", world.diane, "audit:close") as uow:
        commands.close_finding(uow, before.id, StepIn(version=before.version))

    after = again(Grade.MAJOR)

    assert (after.repeats_id, after.escalates) == (before.id, False)


def asked(somebody: Actor, audit: Audit, requirement: str = "ISO 9001:2015 8.5.1") -> list[object]:
    with unit_of_work("audit", somebody, permission="audit:read") as uow:
        told = repeats(uow, uow.get(Audit, audit.id), requirement)
        return [len(told.here), [one.site_id for one in told.elsewhere], told.proposed]


def test_sister_sites_are_shown_to_who_may_see_them(world: World, work: Work) -> None:
    data = audit_in(site=world.lille, lead=world.anna.id)
    with work("audit", world.charlie, "audit:plan") as uow:
        theirs = commands.plan_audit(uow, data)
    with work("audit", world.anna, "audit:conduct") as uow:
        planning.add_slot(uow, theirs.id, slot_in(people=[world.charlie.id]))
        commands.start_audit(uow, theirs.id, StepIn(version=theirs.version))
    finding = FindingIn(
        grade=Grade.MINOR,
        process="PROD",
        requirement="ISO 9001:2015 8.5.1",
        statement="Fiches de réglage absentes",
        evidence="Presse 2",
    )
    with work("audit", world.anna, "audit:conduct") as uow:
        commands.raise_finding(uow, theirs.id, finding)
    audit = started_audit()

    assert asked(world.greta, audit) == [0, [world.lille], None]
    assert asked(world.diane, audit) == [0, [], None]
    assert asked(world.greta, audit, "§ ") == [0, [], None]


def test_the_newest_is_the_one_that_is_repeated(world: World) -> None:
    with time_machine.travel(datetime(2026, 3, 2, 9, tzinfo=UTC)):
        raised_finding(Grade.MINOR)
    second = again()

    assert again().repeats_id == second.id
