"""Calendar feeds: a secret address shows what its owner may see, and ends with their access."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2 as httpx
import pytest
from fastapi.testclient import TestClient
from icalendar import Calendar
from sqlalchemy import select

from services.audit import commands as auditing
from services.audit.models import Audit
from services.audit.programme import feeds
from services.audit.programme.certificate_models import Feed
from services.audit.programme.errors import NoFeedForOutsiders, TooManyFeeds
from services.audit.programme.feed_schemas import FeedIn
from services.audit.schemas import CancelIn
from services.identity import accounts
from services.identity import commands as identity
from services.identity.models import Person
from services.identity.schemas import Role
from shared.auth import SYSTEM, Actor
from shared.errors import NotFound
from shared.schemas import Change
from shared.settings import settings
from shared.work import clock, unit_of_work
from tests.audit.factories import audit_in
from tests.conftest import Api, Work
from tests.helpers import Bus
from tests.world import WORLD, World, id_of


def soon(site: UUID = WORLD.lyon, lead: UUID = WORLD.diane.id) -> Audit:
    day = clock().date() + timedelta(days=30)
    data = audit_in(site, lead).model_copy(update={"planned_for": day, "until": day})
    with unit_of_work("audit", SYSTEM) as uow:
        return auditing.plan_audit(uow, data)


def feed_of(actor: Actor, **more: object) -> tuple[Feed, str]:
    with unit_of_work("audit", actor, permission="audit:read") as uow:
        return feeds.make_feed(uow, FeedIn.model_validate({"name": "Agenda"} | more))


@pytest.fixture
def program(api: Api, world: World) -> TestClient:
    """A calendar program: it holds the address and nothing else."""
    client = api(world.bob)
    del client.headers["Authorization"]
    return client


def read(program: TestClient, secret: str) -> list[str]:
    answer = program.get(f"/api/v1/audit/calendars/{secret}.ics")
    return [str(event["location"]) for event in events(answer)]


def events(answer: httpx.Response) -> list[Any]:
    assert answer.status_code == 200, answer.text
    return list(Calendar.from_ical(answer.text).walk("VEVENT"))


def status(program: TestClient, secret: str) -> int:
    return program.get(f"/api/v1/audit/calendars/{secret}.ics").status_code


def test_a_feed_shows_the_audits_that_its_owner_may_see(program: TestClient, world: World) -> None:
    soon()
    soon(world.lille, world.anna.id)

    assert read(program, feed_of(world.bob)[1]) == ["Lyon"]
    assert sorted(read(program, feed_of(world.greta)[1])) == ["Lille", "Lyon"]
    assert read(program, feed_of(world.greta, place_id=world.lille)[1]) == ["Lille"]


def test_an_event_says_what_where_who_and_leads_to_the_audit(
    program: TestClient, world: World
) -> None:
    audit = soon()
    answer = program.get(f"/api/v1/audit/calendars/{feed_of(world.bob)[1]}.ics")

    [event] = events(answer)
    assert event["summary"] == "Audit interne production"
    assert event["dtstart"].dt == audit.planned_for
    assert event["dtend"].dt - event["dtstart"].dt == timedelta(days=1)
    assert "Diane" in event["description"]
    assert str(event["url"]).endswith(f"/audits/{audit.id}")
    assert answer.headers["content-type"].startswith("text/calendar")
    assert "no-store" in answer.headers["cache-control"]


def test_a_cancelled_audit_is_told_as_cancelled(
    program: TestClient, world: World, work: Work
) -> None:
    audit = soon()
    with work("audit", world.alice, "audit:plan") as uow:
        wish = CancelIn(version=audit.version, reason="Site à l'arrêt")
        auditing.cancel_audit(uow, audit.id, wish)

    answer = program.get(f"/api/v1/audit/calendars/{feed_of(world.bob)[1]}.ics")

    [event] = events(answer)
    assert event["status"] == "CANCELLED"


def test_only_a_fingerprint_of_the_address_is_kept(world: World, work: Work) -> None:
    feed, secret = feed_of(world.bob)

    assert secret not in str(vars(feed))
    assert len(secret) >= 43
    with work("audit", SYSTEM, "audit:read") as uow:
        history = select(uow.ledger.history).where(uow.ledger.history.c.object_id == feed.id)
        kept = str(uow.session.execute(history).all())
    assert feed.fingerprint not in kept


def test_a_revoked_feed_gives_nothing(program: TestClient, world: World, work: Work) -> None:
    feed, secret = feed_of(world.bob)
    with work("audit", world.alice, "audit:read") as uow, pytest.raises(NotFound):
        feeds.revoke_feed(uow, feed.id)
    with work("audit", world.bob, "audit:read") as uow:
        feeds.revoke_feed(uow, feed.id)
        assert feeds.own_feeds(uow) == []

    assert status(program, secret) == 404


def test_a_closed_account_ends_the_feed(
    program: TestClient, world: World, work: Work, bus: Bus
) -> None:
    secret = feed_of(world.bob)[1]
    with work("identity", SYSTEM, "identity:admin") as uow:
        seen = Change(version=uow.get(Person, world.bob.id).version)
        accounts.deactivate(uow, world.bob.id, seen)
    bus.deliver_all()

    assert status(program, secret) == 404


def test_a_grant_that_ended_ends_the_feed(
    program: TestClient, world: World, work: Work, bus: Bus
) -> None:
    secret = feed_of(world.bob)[1]
    with work("identity", SYSTEM, "identity:admin") as uow:
        identity.end_grant(uow, id_of("grant of Bob"), uow.now.date())
    bus.deliver_all()

    assert status(program, secret) == 404


def test_people_from_outside_have_no_feed(world: World, work: Work) -> None:
    inspector = world.person("ines", Role.INSPECTOR, world.lyon)

    with work("audit", inspector, "audit:read") as uow, pytest.raises(NoFeedForOutsiders):
        feeds.make_feed(uow, FeedIn(name="Agenda"))


def test_a_feed_is_of_a_place_that_one_sees(world: World, work: Work) -> None:
    with work("audit", world.bob, "audit:read") as uow, pytest.raises(NotFound):
        feeds.make_feed(uow, FeedIn(name="Agenda", place_id=world.lille))


def test_nobody_has_feeds_without_number(world: World) -> None:
    for _ in range(feeds.MOST_FEEDS):
        feed_of(world.bob)

    with pytest.raises(TooManyFeeds, match=str(feeds.MOST_FEEDS)):
        feed_of(world.bob)


def test_who_guesses_is_slowed_down_and_does_not_slow_the_owner(
    program: TestClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = feed_of(world.bob)[1]
    few = settings().model_copy(update={"writes_per_minute": 3, "reads_per_minute": 3})
    monkeypatch.setattr("shared.limits.settings", lambda: few)
    monkeypatch.setattr("shared.limits.monotonic", lambda: 0)

    assert [status(program, f"{secret}{n}") for n in range(4)] == [404, 404, 404, 429]
    assert [status(program, secret) for _ in range(4)] == [200, 200, 200, 429]


def test_an_audit_leaves_as_a_file_of_its_own(api: Api, world: World) -> None:
    audit = soon()

    answer = api(world.bob).get(f"/api/v1/audit/audits/{audit.id}/calendar.ics")

    [event] = events(answer)
    assert str(event["uid"]).startswith(str(audit.id))
    assert (
        api(world.charlie).get(f"/api/v1/audit/audits/{audit.id}/calendar.ics").status_code == 404
    )
