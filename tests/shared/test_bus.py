"""The bus on a real server: order, one effect per event, failures kept, nothing lost."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from redis import Redis
from sqlalchemy import Row, func, select, text

from runtime.services import SERVICES
from services.audit.models import Audit
from services.risk.events import RiskAssessed, RiskEscalated
from services.risk.schemas import Domain
from shared import reconciler
from shared.auth import SYSTEM
from shared.bus import deliver, relay
from shared.events import Envelope, Handlers
from shared.ledger import ledger
from shared.operations import replay
from shared.settings import settings
from shared.streams import Entry, Streams
from shared.work import UnitOfWork, unit_of_work
from tests.world import WORLD

AUDIT = SERVICES["audit"].handlers


def publish(*titles: str) -> None:
    for title in titles:
        with unit_of_work("risk", SYSTEM) as uow:
            uow.publish(RiskEscalated(risk_id=uuid4(), site_id=WORLD.lyon, title=title, level=4))


def streams(redis: Redis, consumer: str = "one") -> Streams:
    joined = Streams(redis, "audit", ["risk"], consumer)
    joined.join()
    return joined


def envelopes(entries: list[Entry]) -> list[Envelope]:
    return [e.envelope for e in entries if e.envelope is not None]


def no_dispatch(_service: str, _handler: str, _envelope: str) -> None:
    raise AssertionError


def audits() -> int:
    with unit_of_work("audit", SYSTEM) as uow:
        return uow.session.scalar(select(func.count()).select_from(Audit)) or 0


def rows(service: str, name: str) -> list[Row[Any]]:
    table = getattr(ledger(service), name)
    with unit_of_work(service, SYSTEM) as uow:
        return list(uow.session.execute(select(table)).all())


def test_events_arrive_in_the_order_they_were_published(redis: Redis) -> None:
    publish("A", "B", "C")

    assert relay("risk", redis) == 3

    heard = envelopes(streams(redis).fresh(10))
    assert [envelope.data["title"] for envelope in heard] == ["A", "B", "C"]
    assert relay("risk", redis) == 0


def test_an_event_carries_cloudevents_names(redis: Redis) -> None:
    publish("A")
    relay("risk", redis)

    [envelope] = envelopes(streams(redis).fresh(10))

    assert (envelope.specversion, envelope.source) == ("1.0", "/risk")
    assert envelope.type == "risk.risk_escalated"
    assert envelope.dataschema == "urn:qse:event:risk.risk_escalated"


def test_an_event_delivered_twice_has_one_effect(redis: Redis) -> None:
    publish("Solvent storage")
    relay("risk", redis)
    heard = envelopes(streams(redis).fresh(10))

    deliver("audit", AUDIT, heard, no_dispatch)
    deliver("audit", AUDIT, heard, no_dispatch)

    assert audits() == 1


def test_a_second_relay_waits_for_its_turn(redis: Redis) -> None:
    publish("A")
    with unit_of_work("risk", SYSTEM) as uow:
        lock = text("select pg_advisory_xact_lock(7301, hashtext('risk'))")
        uow.session.execute(lock)

        assert relay("risk", redis) == 0

    assert relay("risk", redis) == 1


def test_what_a_dead_consumer_left_is_read_by_its_successor(redis: Redis) -> None:
    publish("A")
    relay("risk", redis)
    assert len(streams(redis).fresh(10)) == 1

    assert len(streams(redis).left_over()) == 1
    assert len(streams(redis, "two").stale(idle_ms=0)) == 1


def test_a_group_that_comes_late_hears_everything(redis: Redis) -> None:
    publish("A", "B")
    relay("risk", redis)

    assert len(streams(redis).fresh(10)) == 2


@pytest.fixture
def failing() -> Handlers:
    """Handlers of which one fails on poison, and only on it."""
    handlers = Handlers()

    @handlers.on(RiskEscalated)
    def fail_on_poison(uow: UnitOfWork, event: RiskEscalated) -> None:
        audit = Audit(
            site_id=event.site_id,
            title=event.title,
            scope="",
            criteria=["x"],
            planned_for=uow.now.date(),
            until=uow.now.date(),
        )
        uow.add(audit)
        if event.title == "poison":
            raise ValueError("poison")

    return handlers


def test_a_poisonous_event_holds_up_nobody_and_is_kept(redis: Redis, failing: Handlers) -> None:
    publish("good", "poison", "better")
    relay("risk", redis)
    heard = envelopes(streams(redis).fresh(10))

    again = deliver("audit", failing, heard, no_dispatch)
    assert ([e.data["title"] for e in again], audits()) == (["poison"], 2)

    for _ in range(settings().max_deliveries - 1):
        again = deliver("audit", failing, again, no_dispatch)

    assert again == []
    [dead] = rows("audit", "dead_letter")
    assert (dead.attempts, dead.error) == (settings().max_deliveries, "ValueError: poison")
    assert dead.dead_at is not None
    assert audits() == 2


def test_a_dead_letter_can_be_tried_again_once_the_cause_is_mended(
    redis: Redis, failing: Handlers
) -> None:
    publish("poison")
    relay("risk", redis)
    again = envelopes(streams(redis).fresh(10))
    while again:
        again = deliver("audit", failing, again, no_dispatch)
    [dead] = rows("audit", "dead_letter")

    assert not replay("audit", failing, dead.event_id, dead.handler)

    mended = Handlers([replace(failing.registered[0], run=lambda _uow, _event: None)])
    mended.registered[0].run.__name__ = dead.handler
    assert replay("audit", mended, dead.event_id, dead.handler)
    assert rows("audit", "dead_letter") == []
    assert len(rows("audit", "inbox")) >= 1


def test_another_server_gets_what_is_not_settled(redis: Redis) -> None:
    publish("A")
    reconciler.republish_if_another_server("risk", redis)
    relay("risk", redis)
    assert not reconciler.republish_if_another_server("risk", redis)

    with unit_of_work("risk", SYSTEM) as uow:
        uow.session.execute(text("update risk.server set run_id = 'a server that is gone'"))

    assert reconciler.republish_if_another_server("risk", redis)
    assert relay("risk", redis) == 1


def ask_and_answer(redis: Redis, *, heard: bool) -> reconciler.Answers:
    """Publish one event, ask about it, and have audit answer with or without having heard it."""
    publish("A")
    relay("risk", redis)
    listening = streams(redis)
    entries = listening.fresh(10)
    if heard:
        deliver("audit", AUDIT, envelopes(entries), no_dispatch)
    assert reconciler.ask("risk", redis) == 1
    [question] = [e.roll_call for e in listening.fresh(10) if e.roll_call]
    reconciler.answer("audit", AUDIT, redis, question)
    return reconciler.Answers("risk", redis)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch, redis: Redis) -> Iterator[None]:
    monkeypatch.setenv("QSE_RECONCILE_AFTER_S", "0")
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_an_event_everybody_marked_is_settled(redis: Redis, at_once: None) -> None:
    answers = ask_and_answer(redis, heard=True)

    assert answers.settle() == 0

    [row] = rows("risk", "outbox")
    assert row.settled_at is not None
    assert reconciler.ask("risk", redis) == 0


def test_an_event_somebody_lacks_is_published_again(redis: Redis, at_once: None) -> None:
    answers = ask_and_answer(redis, heard=False)

    assert answers.settle() == 1

    [row] = rows("risk", "outbox")
    assert (row.settled_at, row.published_at) == (None, None)


def test_an_event_nobody_listens_to_settles_by_itself(redis: Redis, at_once: None) -> None:
    assessed = RiskAssessed(risk_id=uuid4(), site_id=WORLD.lyon, domain=Domain.SAFETY, level=2)
    with unit_of_work("risk", SYSTEM) as uow:
        uow.publish(assessed)
    relay("risk", redis)

    reconciler.ask("risk", redis)

    [row] = rows("risk", "outbox")
    assert row.settled_at is not None


def test_the_stream_is_trimmed_only_of_what_is_old_and_done(redis: Redis) -> None:
    publish("A")
    relay("risk", redis)
    streams(redis)

    reconciler.trim("risk", redis)

    assert redis.xlen("events.risk") == 1
