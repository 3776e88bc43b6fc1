"""No audit has a lead or member who is unqualified, unavailable or dependent."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import ProgrammingError

from services.audit import commands
from services.audit.auditors import files, proposals, teams
from services.audit.auditors.errors import (
    Away,
    ChoiceNeedsReason,
    CompetenceEnded,
    CompetenceRevoked,
    DerogationNeedsCoAuditor,
    DrivesActionOfScope,
    HasLeft,
    HoldsNoAuditorsRole,
    InLineWithPilot,
    NotForOneself,
    NotQualified,
    OnAnotherAudit,
    OverTheCeiling,
    PilotsAuditedProcess,
    SeatedTwice,
    StillInTraining,
    TeamLeavesUncovered,
    TeamNeedsOneLead,
    TiedToPilot,
    Unfit,
    WorkedInAuditedProcess,
    WorksInAuditedProcess,
)
from services.audit.auditors.models import (
    Auditor,
    Competence,
    Practice,
    TeamMember,
    TeamRecord,
)
from services.audit.auditors.schemas import (
    AuditorChange,
    Level,
    LinkKind,
    RevokeIn,
    TeamRole,
)
from services.audit.auditors.team_schemas import TeamIn
from services.audit.errors import AuditNotPlanned, NotYourAudit
from services.audit.events import AuditStarted, FindingRaised
from services.audit.models import Audit, Model
from services.audit.schemas import AuditStatus, LeadIn
from services.identity import accounts
from services.identity.schemas import Role
from shared.auth import SYSTEM
from shared.errors import Forbidden, NotFound, StaleVersion
from shared.schemas import Change
from shared.work import unit_of_work
from tests.audit.auditors.factories import (
    LATER,
    SOON,
    TODAY,
    asked_of_all,
    audits_at_lyon,
    away,
    chosen,
    file_of,
    granted,
    iso_audit,
    qualified,
    seat,
    started,
    tied,
)
from tests.audit.factories import finding_in
from tests.conftest import Work
from tests.counting import statements
from tests.helpers import Bus
from tests.world import WORLD, World

ONE_DAY = timedelta(days=1)
ANNA_AT_LYON = WORLD.person("anna", Role.AUDITOR, WORLD.lyon)
MEMBERS = (TeamRole.AUDITOR, TeamRole.TRAINEE, TeamRole.EXPERT)


Make = Callable[[Bus, date], None]
"""Makes Anna, who audits at Lyon and works at Lille, unfit for an audit at Lyon on a day."""


def ended(bus: Bus, day: date) -> None:
    qualified(WORLD.anna, WORLD.lille, valid_to=day - ONE_DAY)


def unqualified(bus: Bus, day: date) -> None:
    granted(file_of(WORLD.anna, WORLD.lille), code="ISO 14001")


def on_holiday(bus: Bus, day: date) -> None:
    away(qualified(WORLD.anna, WORLD.lille), day, day)


def at_lille(bus: Bus, day: date) -> None:
    qualified(WORLD.anna, WORLD.lille)
    iso_audit(site_id=WORLD.lille, lead_id=WORLD.anna.id, planned_for=day)


def overloaded(bus: Bus, day: date) -> None:
    """One day a month is allowed, and she is at Lyon on another already."""
    qualified(WORLD.anna, WORLD.lille)
    iso_audit(lead_id=WORLD.anna.id, planned_for=day.replace(day=2 if day.day == 1 else 1))
    asked_of_all(most_days=1)


def pilots(bus: Bus, day: date) -> None:
    qualified(WORLD.anna, WORLD.lille)
    audits_at_lyon(WORLD.anna, bus, Role.PROCESS_OWNER, process="PROD")


def works_there(bus: Bus, day: date) -> None:
    auditor = qualified(WORLD.anna, WORLD.lille)
    with unit_of_work("audit", WORLD.greta, permission="audit:plan") as uow:
        version = uow.get(Auditor, auditor.id).version
        data = AuditorChange(version=version, works_at=WORLD.lyon, works_in=["PROD"])
        files.change_file(uow, auditor.id, data)


def worked_there(bus: Bus, day: date) -> None:
    auditor = qualified(WORLD.anna, WORLD.lille)
    tied(auditor, LinkKind.JOB, process="PROD", at_site=WORLD.lyon, until=TODAY)


def tied_to_paul(bus: Bus, day: date) -> None:
    tied(qualified(WORLD.anna, WORLD.lille), LinkKind.FAMILY, other_id=WORLD.paul.id)


def below_paul(bus: Bus, day: date) -> None:
    """Anna reports to Greta, and Greta to Paul, who pilots production."""
    qualified(WORLD.anna, WORLD.lille)
    known = Model.metadata.tables["audit.known_person"]
    with unit_of_work("audit", SYSTEM) as uow:
        for person, boss in ((WORLD.anna, WORLD.greta), (WORLD.greta, WORLD.paul)):
            row = update(known).where(known.c.id == person.id)
            uow.session.execute(row.values(manager_id=boss.id))


CASES: dict[str, tuple[Make, type[Unfit]]] = {
    "ended": (ended, CompetenceEnded),
    "unqualified": (unqualified, NotQualified),
    "away": (on_holiday, Away),
    "at_lille": (at_lille, OnAnotherAudit),
    "overloaded": (overloaded, OverTheCeiling),
    "pilots": (pilots, PilotsAuditedProcess),
    "works_there": (works_there, WorksInAuditedProcess),
    "worked_there": (worked_there, WorkedInAuditedProcess),
    "tied": (tied_to_paul, TiedToPilot),
    "below": (below_paul, InLineWithPilot),
}


@pytest.fixture
def anna(world: World, bus: Bus) -> None:
    """Anna, whose file Lille keeps, may audit at Lyon as well as Diane, who is fit."""
    qualified(WORLD.diane)
    audits_at_lyon(WORLD.anna, bus)


@pytest.mark.parametrize("role", MEMBERS)
@pytest.mark.parametrize("name", CASES)
def test_nobody_unfit_becomes_a_member(anna: None, bus: Bus, name: str, role: TeamRole) -> None:
    make, expected = CASES[name]
    make(bus, SOON)
    audit = iso_audit()

    with pytest.raises(expected, match="Anna") as refused:
        chosen(audit, seat(WORLD.diane), seat(WORLD.anna, role), reason="Binôme habituel")

    assert refused.value.facts["who"] == "Anna"


@pytest.mark.parametrize("name", CASES)
def test_nobody_unfit_becomes_the_lead(anna: None, bus: Bus, work: Work, name: str) -> None:
    make, expected = CASES[name]
    make(bus, SOON)
    audit = iso_audit()

    with pytest.raises(expected, match="Anna"):
        chosen(audit, seat(WORLD.anna), reason="Disponible")
    with work("audit", WORLD.alice, "audit:plan") as uow, pytest.raises(expected):
        commands.name_lead(uow, audit.id, LeadIn(version=audit.version, lead_id=WORLD.anna.id))
    with pytest.raises(expected, match="Anna"):
        iso_audit(lead_id=WORLD.anna.id)


@pytest.mark.parametrize("role", MEMBERS)
@pytest.mark.parametrize("name", CASES)
def test_who_became_unfit_meanwhile_lets_no_audit_start(
    anna: None, bus: Bus, name: str, role: TeamRole
) -> None:
    """Named while all was well; then it was not, on the day the audit is to begin."""
    make, expected = CASES[name]
    auditor = qualified(WORLD.anna, WORLD.lille)
    audit = iso_audit()
    chosen(audit, seat(WORLD.diane), seat(WORLD.anna, role), reason="Binôme habituel")
    forget(auditor)
    make(bus, TODAY)

    with pytest.raises(expected, match="Anna"):
        started(audit)

    assert bus.published(AuditStarted) == []


@pytest.mark.parametrize("name", CASES)
def test_a_lead_who_became_unfit_meanwhile_starts_nothing(anna: None, bus: Bus, name: str) -> None:
    make, expected = CASES[name]
    auditor = qualified(WORLD.anna, WORLD.lille)
    audit = iso_audit(lead_id=WORLD.anna.id)
    forget(auditor)
    make(bus, TODAY)

    with pytest.raises(expected, match="Anna"):
        started(audit, by=ANNA_AT_LYON)

    assert bus.published(AuditStarted) == []


def forget(auditor: Auditor) -> None:
    """Have a file begun anew: what was entered in it no longer stands."""
    with unit_of_work("audit", SYSTEM) as uow:
        for model in (Practice, Competence):
            uow.session.execute(delete(model).where(model.auditor_id == auditor.id))
        uow.session.execute(delete(Auditor).where(Auditor.id == auditor.id))


def test_who_left_is_refused_even_as_an_observer(anna: None, bus: Bus) -> None:
    audit = iso_audit()
    with unit_of_work("identity", SYSTEM, permission="identity:admin") as uow:
        accounts.deactivate(uow, WORLD.bob.id, Change(version=1))
    bus.deliver_all()

    with pytest.raises(HasLeft, match="Bob"):
        chosen(audit, seat(WORLD.diane), seat(WORLD.bob, TeamRole.OBSERVER))


def test_a_guide_and_an_observer_need_no_competence(anna: None) -> None:
    audit = iso_audit()

    team = chosen(
        audit,
        seat(WORLD.diane),
        seat(WORLD.paul, TeamRole.GUIDE),
        seat(WORLD.bob, TeamRole.OBSERVER),
    )

    assert {(m.person_id, m.role.value) for m in team.members} == {
        (WORLD.diane.id, "lead"),
        (WORLD.paul.id, "guide"),
        (WORLD.bob.id, "observer"),
    }


def test_who_holds_no_auditors_role_at_the_site_is_no_member(world: World) -> None:
    qualified(WORLD.diane)
    qualified(WORLD.anna, WORLD.lille)

    with pytest.raises(HoldsNoAuditorsRole, match="Anna"):
        chosen(iso_audit(), seat(WORLD.diane), seat(WORLD.anna, TeamRole.AUDITOR), by=WORLD.greta)


def test_who_drives_an_action_of_the_scope_does_not_judge_it(
    anna: None, bus: Bus, work: Work
) -> None:
    qualified(WORLD.anna, WORLD.lille)
    audit = iso_audit(planned_for=TODAY, lead_id=WORLD.diane.id)
    started(audit)
    with work("audit", WORLD.diane, "audit:conduct") as uow:
        finding = commands.raise_finding(uow, audit.id, finding_in())
    with work("audit", SYSTEM, "audit:plan") as uow:
        told = replace(uow, cause=bus.envelopes(FindingRaised)[0])
        commands.note_action(told, uuid4(), finding.id, owner_id=WORLD.anna.id)
    audit = iso_audit()

    with pytest.raises(DrivesActionOfScope) as refused:
        chosen(audit, seat(WORLD.diane), seat(WORLD.anna, TeamRole.AUDITOR), reason="Renfort")

    assert refused.value.facts == {"who": "Anna", "count": 1}


def test_a_trainee_does_not_stand_in_for_an_auditor(anna: None) -> None:
    """Two references, and the second is covered by somebody in training only."""
    granted(file_of(WORLD.anna, WORLD.lille), code="ISO 14001", level=Level.TRAINEE)
    audit = iso_audit("ISO 9001", "ISO 14001")

    with pytest.raises(StillInTraining, match="Anna"):
        chosen(audit, seat(WORLD.diane), seat(WORLD.anna, TeamRole.AUDITOR), reason="Renfort")
    team = chosen(audit, seat(WORLD.diane), seat(WORLD.anna, TeamRole.TRAINEE), reason="Renfort")
    assert team.uncovered == ["ISO 14001"]
    with pytest.raises(TeamLeavesUncovered, match="ISO 14001"):
        started(audit)


def test_an_audit_starts_with_a_team_that_covers_its_references_together(
    anna: None, bus: Bus
) -> None:
    qualified(WORLD.anna, WORLD.lille, code="ISO 14001", level=Level.AUDITOR)
    audit = iso_audit("ISO 9001", "ISO 14001")

    chosen(audit, seat(WORLD.diane), seat(WORLD.anna, TeamRole.AUDITOR))

    assert started(audit).status is AuditStatus.UNDER_WAY
    assert len(bus.published(AuditStarted)) == 1


def test_a_competence_withdrawn_after_the_choice_stops_the_start(anna: None, work: Work) -> None:
    held = granted(file_of(WORLD.anna, WORLD.lille))
    audit = iso_audit()
    chosen(audit, seat(WORLD.diane), seat(WORLD.anna, TeamRole.AUDITOR), reason="Renfort")
    with work("audit", WORLD.charlie, "audit:plan") as uow:
        reason = RevokeIn(version=held.version, reason="Formation non suivie")
        files.revoke_competence(uow, held.id, reason)

    with pytest.raises(CompetenceRevoked, match="Anna"):
        started(audit)


# --- how a team is chosen ---------------------------------------------------------------------


def test_only_who_plans_audits_there_chooses_a_team(anna: None, work: Work) -> None:
    audit = iso_audit()
    data = TeamIn(version=audit.version, seats=[seat(WORLD.diane)])

    with work("audit", WORLD.bob, "audit:plan") as uow, pytest.raises(Forbidden):
        teams.choose_team(uow, audit.id, data)
    with work("audit", WORLD.charlie, "audit:plan") as uow, pytest.raises(NotFound):
        teams.choose_team(uow, audit.id, data)


def test_a_team_is_chosen_before_the_audit_starts(anna: None) -> None:
    audit = iso_audit(lead_id=WORLD.diane.id)
    started(audit)

    with pytest.raises(AuditNotPlanned):
        chosen(audit, seat(WORLD.diane))


def test_only_the_lead_starts_it(anna: None) -> None:
    audit = iso_audit(lead_id=WORLD.diane.id)

    with pytest.raises(NotYourAudit):
        started(audit, by=ANNA_AT_LYON)


def test_a_team_has_one_lead_and_nobody_twice(anna: None, bus: Bus) -> None:
    audit = iso_audit()

    with pytest.raises(TeamNeedsOneLead):
        chosen(audit, seat(WORLD.diane, TeamRole.AUDITOR))
    with pytest.raises(SeatedTwice):
        chosen(audit, seat(WORLD.diane), seat(WORLD.diane, TeamRole.OBSERVER))


def test_another_team_than_the_proposed_needs_a_reason(anna: None) -> None:
    qualified(WORLD.anna, WORLD.lille)
    audit = iso_audit()
    with unit_of_work("audit", WORLD.alice, permission="audit:plan") as uow:
        proposal = proposals.propose(uow, uow.get(Audit, audit.id))
    [first] = [c.person_id for c in proposal.candidates if c.proposed_as]
    people = {WORLD.anna.id: WORLD.anna, WORLD.diane.id: WORLD.diane}
    proposed, other = people.pop(first), next(iter(people.values()))

    with pytest.raises(ChoiceNeedsReason):
        chosen(audit, seat(other))

    assert chosen(audit, seat(other), reason="Connaît le site").members[0].person_id == other.id
    assert chosen(audit, seat(proposed)).members[0].person_id == proposed.id


def test_the_second_of_two_who_choose_at_once_is_told(anna: None, work: Work) -> None:
    audit = iso_audit(lead_id=WORLD.diane.id)
    chosen(audit, seat(WORLD.diane), seat(WORLD.bob, TeamRole.OBSERVER))

    data = TeamIn(version=audit.version, seats=[seat(WORLD.diane)])
    with work("audit", WORLD.greta, "audit:plan") as uow, pytest.raises(StaleVersion):
        teams.choose_team(uow, audit.id, data)


# --- a small site -----------------------------------------------------------------------------


def test_a_conflict_is_accepted_for_a_reason_beside_an_independent_auditor(anna: None) -> None:
    tied(qualified(WORLD.anna, WORLD.lille), LinkKind.FAMILY, other_id=WORLD.paul.id)
    audit = iso_audit()
    reason = "Seule personne qui connaisse le procédé"

    team = chosen(
        audit, seat(WORLD.diane), seat(WORLD.anna, TeamRole.AUDITOR, reason), reason="Procédé rare"
    )

    [member] = [m for m in team.members if m.person_id == WORLD.anna.id]
    assert (member.derogation, member.derogated_by) == (reason, WORLD.alice.id)
    started(audit)
    with unit_of_work("audit", WORLD.bob, permission="audit:read") as uow:
        record = teams.team_of(uow, uow.get(Audit, audit.id)).record
    assert record is not None
    assert {(m.person_id, m.derogation) for m in record.members} == {
        (WORLD.diane.id, ""),
        (WORLD.anna.id, reason),
    }


def test_no_conflict_is_accepted_without_an_independent_auditor(anna: None) -> None:
    tied(qualified(WORLD.anna, WORLD.lille), LinkKind.FAMILY, other_id=WORLD.paul.id)

    with pytest.raises(DerogationNeedsCoAuditor, match="Anna"):
        chosen(iso_audit(), seat(WORLD.anna, derogation="Petit site"), reason="Petit site")


def test_a_derogation_excuses_a_conflict_and_nothing_else(anna: None, bus: Bus) -> None:
    on_holiday(bus, SOON)

    with pytest.raises(Away, match="Anna"):
        chosen(
            iso_audit(),
            seat(WORLD.diane),
            seat(WORLD.anna, TeamRole.AUDITOR, "Petit site"),
            reason="Petit site",
        )


def test_nobody_accepts_their_own_conflict(anna: None, bus: Bus) -> None:
    audits_at_lyon(WORLD.alice, bus)
    tied(qualified(WORLD.alice), LinkKind.FAMILY, other_id=WORLD.paul.id)

    with pytest.raises(NotForOneself):
        chosen(
            iso_audit(),
            seat(WORLD.diane),
            seat(WORLD.alice, TeamRole.AUDITOR, "Petit site"),
            reason="Petit site",
        )


# --- what is proposed, and kept ---------------------------------------------------------------


def test_everybody_who_audits_there_is_kept_or_refused_with_reasons(anna: None, bus: Bus) -> None:
    auditor = qualified(WORLD.anna, WORLD.lille, level=Level.AUDITOR)
    audits_at_lyon(WORLD.greta, bus)
    away(auditor, SOON, LATER)
    tied(auditor, LinkKind.FAMILY, other_id=WORLD.paul.id)
    audit = iso_audit()

    with unit_of_work("audit", WORLD.alice, permission="audit:plan") as uow:
        proposal = proposals.propose(uow, uow.get(Audit, audit.id))

    told = {c.name: (c.fit_as, [reason.type for reason in c.reasons]) for c in proposal.candidates}
    assert told == {
        "Diane": (TeamRole.LEAD, []),
        "Anna": (None, ["away", "tied_to_pilot"]),
        "Greta": (None, ["not_qualified"]),
    }
    assert [c.name for c in proposal.candidates if c.proposed_as] == ["Diane"]
    assert (proposal.codes, proposal.missing) == (["ISO 9001"], [])


def test_they_take_turns(anna: None) -> None:
    """Diane has audited production lately, so that Anna is proposed next."""
    qualified(WORLD.anna, WORLD.lille)
    started(iso_audit(planned_for=TODAY, lead_id=WORLD.diane.id))
    audit = iso_audit()

    with unit_of_work("audit", WORLD.alice, permission="audit:plan") as uow:
        proposal = proposals.propose(uow, uow.get(Audit, audit.id))

    assert [(c.name, c.last_audited) for c in proposal.candidates] == [
        ("Anna", None),
        ("Diane", TODAY),
    ]


def test_what_was_proposed_chosen_and_why_is_kept_at_the_start(anna: None) -> None:
    qualified(WORLD.anna, WORLD.lille)
    audit = iso_audit()
    chosen(audit, seat(WORLD.diane), seat(WORLD.anna, TeamRole.AUDITOR), reason="Deux ateliers")
    started(audit)

    with unit_of_work("audit", WORLD.alice, permission="audit:read") as uow:
        record = teams.team_of(uow, uow.get(Audit, audit.id)).record

    assert record is not None
    assert {c.name for c in record.candidates} == {"Anna", "Diane"}
    assert {m.role for m in record.members} == {TeamRole.LEAD, TeamRole.AUDITOR}
    assert (record.reason, record.decided_by) == ("Deux ateliers", WORLD.alice.id)


def test_a_lead_named_directly_is_kept_beside_who_else_could_have(anna: None) -> None:
    audit = iso_audit(lead_id=WORLD.diane.id)
    started(audit)

    with unit_of_work("audit", WORLD.alice, permission="audit:read") as uow:
        record = teams.team_of(uow, uow.get(Audit, audit.id)).record

    assert record is not None
    assert {c.name for c in record.candidates} == {"Anna", "Diane"}
    assert (record.decided_by, record.reason) == (None, "")


@pytest.mark.parametrize("statement", ["update", "delete"])
def test_the_record_of_a_team_is_never_changed(anna: None, work: Work, statement: str) -> None:
    started(iso_audit(lead_id=WORLD.diane.id))
    said = {
        "update": "update audit.team_record set reason = 'x'",
        "delete": "delete from audit.team_record",
    }

    with (
        work("audit", SYSTEM, "audit:plan") as uow,
        pytest.raises(ProgrammingError, match="permission denied"),
        uow.session.begin_nested(),
    ):
        uow.session.execute(text(said[statement]))


def test_readers_learn_who_is_on_a_team_but_not_what_stood_against_others(anna: None) -> None:
    audit = iso_audit(lead_id=WORLD.diane.id)
    started(audit)

    with unit_of_work("audit", WORLD.bob, permission="audit:read") as uow:
        team = teams.team_of(uow, uow.get(Audit, audit.id))

    assert [m.person_id for m in team.members] == [WORLD.diane.id]
    assert team.record is not None
    assert team.record.candidates == []


def test_a_new_lead_takes_the_place_of_the_old(anna: None, work: Work) -> None:
    qualified(WORLD.anna, WORLD.lille)
    audit = iso_audit(lead_id=WORLD.diane.id)

    with work("audit", WORLD.alice, "audit:plan") as uow:
        data = LeadIn(version=audit.version, lead_id=WORLD.anna.id)
        commands.name_lead(uow, audit.id, data)
        members = uow.session.scalars(uow.select(TeamMember)).all()

    assert [(m.person_id, m.role) for m in members] == [(WORLD.anna.id, TeamRole.LEAD)]


def test_after_looking_everywhere_one_sees_ones_own_places_again(anna: None) -> None:
    qualified(WORLD.anna, WORLD.lille)
    audit = iso_audit(lead_id=WORLD.diane.id)

    with unit_of_work("audit", WORLD.alice, permission="audit:plan") as uow:
        proposals.propose(uow, uow.get(Audit, audit.id))
        seen = uow.session.scalars(text("select site_id from audit.auditor")).all()
        started_by = uow.session.scalars(select(TeamRecord.id)).all()

    assert (set(seen), started_by) == ({WORLD.lyon}, [])


def test_the_price_of_a_proposal_does_not_grow_with_the_candidates(anna: None, bus: Bus) -> None:
    few = statements_of_a_proposal()
    qualified(WORLD.anna, WORLD.lille)
    file_of(WORLD.bob)
    for person in (WORLD.greta, WORLD.hugo, WORLD.bob, WORLD.charlie):
        audits_at_lyon(person, bus)

    assert statements_of_a_proposal() == few


def statements_of_a_proposal() -> int:
    audit = iso_audit()
    with unit_of_work("audit", WORLD.alice, permission="audit:plan") as uow:
        row = uow.get(Audit, audit.id)
        with statements(uow.session.connection()) as sent:
            proposals.propose(uow, row)
    return len(sent)
