"""What things cost, counted exactly: statements and Redis commands are the same everywhere.

A statement is what psycopg is handed once, also when it goes with many rows. The one that tells
PostgreSQL whose rows may be seen, once per transaction, is counted with them and told apart as
`scopes`. Savepoints are counted by themselves; BEGIN travels with the first statement, and COMMIT
is a transaction. Waking another process (one PUBLISH) and Celery's own commands are not here.

Who changes a figure on purpose puts the new one here, and says why in the change.
"""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from redis import Redis
from uuid_utils.compat import uuid7

from runtime.bench.chains import FINDING
from runtime.bench.figures import counts
from runtime.bench.group import Site, publish_policy, start_audit
from runtime.bench.inprocess import InProcess
from runtime.bench.recording import RecordedRedis, Recording, recorded_redis, recording
from runtime.bench.rehearsal import record
from services.risk.events import RiskAssessed
from services.risk.schemas import Domain
from shared import outbox
from shared.auth import SYSTEM
from shared.bus import deliver, relay
from shared.events import Envelope, Handlers
from shared.streams import BATCH, Streams
from shared.work import UnitOfWork, clock, unit_of_work
from tests.helpers import token_of
from tests.world import WORLD


@pytest.fixture
def watched(redis: Redis) -> Iterator[RecordedRedis]:
    """A client that writes down what it sends, to a server that was emptied."""
    with recorded_redis() as client:
        yield client
        client.connection_pool.disconnect()


@pytest.fixture
def platform_here(watched: RecordedRedis) -> Iterator[InProcess]:
    yield InProcess(watched)
    outbox._bells.cache_clear()  # noqa: SLF001  others are woken through Redis again


@pytest.fixture
def site(platform_here: InProcess) -> Site:
    """A site with an audit under way, in a group with a policy."""
    publish_policy(WORLD.greta, WORLD.hugo)
    made = Site(WORLD.lyon, WORLD.division, WORLD.alice.id, WORLD.paul.id, audit_id=uuid7())
    start_audit(WORLD.diane, WORLD.alice, made, clock())
    platform_here.settle()
    return made


def publish(count: int) -> None:
    with unit_of_work("risk", SYSTEM) as uow:
        for _ in range(count):
            news = RiskAssessed(risk_id=uuid4(), site_id=WORLD.lyon, domain=Domain.SAFETY, level=2)
            uow.publish(news)


@pytest.fixture
def hearing() -> Handlers:
    """One handler, which does nothing: what remains is what hearing itself costs."""
    handlers = Handlers()

    @handlers.on(RiskAssessed)
    def note(_uow: UnitOfWork, _event: RiskAssessed) -> None:
        pass

    return handlers


def no_dispatch(_service: str, _handler: str, _envelope: str) -> None:
    raise AssertionError


def of(made: Recording) -> tuple[int, int, int, int]:
    """Transactions, scopes, other statements, savepoint statements."""
    scopes = len(made.scopes)
    statements = len(made.statements) - scopes
    return len(made.transactions), scopes, statements, len(made.savepoints)


def test_a_full_batch_is_relayed_in_three_statements_and_one_round_trip(
    watched: RecordedRedis,
) -> None:
    publish(BATCH)

    with recording(watched) as made:
        assert relay("risk", watched) == BATCH

    lock, unsent, mark = [s.sql for s in made.statements if not s.is_scope]
    assert "pg_try_advisory_xact_lock" in lock
    assert unsent.startswith("SELECT")
    assert mark.startswith("UPDATE")
    assert of(made) == (1, 1, 3, 0)
    assert (len(made.round_trips), made.sent("XADD"), len(made.commands)) == (1, BATCH, BATCH)


def test_looking_for_nothing_to_relay_is_two_statements(watched: RecordedRedis) -> None:
    with recording(watched) as made:
        assert relay("risk", watched) == 0

    assert of(made) == (1, 1, 2, 0)
    assert made.commands == []


def test_hearing_an_event_costs_its_mark_and_a_savepoint(
    watched: RecordedRedis, hearing: Handlers
) -> None:
    publish(BATCH)
    relay("risk", watched)
    streams = Streams(watched, "audit", hearing.publishers, "one")
    streams.join()

    with recording(watched) as made:
        entries = streams.fresh(10)
        heard: list[Envelope] = [e.envelope for e in entries if e.envelope is not None]
        deliver("audit", hearing, heard, no_dispatch)
        streams.done(entries)

    assert of(made) == (1, 1, BATCH, 2 * BATCH)
    assert all(s.sql.startswith("INSERT INTO audit.inbox") for s in made.statements[1:])
    assert (made.sent("XREADGROUP"), made.sent("XACK"), len(made.round_trips)) == (1, BATCH, 2)


def test_an_event_that_nobody_hears_costs_postgresql_nothing(
    watched: RecordedRedis,
) -> None:
    publish(1)
    relay("risk", watched)
    streams = Streams(watched, "audit", ["risk"], "one")
    streams.join()
    heard = [e.envelope for e in streams.fresh(10) if e.envelope is not None]

    with recording(watched) as made:
        deliver("audit", Handlers(), heard, no_dispatch)

    assert of(made) == (0, 0, 0, 0)


def test_a_finding_is_raised_in_five_statements(platform_here: InProcess, site: Site) -> None:
    """The audit is locked, its scale read, what was found before; finding and event are added."""
    with recording(platform_here.redis) as made:
        path = f"/audit/audits/{site.audit_id}/findings"
        platform_here.post(path, FINDING, token_of(WORLD.diane))

    assert of(made) == (1, 1, 5, 0)
    assert made.commands == []


def test_the_whole_chain(platform_here: InProcess, site: Site) -> None:
    """From the finding to four people told. Its indicators are not the group's first.

    With this site all of the division report, so one figure there becomes news by being judged.
    """
    lille = Site(WORLD.lille, WORLD.division, WORLD.charlie.id, WORLD.charlie.id, audit_id=uuid7())
    start_audit(WORLD.anna, WORLD.charlie, lille, clock())
    record(platform_here, lille, token_of(WORLD.anna))

    made = record(platform_here, site, token_of(WORLD.diane))

    assert counts(made) == {
        "events": 22,
        "transactions": 20,
        "statements": 111,
        "of these, scopes": 20,
        "savepoint statements": 0,
        "redis commands": 110,
        "redis round trips": 36,
    }
