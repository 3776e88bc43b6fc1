"""What stands in the files of auditors, who enters it, and who reads it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from services.audit.auditors import files, queries
from services.audit.auditors.errors import (
    CompetenceAlreadyRevoked,
    ExpertNeedsDomain,
    LinkNeedsFacts,
    NotForOneself,
    PeriodEndsBeforeItStarts,
    PracticeStillAhead,
)
from services.audit.auditors.models import Auditor, Engagement
from services.audit.auditors.schemas import (
    AuditorChange,
    AuditorIn,
    EngagementIn,
    EngagementKind,
    Level,
    LinkIn,
    LinkKind,
    PracticeIn,
    RevokeIn,
    WithdrawIn,
)
from services.audit.events import CompetenceEnding
from services.audit.tasks import tasks
from shared.auth import SYSTEM
from shared.errors import Forbidden, NotFound, StaleVersion
from shared.work import UnitOfWork, unit_of_work
from tests.audit.auditors.factories import (
    LATER,
    SOON,
    TODAY,
    audits_at_lyon,
    away,
    competence_in,
    file_of,
    granted,
    iso_audit,
    qualified,
    started,
    tied,
)
from tests.conftest import Api, Work
from tests.helpers import Bus
from tests.world import WORLD, World

HOLIDAY = EngagementIn(kind=EngagementKind.ABSENCE, since=SOON, until=SOON)
TIE = LinkIn(kind=LinkKind.FAMILY, other_id=WORLD.paul.id)


def names(uow: UnitOfWork) -> list[str]:
    return [row.name for row in uow.session.scalars(queries.auditors(uow, None, None))]


def test_a_file_is_read_by_who_plans_audits_where_it_is_kept(world: World, work: Work) -> None:
    file_of(WORLD.diane)
    file_of(WORLD.anna, WORLD.lille)

    with work("audit", WORLD.alice, "audit:plan") as uow:
        assert names(uow) == ["Diane"]
    with work("audit", WORLD.charlie, "audit:plan") as uow:
        assert names(uow) == ["Anna"]
    with work("audit", WORLD.greta, "audit:plan") as uow:
        assert sorted(names(uow)) == ["Anna", "Diane"]
    with work("audit", WORLD.bob, "audit:read") as uow:
        assert names(uow) == []


def test_another_site_learns_who_audits_there_and_no_more(
    world: World, work: Work, bus: Bus
) -> None:
    auditor = qualified(WORLD.anna, WORLD.lille)
    tied(auditor, LinkKind.FAMILY, other_id=WORLD.charlie.id)
    qualified(WORLD.diane)

    with work("audit", WORLD.alice, "audit:plan") as uow:
        assert queries.auditors_here(uow) == []
    audits_at_lyon(WORLD.anna, bus)

    with work("audit", WORLD.alice, "audit:plan") as uow:
        [here] = queries.auditors_here(uow)
        assert (here.name, here.qualified_for, here.ends_on) == ("Anna", ["ISO 9001"], LATER)
        with pytest.raises(NotFound):
            uow.get(Auditor, auditor.id)


def test_a_person_has_one_file(world: World, api: Api) -> None:
    file_of(WORLD.diane)
    asked = {"site_id": str(WORLD.lyon), "person_id": str(WORLD.diane.id)}

    answer = api(WORLD.alice).post("/api/v1/audit/auditors", json=asked)

    assert (answer.status_code, answer.json()["type"]) == (409, "already_there")


def test_nobody_opens_a_file_elsewhere_or_on_a_stranger(world: World, work: Work) -> None:
    for site, person in ((WORLD.lille, WORLD.diane.id), (WORLD.lyon, uuid4())):
        with work("audit", WORLD.alice, "audit:plan") as uow, pytest.raises(NotFound):
            files.open_file(uow, AuditorIn(site_id=site, person_id=person))


def test_readers_and_auditors_grant_nothing(world: World, work: Work) -> None:
    auditor = file_of()

    with work("audit", WORLD.bob, "audit:plan") as uow, pytest.raises(Forbidden):
        files.grant_competence(uow, auditor.id, competence_in())


def test_nobody_vouches_for_themselves(world: World, work: Work, bus: Bus) -> None:
    """Alice coordinates Lyon and audits there as well: somebody else keeps her file."""
    audits_at_lyon(WORLD.alice, bus)
    auditor = file_of(WORLD.alice)
    held = granted(auditor)
    practice = PracticeIn(held_on=TODAY, code="ISO 9001", proof="Rapport signé")
    revoked = RevokeIn(version=held.version, reason="Plus le temps")

    with work("audit", WORLD.alice, "audit:plan") as uow:
        change = AuditorChange(version=1, works_at=WORLD.lyon)
        for refused in (
            lambda: files.grant_competence(uow, auditor.id, competence_in()),
            lambda: files.declare_practice(uow, auditor.id, practice),
            lambda: files.revoke_competence(uow, held.id, revoked),
            lambda: files.competence_for_evidence(uow, held.id),
            lambda: files.change_file(uow, auditor.id, change),
        ):
            with pytest.raises((NotForOneself, StaleVersion)):
                refused()


def test_a_competence_is_withdrawn_once_and_for_a_reason(world: World, work: Work) -> None:
    held = granted(file_of())
    reason = RevokeIn(version=held.version, reason="Formation non suivie")

    with work("audit", WORLD.alice, "audit:plan") as uow:
        revoked = files.revoke_competence(uow, held.id, reason)
        assert (revoked.revoked_on, revoked.revoked_for) == (TODAY, "Formation non suivie")
        again = RevokeIn(version=revoked.version, reason="Une seconde fois")
        with pytest.raises(CompetenceAlreadyRevoked):
            files.revoke_competence(uow, held.id, again)
        with pytest.raises(CompetenceAlreadyRevoked):
            files.competence_for_evidence(uow, held.id)


def test_the_first_end_is_that_of_what_nothing_renews(world: World, work: Work) -> None:
    auditor = file_of()
    granted(auditor, valid_to=SOON)
    granted(auditor, code="ISO 14001", valid_to=LATER)

    assert first_end(auditor) == SOON
    renewed = granted(auditor, valid_to=LATER + timedelta(days=30))
    assert first_end(auditor) == LATER
    with work("audit", WORLD.alice, "audit:plan") as uow:
        files.revoke_competence(uow, renewed.id, RevokeIn(version=1, reason="Saisie par erreur"))
    assert first_end(auditor) == SOON


def first_end(auditor: Auditor) -> object:
    with unit_of_work("audit", SYSTEM) as uow:
        return uow.get(Auditor, auditor.id).ends_on


def test_the_list_can_be_narrowed_to_what_ends_soon(world: World, work: Work) -> None:
    granted(file_of(), valid_to=TODAY + timedelta(days=50))

    with work("audit", WORLD.alice, "audit:plan") as uow:
        soon, sooner = (queries.auditors(uow, WORLD.lyon, days) for days in (60, 30))
        assert len(uow.session.scalars(soon).all()) == 1
        assert uow.session.scalars(sooner).all() == []


def test_what_is_entered_makes_sense(world: World, work: Work) -> None:
    auditor = file_of()
    backwards = EngagementIn(kind=EngagementKind.ABSENCE, since=SOON, until=TODAY)
    over = competence_in(valid_to=TODAY - timedelta(days=301))
    ahead = PracticeIn(held_on=SOON, code="ISO 9001", proof="À venir")

    with work("audit", WORLD.alice, "audit:plan") as uow:
        with pytest.raises(PeriodEndsBeforeItStarts):
            files.declare_engagement(uow, auditor.id, backwards)
        with pytest.raises(PeriodEndsBeforeItStarts):
            files.grant_competence(uow, auditor.id, over)
        with pytest.raises(ExpertNeedsDomain):
            files.grant_competence(uow, auditor.id, competence_in(level=Level.EXPERT))
        with pytest.raises(PracticeStillAhead):
            files.declare_practice(uow, auditor.id, ahead)
        with pytest.raises(LinkNeedsFacts, match="other_id"):
            files.declare_link(uow, auditor.id, LinkIn(kind=LinkKind.FAMILY))
        with pytest.raises(LinkNeedsFacts, match="process, at_site, until"):
            files.declare_link(uow, auditor.id, LinkIn(kind=LinkKind.JOB))


# --- one's own file ---------------------------------------------------------------------------


def test_auditors_declare_their_absences_and_ties_wherever_their_file_is(
    world: World, work: Work
) -> None:
    """Diane audits at Lyon, and Lille keeps her file."""
    auditor = file_of(WORLD.diane, WORLD.lille)

    with work("audit", WORLD.diane, "audit:conduct") as uow:
        files.declare_own_engagement(uow, HOLIDAY)
        files.declare_own_link(uow, TIE)
        with uow.everywhere() as wide:
            found = queries.own_file(wide, WORLD.diane.id)
        mine = queries.file_of(uow, found)

    assert (mine.id, len(mine.engagements), len(mine.links)) == (auditor.id, 1, 1)
    with work("audit", WORLD.charlie, "audit:plan") as uow:
        assert uow.session.scalars(uow.select(Engagement)).one().site_id == WORLD.lille


def test_who_declared_it_stands_in_the_history(world: World, work: Work) -> None:
    file_of(WORLD.diane, WORLD.lille)

    with work("audit", WORLD.diane, "audit:conduct") as uow:
        id = files.declare_own_engagement(uow, HOLIDAY).id
    with work("audit", SYSTEM, "audit:read") as uow:
        history = uow.ledger.history
        by = select(history.c.actor_name).where(history.c.object_id == id)
        assert uow.session.scalars(by).all() == ["Diane"]


def test_one_takes_back_ones_own_absence_and_nobody_elses(world: World, work: Work) -> None:
    file_of(WORLD.diane)
    other = file_of(WORLD.anna, WORLD.lille)
    away(other, SOON, SOON)
    with work("audit", WORLD.diane, "audit:conduct") as uow:
        mine = files.declare_own_engagement(uow, HOLIDAY).id
    with work("audit", SYSTEM, "audit:read") as uow:
        hers = uow.session.scalars(
            select(Engagement.id).where(Engagement.auditor_id == other.id)
        ).one()

    with work("audit", WORLD.diane, "audit:conduct") as uow:
        with pytest.raises(NotFound):
            files.withdraw_own_engagement(uow, hers, WithdrawIn(version=1))
        files.withdraw_own_engagement(uow, mine, WithdrawIn(version=1))
    with work("audit", SYSTEM, "audit:read") as uow:
        assert uow.session.scalars(uow.select(Engagement)).one().id == hers


def test_who_has_no_file_is_told_so(world: World, work: Work) -> None:
    with work("audit", WORLD.diane, "audit:conduct") as uow, pytest.raises(NotFound):
        files.declare_own_engagement(uow, HOLIDAY)


def test_a_file_shows_the_load_by_month_and_what_was_audited_lately(
    world: World, work: Work
) -> None:
    auditor = qualified(WORLD.diane)
    started(iso_audit(planned_for=TODAY, lead_id=WORLD.diane.id))
    iso_audit(until=SOON + timedelta(days=2), lead_id=WORLD.diane.id)

    with work("audit", WORLD.alice, "audit:plan") as uow:
        found = queries.file_of(uow, uow.get(Auditor, auditor.id))

    assert {load.month: load.days for load in found.load} == {
        TODAY.replace(day=1): 1,
        SOON.replace(day=1): 3,
    }
    assert (found.audits_lately, found.most_days) == (4, 10)
    assert [audit.since for audit in found.audits] == [SOON, TODAY]


# --- by the clock -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "told"), [(61, 0), (60, 1), (31, 1), (30, 1), (1, 1), (0, 1), (-1, 0)]
)
def test_whoever_holds_it_is_told_before_a_competence_ends(
    world: World, bus: Bus, left: int, told: int
) -> None:
    granted(file_of(), valid_to=TODAY + timedelta(days=left))

    announce()
    announce()

    assert len(bus.published(CompetenceEnding)) == told


def test_they_are_told_again_at_the_second_step(world: World, bus: Bus) -> None:
    held = granted(file_of(), valid_to=TODAY + timedelta(days=45))
    announce()
    with unit_of_work("audit", SYSTEM) as uow:
        uow.get(type(held), held.id).valid_to = TODAY + timedelta(days=29)
    announce()
    announce()

    assert [event.code for event in bus.published(CompetenceEnding)] == ["ISO 9001", "ISO 9001"]


def test_what_is_renewed_or_withdrawn_worries_nobody(world: World, work: Work, bus: Bus) -> None:
    auditor = file_of()
    granted(auditor, valid_to=TODAY + timedelta(days=20))
    granted(auditor, valid_to=LATER)
    held = granted(auditor, code="ISO 14001", valid_to=TODAY + timedelta(days=20))
    with work("audit", WORLD.alice, "audit:plan") as uow:
        files.revoke_competence(uow, held.id, RevokeIn(version=1, reason="Saisie par erreur"))

    announce()

    assert bus.published(CompetenceEnding) == []


def announce() -> None:
    job, _ = tasks.jobs["audit.announce_ending_competences"]
    with unit_of_work("audit", SYSTEM) as uow:
        job(uow)
