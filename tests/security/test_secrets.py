"""H12: what is secret stands in no log, no answer, no stream and no dead letter."""

import json
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2 as httpx
import pytest
from redis import Redis
from sqlalchemy import create_engine, text

from runtime.services import SERVICES
from services.identity import access
from services.identity.schemas import PersonalTokenIn
from shared import outbox
from shared.settings import settings
from shared.work import unit_of_work
from tests.helpers import token_of
from tests.live import Live
from tests.portal.factories import finding_form, lead_under_way
from tests.processes import eventually
from tests.promises import Promise
from tests.world import PASSWORD, WORLD

WRONG = "Canari-mot-de-passe-faux-5"
NAME = "Canari Nomquinedoitpasfuir"
QUERY = "canari-dans-l-adresse-81"
TYPED = "Canari-recit-de-la-victime-3"


def provoke(live: Live) -> dict[str, str]:
    """Sign-ins, changes, refusals and failures with all kinds of secrets in them."""
    with unit_of_work("identity", WORLD.alice, permission="identity:read") as uow:
        personal, _ = access.make_personal_token(uow, PersonalTokenIn(name="script"))
    access_token = token_of(WORLD.alice)
    root = f"{live.url}/api/v1"
    afresh = httpx.Limits(max_keepalive_connections=0)
    origin = {"Origin": live.url}
    with httpx.Client(timeout=20, headers=origin, limits=afresh) as browser:
        typed = {"email": "alice@example.org", "password": PASSWORD}
        browser.post(f"{live.url}/sign-in", data=typed)
        session = browser.cookies["qse"]
        for path in ("/", "/account", "/audits", "/nowhere", f"/audits/{uuid4()}"):
            browser.get(f"{live.url}{path}?q={QUERY}")
        browser.post(f"{live.url}/sign-in", data=typed | {"password": WRONG})
        browser.post(f"{live.url}/audits/{uuid4()}/findings", data=finding_form(statement=TYPED))
        identity = f"{root}/identity"
        browser.post(f"{identity}/sessions", json=typed | {"password": WRONG})
        browser.post(f"{identity}/sessions", json={"email": WRONG, "password": {"a": WRONG}})
        browser.post(f"{identity}/sessions", content=f'{{"password": "{WRONG}", '.encode())
        browser.post(f"{identity}/tokens", json={"credential": WRONG, "audience": ["audit"]})
        browser.post(f"{identity}/tokens", json={"credential": [session], "audience": "x"})
        for token in (personal, access_token, session, f"{access_token}x"):
            headers = {"Authorization": f"Bearer {token}"}
            for service in SERVICES:
                browser.get(f"{root}/{service}/timeline/{uuid4()}?q={QUERY}", headers=headers)
            person = {"name": NAME, "email": "canari@example.org", "password": WRONG}
            browser.post(f"{identity}/people", json=person, headers=headers)
            wrong = {"current": WRONG, "new": WRONG}
            browser.post(f"{identity}/me/password", json=wrong, headers=headers)
            browser.post(f"{identity}/me/confirm", json={"password": WRONG}, headers=headers)
    return {
        "password": PASSWORD,
        "wrong password": WRONG,
        "session": session,
        "personal token": personal,
        "access token": access_token,
        "signing key": json.loads(settings().signing_key.get_secret_value())["d"],  # type: ignore[union-attr]
        "database password": re.findall(r":([^:@/]+)@", settings().url_of("audit"))[0],
    }


def break_something(live: Live) -> None:
    """Failures with a traceback: tables that are not there, events that cannot be handled."""
    engine = create_engine(settings().owner_url_of("audit"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        audit = lead_under_way()
        connection.execute(text("alter table audit.finding rename to away"))
        finding = finding_form(statement=TYPED)
        with live.as_(WORLD.diane) as diane:  # after a failure the server hangs up
            broken = diane.post(f"/audit/audits/{audit.id}/findings", json=finding)
        connection.execute(text("alter table audit.away rename to finding"))
        assert broken.status_code == 500
        assert TYPED not in broken.text
        for table in ("known_node", "known_person"):
            connection.execute(text(f"alter table actions.{table} rename to {table}_away"))
        with live.as_(WORLD.diane) as diane:
            raised = diane.post(f"/audit/audits/{audit.id}/findings", json=finding)
        assert raised.status_code == 201, raised.text
        eventually(lambda: dead_letters("actions") or None, 30)
        for table in ("known_node", "known_person"):
            connection.execute(text(f"alter table actions.{table}_away rename to {table}"))
    engine.dispose()


def dead_letters(service: str) -> list[str]:
    engine = create_engine(settings().owner_url_of(service))
    with engine.connect() as connection:
        rows = connection.execute(text(f"select to_jsonb(d)::text from {service}.dead_letter d"))  # noqa: S608  our own name
        found = [str(row[0]) for row in rows]
    engine.dispose()
    return found


def everything_in(redis: "Redis") -> str:
    """What the server holds, of whatever kind."""
    client: Any = redis
    reads = {
        "stream": client.xrange,
        "list": lambda key: client.lrange(key, 0, -1),
        "hash": client.hgetall,
        "set": client.smembers,
        "zset": lambda key: client.zrange(key, 0, -1),
        "string": client.get,
    }
    return "\n".join(f"{key} {reads[client.type(key)](key)}" for key in client.scan_iter())


@pytest.mark.security
def test_no_secret_is_where_it_should_not_be(live: Live, tmp_path: Path, promise: Promise) -> None:
    secrets = provoke(live)
    break_something(live)
    with outbox.operate() as redis:
        streams = everything_in(redis)
    places = {
        "logs": "\n".join(path.read_text(errors="replace") for path in tmp_path.glob("*.log")),
        "Redis": streams,
        "dead letters": "\n".join(row for name in SERVICES for row in dead_letters(name)),
        "outboxes and histories": told(),
    }
    hits = {
        f"{name} in {place}"
        for place, found in places.items()
        for name, secret in secrets.items()
        if secret in found
    }
    # A name and a narration are no secrets of ours, and still have no business in a log.
    personal = {f"{word} in logs" for word in (NAME, TYPED, QUERY) if word in places["logs"]}
    personal |= {
        f"{word} in {place}"
        for place in ("Redis", "dead letters")
        for word in (TYPED,)
        if word in places[place]
    }
    searched = sum(len(found) for found in places.values()) // 1_000
    promise("H12", f"secrets found in {searched} kB of logs, streams and tables", len(hits), 0)
    promise("H12", "names and narrations in logs and events", len(personal), 0)
    assert len(places["logs"]) > 100
    assert "Traceback" in places["logs"] or "exception" in places["logs"]
    assert "events.audit" in streams
    assert (hits, personal) == (set(), set())


def told() -> str:
    engine = create_engine(settings().owner_url_of("audit"))
    rows = []
    with engine.connect() as connection:
        for service in SERVICES:
            for table in ("outbox", "history"):
                query = text(f"select to_jsonb(t)::text from {service}.{table} t")  # noqa: S608  our own names
                rows += [str(row[0]) for row in connection.execute(query)]
    engine.dispose()
    return "\n".join(rows)


@pytest.mark.security
def test_a_log_that_shows_local_variables_would_be_found(promise: Promise) -> None:
    """The control: a traceback as libraries print it by default."""
    from structlog.tracebacks import ExceptionDictTransformer  # noqa: PLC0415

    def sign_in(password: str) -> None:
        raise ValueError(len(password))

    try:
        sign_in(WRONG)
    except ValueError as error:
        given = (type(error), error, error.__traceback__)
    shown, ours = (
        str(ExceptionDictTransformer(show_locals=with_locals)(given))
        for with_locals in (True, False)
    )
    promise("H12", "control, local variables logged: password found", str(WRONG in shown), "True")
    assert WRONG in shown
    assert WRONG not in ours
