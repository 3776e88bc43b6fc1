"""The net under the streams: what a Redis server forgot is published again.

Two questions, both answered from PostgreSQL. Is this still the run of the server that the rows
were sent to? If not, everything not yet settled is sent again. And has every hearing service
marked what was sent a while ago? The question travels through the stream itself, behind the
events it asks about, so a slow consumer is not mistaken for one that lost something.
"""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import structlog
from redis import Redis
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from shared.auth import SYSTEM
from shared.events import Handlers
from shared.metrics import REPUBLISHED
from shared.settings import settings
from shared.streams import ROLL_CALL, answers_of, stream_of
from shared.work import UnitOfWork, unit_of_work

log = structlog.get_logger()

ASKED_AT_ONCE = 500
ANSWERS_KEPT = 1_000
STREAM_KEPT_S = 86_400


def republish_if_another_server(service: str, redis: Any) -> bool:  # noqa: ANN401  redis-py's types
    """Notice a restarted or wiped server, and have the relay send all unsettled rows again."""
    run_id = redis.info("server")["run_id"]
    with unit_of_work(service, SYSTEM) as uow:
        server = uow.ledger.server
        known = uow.session.scalar(select(server.c.run_id))
        if known == run_id:
            return False
        outbox = uow.ledger.outbox
        lost = outbox.c.settled_at.is_(None) & outbox.c.published_at.is_not(None)
        again = uow.session.execute(update(outbox).where(lost).values(published_at=None))
        row = insert(server).values(stream=stream_of(service), run_id=run_id)
        uow.session.execute(
            row.on_conflict_do_update(index_elements=[server.c.stream], set_={"run_id": run_id})
        )
    count: int = again.rowcount  # type: ignore[attr-defined]
    REPUBLISHED.labels(service).inc(count)
    log.info("another redis server", service=service, republished=count)
    return True


def ask(service: str, redis: Redis) -> int:
    """Ask the hearers about what was sent a while ago and is not settled."""
    with unit_of_work(service, SYSTEM) as uow:
        outbox = uow.ledger.outbox
        age = func.make_interval(0, 0, 0, 0, 0, 0, settings().reconcile_after_s)
        asked = outbox.c.settled_at.is_(None) & (outbox.c.published_at < func.now() - age)
        query = select(outbox.c.id, outbox.c.topic).where(asked)
        rows = uow.session.execute(query.order_by(outbox.c.seq).limit(ASKED_AT_ONCE)).all()
        heard = _hearers(uow)
        wanted = {topic for topics in heard.values() for topic in topics}
        _settle(uow, [id for id, topic in rows if topic not in wanted])
    question = [(str(id), topic) for id, topic in rows]
    if question:
        redis.xadd(stream_of(service), {ROLL_CALL: json.dumps(question)})
    return len(question)


def answer(
    service: str, handlers: Handlers, redis: Redis, asked: Sequence[tuple[UUID, str]]
) -> None:
    """Say which of the events asked about this service has marked, and which it has not."""
    owed = {id: {h.name for h in handlers.hearing(topic)} for id, topic in asked}
    owed = {id: names for id, names in owed.items() if names}
    if not owed:
        return
    publisher = asked[0][1].partition(".")[0]
    with unit_of_work(service, SYSTEM) as uow:
        marked = _marks(uow, list(owed))
    missing = [str(id) for id, names in owed.items() if names - marked.get(id, set())]
    present = [str(id) for id in owed if str(id) not in missing]
    body = {"service": service, "present": present, "missing": missing}
    redis.xadd(answers_of(publisher), {"answer": json.dumps(body)}, maxlen=ANSWERS_KEPT)


def _marks(uow: UnitOfWork, ids: list[UUID]) -> dict[UUID, set[str]]:
    """Handlers that dealt with each event, or were given up on and are kept for a person."""
    inbox, dead = uow.ledger.inbox, uow.ledger.dead_letter
    done = select(inbox.c.event_id, inbox.c.handler).where(inbox.c.event_id.in_(ids))
    kept = select(dead.c.event_id, dead.c.handler).where(
        dead.c.event_id.in_(ids), dead.c.dead_at.is_not(None)
    )
    marks: dict[UUID, set[str]] = {}
    for id, handler in uow.session.execute(done.union(kept)):
        marks.setdefault(id, set()).add(handler)
    return marks


class Answers:
    """What the hearers have answered so far. Forgotten at a restart, and then asked again."""

    def __init__(self, service: str, redis: Redis) -> None:
        self.service = service
        self.redis: Any = redis
        self.position = "0"
        self.present: dict[UUID, set[str]] = {}

    def settle(self) -> int:
        """Settle what all hearers have; send again what one of them lacks. Counts the latter."""
        answers = self._read()
        if not answers:
            return 0
        missing = {UUID(id) for answer in answers for id in answer["missing"]}
        for answer in answers:
            for id in answer["present"]:
                self.present.setdefault(UUID(id), set()).add(answer["service"])
        with unit_of_work(self.service, SYSTEM) as uow:
            outbox = uow.ledger.outbox
            again = outbox.c.id.in_(missing) & outbox.c.settled_at.is_(None)
            uow.session.execute(update(outbox).where(again).values(published_at=None))
            self._settle_complete(uow)
        REPUBLISHED.labels(self.service).inc(len(missing))
        return len(missing)

    def _settle_complete(self, uow: UnitOfWork) -> None:
        outbox = uow.ledger.outbox
        heard = _hearers(uow)
        topics = select(outbox.c.id, outbox.c.topic).where(outbox.c.id.in_(self.present))
        complete = [
            id
            for id, topic in uow.session.execute(topics)
            if {name for name, wanted in heard.items() if topic in wanted} <= self.present[id]
        ]
        _settle(uow, complete)
        for id in complete:
            del self.present[id]

    def _read(self) -> list[dict[str, Any]]:
        found = self.redis.xrange(answers_of(self.service), f"({self.position}", "+")
        if found:
            self.position = found[-1][0]
        return [json.loads(fields["answer"]) for _, fields in found]


def _hearers(uow: UnitOfWork) -> dict[str, list[str]]:
    hearer = uow.ledger.hearer
    return {row.service: row.topics for row in uow.session.execute(select(hearer))}


def _settle(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    if ids:
        outbox = uow.ledger.outbox
        settled = update(outbox).where(outbox.c.id.in_(ids))
        uow.session.execute(settled.values(settled_at=func.now()))


def trim(service: str, redis: Any) -> None:  # noqa: ANN401  redis-py's types
    """Drop what is older than a day and acknowledged by every group; never what is pending."""
    name = stream_of(service)
    seconds = int(redis.time()[0]) - STREAM_KEPT_S
    kept = [(seconds * 1000, 0)]
    for group in redis.xinfo_groups(name):
        kept.append(_number(group["last-delivered-id"]))
        oldest_pending = redis.xpending(name, group["name"])["min"]
        if oldest_pending is not None:
            kept.append(_number(oldest_pending))
    redis.xtrim(name, minid="{}-{}".format(*min(kept)), approximate=True)


def _number(id: str) -> tuple[int, int]:
    milliseconds, _, counter = id.partition("-")
    return int(milliseconds), int(counter or 0)
