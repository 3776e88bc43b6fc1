"""Certifiers and inspectors: what they were given to see, to read only, until the last second.

And whatever they ask for is on record, whether they were shown it or not.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from secrets import token_urlsafe
from typing import Any, Final

import httpx2 as httpx
import pytest
import time_machine
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import select

from runtime.services import SERVICES
from services.identity import commands, links
from services.identity.errors import LinkWorthless
from services.identity.schemas import GrantIn, PersonIn, Purpose
from services.identity.sign_in_models import Link
from services.identity.sign_in_schemas import RedeemIn
from services.identity.tokens import fingerprint, new_secret
from shared.auth import OUTSIDERS, SYSTEM, Actor
from shared.ledger import ledger
from shared.work import clock, unit_of_work
from tests.access.conftest import OURS, Try
from tests.access.doors import DOORS
from tests.access.knocking import Knock, fresh_code
from tests.access.people import FAR, HERE, SIBLING, somebody
from tests.access.test_isolation import heard
from tests.access.test_matrix import MATRIX, recorded, refusal
from tests.helpers import beside
from tests.identity.signing import IDENTITY, setting
from tests.promises import HowMany, Promise
from tests.world import PASSWORD, SINCE, WORLD

ROLES: Final = sorted(OUTSIDERS)
READS: Final = [door for door in MATRIX if " GET " in door]
NAMED: Final = {
    "audit GET /reports/{report_id}",
    "audit GET /reports/{report_id}/files/{language}",
}
"""Open to the readers whom a report names. Who comes after it was issued is none of them."""
OWN: Final = {"mine", "private"}
"""One's own account and messages: the kinds of doors where everybody changes something."""
ASKED_FOR: Final = {"identity POST /verifications", "identity POST /nodes/{node_id}/proofs"}
"""A look at the record, and the proof of what they read: jobs that change nothing else."""
METHODS: Final = ("POST", "PUT", "PATCH", "DELETE")

pytestmark = pytest.mark.security


# --- until the end ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Guest:
    """Somebody from outside whose role at Lyon ends as a day does."""

    role: str
    email: str
    end: datetime


@pytest.fixture(params=ROLES)
def guest(request: pytest.FixtureRequest, web: TestClient) -> Guest:
    last_day = clock().date() + timedelta(days=1)
    email = f"{fresh_code().lower()}@example.org"
    with unit_of_work("identity", SYSTEM) as uow:
        data = PersonIn(name="Victor", email=email, password=SecretStr(PASSWORD))
        person = commands.add_person(uow, data)
        held = {"person_id": person.id, "role": request.param, "node_id": WORLD.lyon}
        days = {"valid_from": SINCE, "valid_to": last_day}
        commands.grant(uow, GrantIn.model_validate(held | days))
    end = datetime.combine(last_day, time.max, UTC) + timedelta(microseconds=1)
    return Guest(request.param, email, end)


def open_session(web: TestClient, guest: Guest) -> str:
    body = {"email": guest.email, "password": PASSWORD}
    token: str = web.post(f"{IDENTITY}/sessions", json=body).json()["token"]
    return token


def exchanged(web: TestClient, session: str) -> dict[str, Any]:
    body = {"credential": session, "audience": list(SERVICES)}
    answer: dict[str, Any] = web.post(f"{IDENTITY}/tokens", json=body).json()
    return answer


def ask(web: TestClient, door: str, asked: Knock, token: str) -> httpx.Response:
    service, method, _ = door.split()
    return web.request(
        method,
        f"/api/v1/{service}{asked.path}",
        json=asked.body,
        content=asked.content,
        params=asked.query,
        headers={"Authorization": f"Bearer {token}"},
    )


def test_access_ends_with_the_last_day(
    web: TestClient, knocks: dict[str, Knock], guest: Guest, promise: Promise
) -> None:
    """With the token of the second before, and with one that is fetched anew."""
    mine = [
        door
        for door in READS
        if refusal(MATRIX[door], guest.role, HERE) is None and door not in NAMED
    ]
    through = {}
    with time_machine.travel(guest.end - timedelta(seconds=1), tick=False) as traveller:
        session = open_session(web, guest)
        last = exchanged(web, session)
        open_to = [d for d in mine if ask(web, d, knocks[d], last["access_token"]).is_success]
        for after in (0, 1):
            traveller.move_to(guest.end + timedelta(seconds=after))
            fresh = exchanged(web, session)["access_token"]
            for name, token in (("the last second's", last["access_token"]), ("a new", fresh)):
                expected = 403 if token == fresh else 401
                answers = {d: ask(web, d, knocks[d], token).status_code for d in MATRIX}
                through[f"T+{after} with {name} token"] = {
                    door: status for door, status in answers.items() if status != expected
                }

    assert open_to == mine
    assert len(mine) > 40
    assert last["expires_in"] == 1
    assert through == {when: {} for when in through}
    tried = len(MATRIX) * len(through)
    promise("A8", f"{guest.role}: doors open at T-1 s", f"{len(open_to)} of {len(mine)}", "all")
    promise("A8", f"{guest.role}: accesses at T+0 and T+1 s", f"0 of {tried}", 0)


def test_a_token_that_outlives_the_role_would_be_noticed(
    monkeypatch: pytest.MonkeyPatch, web: TestClient, knocks: dict[str, Knock], guest: Guest
) -> None:
    """The control: without its end, the last second's token reads on."""
    whole = "services.identity.models.Holding.ends_at"
    door = "audit GET /audits"
    with time_machine.travel(guest.end - timedelta(seconds=1), tick=False) as traveller:
        monkeypatch.setattr(whole, property(lambda _: None))
        token = exchanged(web, open_session(web, guest))["access_token"]
        traveller.move_to(guest.end)
        assert ask(web, door, knocks[door], token).is_success


def test_a_session_ends_after_two_hours_at_most(
    web: TestClient, guest: Guest, promise: Promise
) -> None:
    """Also for who signed in before they were given the role, and before it begins."""
    lives = []
    for begun, begins_in in ((False, 0), (False, 1), (True, 0)):
        later = replace(guest, email=f"{fresh_code().lower()}@example.org")
        with unit_of_work("identity", SYSTEM) as uow:
            data = PersonIn(name="Irène", email=later.email, password=SecretStr(PASSWORD))
            person = commands.add_person(uow, data)
        session = open_session(web, later) if begun else ""
        with unit_of_work("identity", SYSTEM) as uow:
            first = uow.now.date() + timedelta(days=begins_in)
            held = {"person_id": person.id, "role": guest.role, "node_id": WORLD.lyon}
            days = {"valid_from": first, "valid_to": first + timedelta(days=9)}
            commands.grant(uow, GrantIn.model_validate(held | days))
        started = clock()
        session = session or open_session(web, later)
        ends = (timedelta(hours=2) - timedelta(minutes=1), timedelta(hours=2, minutes=1))
        for life in ends:
            at = started
            while at < started + life:  # never idle for half an hour
                at = min(at + timedelta(minutes=29), started + life)
                with time_machine.travel(at, tick=False):
                    alive = "access_token" in exchanged(web, session)
            lives.append(alive)

    assert lives == [True, False] * 3
    promise("A8", f"{guest.role}: sessions that outlive two hours", "0 of 3", 0)


def test_nobody_gets_in_without_a_second_factor(
    web: TestClient, guest: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in production, where it is required unless somebody says otherwise."""
    before = open_session(web, guest)
    with setting(monkeypatch, require_second_factor="true"):
        half = open_session(web, guest)
        refused = [exchanged(web, session)["type"] for session in (before, half)]

    assert refused == ["not_signed_in"] * 2


# --- to read only -------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_nothing_can_be_written(
    knocks: dict[str, Knock], knocked: Try, promise: Promise, role: str
) -> None:
    """At every door that changes something, with a role in force where it would."""
    actor = somebody(role, HERE)
    writes = [d for d in MATRIX if d not in ASKED_FOR.union(READS) and MATRIX[d].kind not in OWN]
    before = recorded()

    answers = {door: knocked(door, knocks[door], actor).status_code for door in writes}

    assert {door: status for door, status in answers.items() if status != 403} == {}
    assert recorded() == before
    promise("A8", f"{role}: writes, one's own account apart", f"0 of {len(writes)} doors", 0)


@pytest.mark.parametrize("role", ROLES)
def test_no_method_writes_at_any_address(
    knocks: dict[str, Knock], knocked: Try, promise: Promise, role: str
) -> None:
    actor = somebody(role, HERE)
    open_ = [door for door in MATRIX if MATRIX[door].kind in OWN or door in ASKED_FOR]
    theirs = {(door.split()[0], door.split()[2]) for door in open_}
    addresses = {
        (service, asked.path): asked
        for door, asked in knocks.items()
        for service, _, template in [door.split()]
        if (service, template) not in theirs
    }
    before = recorded()

    tried = [
        knocked(f"{service} {method} {path}", replace(asked, body=asked.body or {}), actor)
        for (service, path), asked in addresses.items()
        for method in METHODS
    ]

    assert {answer.status_code for answer in tried} <= {403, 404, 405, 422}
    assert recorded() == before
    promise("A8", f"{role}: writes by any method", f"0 of {len(tried)} requests", 0)


@pytest.mark.parametrize("role", ROLES)
def test_no_program_reads_for_them(knocked: Try, role: str) -> None:
    """A personal token would outlive the two hours of a session."""
    door = "identity POST /me/tokens"
    answer = knocked(door, DOORS[door](), somebody(role, HERE))
    assert (answer.status_code, answer.json()["type"]) == (403, "outsider_with_token")


# --- what was given and nothing else ------------------------------------------------------------


@pytest.mark.parametrize("where", [SIBLING, FAR])
@pytest.mark.parametrize("role", ROLES)
def test_nothing_is_shown_of_another_site(
    knocks: dict[str, Knock], knocked: Try, promise: Promise, role: str, where: str
) -> None:
    """At every door, about something at Lyon; and who is at Lyon reads the word there.

    The pages are walked in test_isolation, as these roles too.
    """
    elsewhere, here = somebody(role, where), somebody(role, HERE)
    heard_at = [door for door in knocks if heard(knocked(door, knocks[door], elsewhere))]
    control = [door for door in READS if heard(knocked(door, knocks[door], here))]

    assert heard_at == []
    assert len(control) > 20
    promise("A8", f"{role}: items of another site ({where})", f"0 at {len(knocks)} doors", 0)


# --- on record ----------------------------------------------------------------------------------


def unkept(knocks: dict[str, Knock], knocked: Try, actor: Actor) -> list[str]:
    """The doors at which somebody asked for something, and no row says so."""
    missing = []
    for door in READS:
        service, method, route = door.split()
        asked = replace(knocks[door], query={**knocks[door].query, "n": fresh_code()})
        knocked(door, asked, actor)
        table = ledger(service).reading
        rows = select(table).where(table.c.person_id == actor.id, table.c.route == route)
        with unit_of_work(service, SYSTEM) as uow:
            kept = uow.session.execute(rows.where(table.c.query.endswith(asked.query["n"]))).all()
        whole = [r for r in kept if r.method == method and r.session_id == actor.session]
        if len(whole) != 1 or any(id not in asked.path for id in whole[0].ids.values()):
            missing.append(door)
    return missing


@pytest.mark.parametrize("role", ROLES)
def test_all_they_ask_for_is_on_record(
    knocks: dict[str, Knock], knocked: Try, promise: Promise, role: str
) -> None:
    """Where they may read, and where they are told that there is nothing, or that they may not."""
    tried = len(READS) * 2
    missing = [unkept(knocks, knocked, somebody(role, where)) for where in (HERE, SIBLING)]

    assert missing == [[], []]
    promise("A8", f"{role}: requests to read that left a row", f"{tried} of {tried}", "all")


def test_a_request_that_left_no_row_would_be_noticed(
    monkeypatch: pytest.MonkeyPatch, knocks: dict[str, Knock], knocked: Try, promise: Promise
) -> None:
    """The control: nobody counts as coming from outside."""
    monkeypatch.setattr(Actor, "is_outsider", property(lambda _: False))

    missing = unkept(knocks, knocked, somebody("certifier", HERE))

    assert missing == READS
    promise("A8", "control: rows missed with the record taken out", len(missing), "all")


def test_the_rows_are_in_the_history_and_so_in_the_sealed_record(
    knocks: dict[str, Knock], knocked: Try
) -> None:
    actor = somebody("inspector", HERE)
    door = "audit GET /audits/{audit_id}"
    knocked(door, knocks[door], actor)

    with unit_of_work("audit", SYSTEM) as uow:
        table, past = uow.ledger.reading, uow.ledger.history
        mine = select(table).where(table.c.person_id == actor.id).order_by(table.c.id.desc())
        row = uow.session.execute(mine.limit(1)).one()
        told = uow.session.execute(select(past).where(past.c.object_id == row.id)).one()
    assert (told.object_type, told.action, told.actor_id) == ("Reading", "created", actor.id)
    assert told.diff["route"] == [None, "/audits/{audit_id}"]
    assert told.correlation_id == row.correlation_id


# --- links that were not sent -------------------------------------------------------------------


@pytest.fixture
def link(web: TestClient) -> str:
    """The token of an invitation that somebody from outside has not taken up yet."""
    token = new_secret()
    with unit_of_work("identity", SYSTEM) as uow:
        address = f"{fresh_code().lower()}@example.org"
        person = commands.add_person(uow, PersonIn(name="Victor", email=address))
        ends = uow.now + links.LIVES[Purpose.INVITATION]
        made = Link(purpose=Purpose.INVITATION, person_id=person.id, expires_at=ends)
        made.token_hash = fingerprint(token)
        uow.add(made)
    return token


def test_no_guessed_link_is_worth_anything(
    web: TestClient, link: str, promise: Promise, how_many: HowMany
) -> None:
    """At the door, which soon makes guessers wait; and behind it, where each guess is tried."""
    afar = beside(web, base_url=OURS, client=("203.0.113.9", 50_000))
    guesses = [token_urlsafe(32) for _ in range(how_many(10_000, 200))]
    told = [redeem(afar, guess).status_code for guess in guesses]
    accepted = sum(is_redeemed(guess) for guess in guesses)

    assert set(told) == {422, 429}
    assert accepted == 0
    assert is_redeemed(link)
    figure = f"{accepted} of {len(guesses)}, {told.count(429)} made to wait"
    promise("A8", "guessed links that were worth something", figure, 0)


def redeem(web: TestClient, token: str) -> httpx.Response:
    body = {"credential": token, "password": PASSWORD}
    return web.post(f"{IDENTITY}/links/redeem", json=body)


def is_redeemed(token: str) -> bool:
    data = RedeemIn(credential=SecretStr(token), password=SecretStr(PASSWORD))
    try:
        with unit_of_work("identity", SYSTEM) as uow:
            links.redeem(uow, data)
    except LinkWorthless:
        return False
    return True
