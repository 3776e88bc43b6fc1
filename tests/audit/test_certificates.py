"""Certificates: what their cycle asks for, reminders by the clock, and the sample of sites."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
import time_machine

from services.audit.events import CertificateExpired, CertificationDue
from services.audit.programme import certified, certifying
from services.audit.programme.certificate_models import Certificate, Sample
from services.audit.programme.certificate_schemas import (
    CertificateChange,
    CertificateStatus,
    DecisionIn,
    MetIn,
    SampleIn,
    SampleKind,
    Stage,
    StatusIn,
)
from services.audit.programme.errors import (
    AddedWithoutReason,
    CentralNotASite,
    CertificateOver,
    DecisionMissing,
    DecisionNotLater,
    NotInTheFuture,
    RestoreLimitPassed,
    SampleDrawn,
    SitesOutsideCertificate,
    StatusNotForHand,
    TooFewSites,
    WindowMet,
)
from shared.auth import SYSTEM
from shared.errors import NotFound, StaleVersion
from shared.work import unit_of_work
from tests.audit import programmes as making
from tests.conftest import Work
from tests.helpers import Bus
from tests.world import World

pytestmark = pytest.mark.usefixtures("library")


@pytest.fixture(autouse=True)
def in_2030() -> Iterator[None]:
    with time_machine.travel(datetime(2030, 1, 7, 8, tzinfo=UTC), tick=False):
        yield


def decide(certificate: Certificate, day: date, **more: object) -> Certificate:
    wish = DecisionIn.model_validate({"version": certificate.version, "decided_on": day} | more)
    with unit_of_work("audit", SYSTEM) as uow:
        return certifying.note_decision(uow, certificate.id, wish)


def test_a_certificate_asks_for_what_its_cycle_does(world: World) -> None:
    certificate = making.certified()

    assert certificate.status is CertificateStatus.VALID
    assert (certificate.cycle, certificate.expires_on) == (1, date(2032, 2, 9))
    assert certificate.restore_limit == date(2032, 8, 10)
    asked = [(w.stage, w.latest_on) for w in making.windows(certificate)]
    assert asked == [
        (Stage.SURVEILLANCE_1, date(2030, 2, 10)),
        (Stage.SURVEILLANCE_2, date(2031, 12, 31)),
        (Stage.RENEWAL, date(2032, 2, 9)),
    ]


def test_one_that_is_wanted_asks_for_both_stages_and_then_begins(world: World) -> None:
    wanted = making.certified(decided_on=None, wanted_by=date(2030, 10, 31))
    assert wanted.status is CertificateStatus.IN_PROGRESS
    assert [w.stage for w in making.windows(wanted)] == [Stage.STAGE_1, Stage.STAGE_2]

    certificate = decide(wanted, date(2030, 1, 3), number="2030/7")

    assert (certificate.number, certificate.certified_since) == ("2030/7", date(2030, 1, 3))
    left = [w.stage for w in making.windows(certificate) if not w.lapsed]
    assert left == [Stage.SURVEILLANCE_1, Stage.SURVEILLANCE_2, Stage.RENEWAL]


def test_a_renewal_keeps_the_day_and_begins_the_next_cycle(world: World) -> None:
    certificate = making.certified(decided_on=date(2027, 2, 10))

    renewed = decide(certificate, date(2029, 12, 5))

    assert (renewed.cycle, renewed.expires_on) == (2, date(2033, 2, 9))
    assert {w.cycle for w in making.windows(renewed) if not w.lapsed} == {2}


def test_one_that_lapsed_is_restored_within_six_months(world: World) -> None:
    certificate = making.certified(decided_on=date(2026, 9, 1))
    assert certificate.expires_on == date(2029, 8, 31)
    with unit_of_work("audit", SYSTEM) as uow:
        certifying.end_certificates(uow)
    with unit_of_work("audit", SYSTEM) as uow:
        assert uow.get(Certificate, certificate.id).status is CertificateStatus.EXPIRED

    restored = decide(expired(certificate), date(2030, 1, 5), keeps_day=False)

    assert (restored.status, restored.expires_on) == (CertificateStatus.VALID, date(2032, 8, 31))


def expired(certificate: Certificate) -> Certificate:
    with unit_of_work("audit", SYSTEM) as uow:
        return uow.get(Certificate, certificate.id)


def test_one_that_lapsed_for_good_is_not_restored(world: World) -> None:
    certificate = making.certified(decided_on=date(2026, 5, 1))

    with pytest.raises(RestoreLimitPassed):
        decide(certificate, date(2030, 1, 5))


@pytest.mark.parametrize("day", [date(2029, 2, 10), date(2029, 1, 1), date(2030, 1, 8)])
def test_a_decision_comes_after_the_last_and_not_in_the_future(world: World, day: date) -> None:
    with pytest.raises(DecisionNotLater, match="2029-02-10"):
        decide(making.certified(), day)


def test_a_certificate_is_decided_or_wanted(world: World) -> None:
    with pytest.raises(DecisionMissing):
        making.certified(decided_on=None)


def test_what_was_held_elsewhere_is_noted_once(world: World, work: Work) -> None:
    first, *_ = making.windows(making.certified())

    with work("audit", world.alice, "audit:plan") as uow:
        tomorrow = MetIn(version=first.version, met_on=date(2030, 1, 8))
        with pytest.raises(NotInTheFuture):
            certifying.note_held(uow, first.id, tomorrow)
        lately = MetIn(version=first.version, met_on=date(2030, 1, 5))
        noted = certifying.note_held(uow, first.id, lately)
        assert noted.met_on == date(2030, 1, 5)
        again = MetIn(version=noted.version, met_on=date(2030, 1, 6))
        with pytest.raises(WindowMet):
            certifying.note_held(uow, first.id, again)


def test_each_step_of_the_ladder_is_told_once(world: World, bus: Bus) -> None:
    """Surveillance 1 ends on 10 February: 34 days from 7 January, so the step of 60 is told."""
    making.certified()

    def remind(day: date) -> list[int]:
        moment = datetime(day.year, day.month, day.day, 6, tzinfo=UTC)
        with time_machine.travel(moment), unit_of_work("audit", SYSTEM) as uow:
            certifying.remind(uow)
        return [event.days_left for event in bus.published(CertificationDue)]

    assert remind(date(2030, 1, 7)) == [34]
    assert remind(date(2030, 1, 8)) == [34]
    assert remind(date(2030, 1, 11)) == [34, 30]
    assert remind(date(2030, 2, 6)) == [34, 30, 4]
    assert remind(date(2030, 2, 20)) == [34, 30, 4]


def test_what_was_past_when_it_was_entered_is_told_to_nobody(world: World, bus: Bus) -> None:
    making.certified(decided_on=date(2028, 1, 5))

    with unit_of_work("audit", SYSTEM) as uow:
        certifying.remind(uow)

    assert [event.stage for event in bus.published(CertificationDue)] == []


def test_the_day_after_its_last_a_certificate_has_expired_once(world: World, bus: Bus) -> None:
    certificate = making.certified(decided_on=date(2027, 1, 8))
    assert certificate.expires_on == date(2030, 1, 7)

    def end(moment: datetime) -> list[date]:
        with time_machine.travel(moment), unit_of_work("audit", SYSTEM) as uow:
            certifying.end_certificates(uow)
        return [event.expired_on for event in bus.published(CertificateExpired)]

    assert end(datetime(2030, 1, 7, 23, tzinfo=UTC)) == []
    assert end(datetime(2030, 1, 8, 4, tzinfo=UTC)) == [date(2030, 1, 7)]
    assert end(datetime(2030, 1, 9, 4, tzinfo=UTC)) == [date(2030, 1, 7)]
    assert all(window.lapsed for window in making.windows(certificate))


def test_a_withdrawn_certificate_asks_for_nothing_and_stays_so(world: World, work: Work) -> None:
    certificate = making.certified()
    gone = StatusIn(
        version=certificate.version,
        status=CertificateStatus.WITHDRAWN,
        reason="Résiliation du contrat",
    )
    with work("audit", world.alice, "audit:plan") as uow:
        over = certifying.set_status(uow, certificate.id, gone)
        assert all(window.lapsed for window in certified.windows_of(uow, over.id))
        again = gone.model_copy(update={"version": over.version})
        with pytest.raises(CertificateOver):
            certifying.set_status(uow, certificate.id, again)
    with pytest.raises(CertificateOver):
        decide(over, date(2030, 1, 6))


@pytest.mark.parametrize("wanted", [CertificateStatus.EXPIRED, CertificateStatus.IN_PROGRESS])
def test_a_certificate_expires_by_the_day_and_not_by_hand(
    world: World, work: Work, wanted: CertificateStatus
) -> None:
    certificate = making.certified()
    wish = StatusIn(version=certificate.version, status=wanted, reason="Par la main")

    with work("audit", world.alice, "audit:plan") as uow, pytest.raises(StatusNotForHand):
        certifying.set_status(uow, certificate.id, wish)


def test_a_certificate_names_sites_of_its_place(world: World, work: Work) -> None:
    certificate = making.certified()
    facts = making.certificate_in(site_ids=[world.lille]).model_dump(
        include={"body", "scope", "site_ids"}
    )
    with pytest.raises(SitesOutsideCertificate):
        making.certified(site_ids=[world.lyon, world.lille])
    with pytest.raises(CentralNotASite):
        making.multi_site(site_ids=[world.lille, world.brest])
    with work("audit", world.alice, "audit:plan") as uow:
        change = CertificateChange(**facts, version=certificate.version)
        with pytest.raises(SitesOutsideCertificate):
            certifying.change_certificate(uow, certificate.id, change)
        stale = change.model_copy(update={"version": 7})
        with pytest.raises(StaleVersion):
            certifying.change_certificate(uow, certificate.id, stale)
    with work("audit", world.charlie, "audit:plan") as uow, pytest.raises(NotFound):
        uow.get(Certificate, certificate.id)


def test_a_sample_shows_its_arithmetic_and_can_be_redone(world: World) -> None:
    """Two sites besides the central function: 0.6 x sqrt(2) = 0.85, up to 1, at random."""
    sample = making.sampled()

    told = certified.shown(sample)

    assert (told.sites, told.tenths, told.visited, told.at_random) == (2, 6, 1, 1)
    assert told.verified
    assert {site.site_id for site in told.candidates} == {world.lille, world.brest}
    first = min(told.candidates, key=lambda site: site.lot)
    assert [site.site_id for site in told.candidates if site.choice] == [first.site_id]


def test_a_choice_that_was_altered_is_noticed(world: World) -> None:
    sample = making.sampled()
    for site in sample.candidates:
        site["choice"] = None if site["choice"] else "at_random"

    assert not certified.shown(sample).verified


def test_a_sample_is_drawn_once(world: World, work: Work) -> None:
    certificate = making.multi_site()
    making.sampled(certificate)

    with pytest.raises(SampleDrawn, match="2030"):
        making.sampled(certificate)
    with work("audit", SYSTEM, "audit:read") as uow:
        assert len(uow.session.scalars(uow.select(Sample)).all()) == 1
    assert making.sampled(certificate, year=2031).year == 2031


def test_the_site_where_a_certifier_was_last_waits_longest(world: World, work: Work) -> None:
    certificate = making.multi_site()
    with work("audit", world.greta, "audit:plan") as uow:
        wish = SampleIn(kind=SampleKind.INITIAL, year=2030)
        told = certified.shown(certifying.draw_sample(uow, certificate.id, wish))

    assert told.visited == 2
    assert all(site.choice and site.last_visit is None for site in told.candidates)


def test_sites_that_risk_adds_need_a_reason(world: World, work: Work) -> None:
    certificate = making.multi_site()
    wish = SampleIn(kind=SampleKind.SURVEILLANCE, year=2030, added=1)

    with work("audit", world.greta, "audit:plan") as uow:
        with pytest.raises(AddedWithoutReason):
            certifying.draw_sample(uow, certificate.id, wish)
        told = wish.model_copy(update={"reason": "Accident grave à Brest"})
        assert certified.shown(certifying.draw_sample(uow, certificate.id, told)).visited == 2


def test_a_single_site_has_no_sample(world: World) -> None:
    certificate = making.certified()
    wish = SampleIn(kind=SampleKind.SURVEILLANCE, year=2030)

    with unit_of_work("audit", SYSTEM) as uow, pytest.raises(TooFewSites):
        certifying.draw_sample(uow, certificate.id, wish)
