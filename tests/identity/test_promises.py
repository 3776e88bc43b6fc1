"""What the design promises of signing in and of rights that end, measured."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median

import httpx2 as httpx
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import delete, select

from services.identity import commands
from services.identity.models import Grant, Person
from services.identity.schemas import GrantIn, PersonIn, Role
from services.identity.sign_in_models import Attempt, PersonalToken, SignedIn
from shared.auth import SYSTEM
from shared.work import unit_of_work
from tests.identity.signing import IDENTITY, as_, exchange, later, services, sign_in
from tests.promises import HowMany, Promise
from tests.world import PASSWORD, SINCE, WORLD

pytestmark = pytest.mark.security

A_SECOND = 1.0
PER_SECOND = 20
NOTICED_MS = 5


@pytest.fixture
def web(own_database: str) -> Iterator[TestClient]:
    with services() as client:
        yield client


def forget_attempts() -> None:
    with unit_of_work("identity", SYSTEM) as uow:
        uow.session.execute(delete(Attempt))


def compared(ask: Callable[[str], httpx.Response], pairs: int) -> tuple[float, set[object]]:
    """How much longer somebody's takes than nobody's, in ms, and all the answers there were.

    Both are asked for in turns, either first. What is found is looked for twice again: a
    difference that the answers make is there each time, one of the machine's other work is not.
    """
    answers = set[object]()
    longer = differing(ask, pairs, answers)
    for _ in range(2):
        if abs(longer) >= NOTICED_MS:
            longer = min(longer, differing(ask, pairs, answers), key=abs)
    return longer, answers


def differing(ask: Callable[[str], httpx.Response], pairs: int, answers: set[object]) -> float:
    differences = []
    for n in range(pairs):
        took = {}
        for name in random.sample(["alice", "personne"], 2):
            started = time.perf_counter()
            answer = ask(name)
            took[name] = (time.perf_counter() - started) * 1000
            answers.add((answer.status_code, answer.content, frozenset(answer.headers)))
        differences.append(took["alice"] - took["personne"])
        if n % 4 == 3:  # before either has to wait
            forget_attempts()
    return median(differences)


def test_sign_in_takes_as_long_for_nobody_as_for_somebody(
    web: TestClient, promise: Promise, how_many: HowMany
) -> None:
    sign_in(web, password="the first one makes the hash that nobody has")
    each = how_many(200, 40)

    longer, answers = compared(
        lambda name: sign_in(web, name, password="pas-le-bon-mot-de-passe"), each
    )

    assert abs(longer) < NOTICED_MS
    assert len(answers) == 1
    what = f"{each} + {each} sign-ins, known and unknown: median difference, answers"
    promise("H2", what, f"{longer:.2f} ms, {len(answers)}", "< 5 ms, 1")


def test_asking_for_a_link_takes_as_long_for_nobody_as_for_somebody(
    web: TestClient, promise: Promise, how_many: HowMany
) -> None:
    each = how_many(200, 40)

    def ask(name: str) -> httpx.Response:
        return web.post(f"{IDENTITY}/links", json={"email": f"{name}@example.org"})

    longer, answers = compared(ask, each)

    assert abs(longer) < NOTICED_MS
    assert len(answers) == 1
    what = f"{each} + {each} links asked for, known and unknown: median difference, answers"
    promise("H2", what, f"{longer:.2f} ms, {len(answers)}", "< 5 ms, 1")


def test_a_session_ends_when_it_is_to(web: TestClient, promise: Promise) -> None:
    with unit_of_work("identity", SYSTEM) as uow:
        data = PersonIn(name="Xavier", email="xavier@example.org", password=SecretStr(PASSWORD))
        xavier = commands.add_person(uow, data)
        role, place = Role.CERTIFIER, WORLD.lyon
        given = GrantIn(person_id=xavier.id, role=role, node_id=place, valid_from=SINCE)
        commands.grant(uow, given)

    def lives(name: str, minutes: int, *, every: int) -> bool:
        """Whether a session that is used this often is still one after so long."""
        session = sign_in(web, name).json()["token"]
        for passed in range(every, minutes, every):
            with later(minutes=passed):
                exchange(web, session)
        with later(minutes=minutes):
            return exchange(web, session).status_code == httpx.codes.OK

    assert (lives("bob", 29, every=30), lives("bob", 31, every=31)) == (True, False)
    assert (lives("bob", 719, every=25), lives("bob", 721, every=25)) == (True, False)
    assert (lives("xavier", 119, every=25), lives("xavier", 121, every=25)) == (True, False)
    promise(
        "H2",
        "sessions end when idle, at the latest, an outsider's",
        "30 min, 12 h, 2 h",
        "30 min, 12 h, 2 h",
    )


def test_a_token_is_new_after_each_proof_and_the_old_one_dead(
    web: TestClient, promise: Promise
) -> None:
    alive = []
    for _ in range(3):
        old = sign_in(web).json()["token"]
        answer = web.post(
            f"{IDENTITY}/me/confirm", json={"password": PASSWORD}, headers=as_(web, old)
        )
        new = answer.json()["token"]
        alive += [exchange(web, old).status_code, exchange(web, new).status_code]
        web.post(f"{IDENTITY}/sessions/end", json={"credential": new})
        alive.append(exchange(web, new).status_code)

    assert alive == [401, 200, 401] * 3
    promise("H2", "old tokens that live on after a step-up or a sign-out", 0, 0)


# --- rights that end --------------------------------------------------------------------------


def end_grant() -> None:
    with unit_of_work("identity", SYSTEM) as uow:
        [held] = uow.session.scalars(select(Grant).where(Grant.person_id == WORLD.bob.id))
        commands.end_grant(uow, held.id, uow.now.date())


def change_role() -> None:
    """From a role that reads audits to one that does not."""
    with unit_of_work("identity", SYSTEM) as uow:
        [held] = uow.session.scalars(select(Grant).where(Grant.person_id == WORLD.bob.id))
        held.role = Role.PLATFORM_ADMIN


def end_session() -> None:
    with unit_of_work("identity", SYSTEM) as uow:
        for one in uow.session.scalars(select(SignedIn).where(SignedIn.ended_at.is_(None))):
            one.ended_at = uow.now


def revoke_token() -> None:
    with unit_of_work("identity", SYSTEM) as uow:
        for one in uow.session.scalars(select(PersonalToken)):
            one.revoked_at = uow.now


def deactivate() -> None:
    with unit_of_work("identity", SYSTEM) as uow:
        uow.get(Person, WORLD.bob.id).active = False


@dataclass(frozen=True)
class Taken:
    """What is taken back, how, and by what its holder is let in until then."""

    what: str
    end: Callable[[], None]
    by: str = "session"


BACK = (
    Taken("a grant", end_grant),
    Taken("a role", change_role),
    Taken("a session", end_session),
    Taken("a personal token", revoke_token, "token"),
    Taken("a person", deactivate, "token"),
)


@pytest.mark.parametrize("taken", BACK, ids=lambda taken: taken.what)
def test_what_is_taken_back_opens_nothing_a_second_later(
    web: TestClient, promise: Promise, how_many: HowMany, taken: Taken
) -> None:
    session = sign_in(web, "bob").json()["token"]
    made = web.post(f"{IDENTITY}/me/tokens", json={"name": "Un script"}, headers=as_(web, session))
    knock = (
        by_session(web, session) if taken.by == "session" else by_token(web, made.json()["token"])
    )
    assert knock()

    denied_after = denied_while_used(knock, taken.end)
    afterwards = how_many(1_000, 50)
    later_successes = sum(knock() for _ in range(afterwards))

    assert denied_after <= A_SECOND
    assert later_successes == 0
    figure = f"{denied_after * 1000:.0f} ms, {later_successes} of {afterwards}"
    promise("A7", f"{taken.what} taken back: first denial, later successes", figure, "<= 1 s, 0")


def by_session(web: TestClient, session: str) -> Callable[[], bool]:
    """As the portal asks for somebody, who is at a page."""

    def knock() -> bool:
        answer = exchange(web, session)
        if answer.status_code != httpx.codes.OK:
            return False
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        return web.get("/api/v1/audit/audits", headers=headers).status_code == httpx.codes.OK

    return knock


def by_token(web: TestClient, token: str) -> Callable[[], bool]:
    headers = {"Authorization": f"Bearer {token}"}
    return lambda: web.get("/api/v1/audit/audits", headers=headers).status_code == httpx.codes.OK


def denied_while_used(knock: Callable[[], bool], end: Callable[[], None]) -> float:
    """How long after the end the first of twenty requests a second is refused."""
    denied = threading.Event()
    at: list[float] = []

    def ask() -> None:
        while not denied.wait(1 / PER_SECOND):
            if not knock():
                at.append(time.monotonic())
                denied.set()

    asking = threading.Thread(target=ask)
    asking.start()
    time.sleep(0.3)
    assert not denied.is_set()
    end()
    ended = time.monotonic()
    asking.join(10)
    return at[0] - ended
