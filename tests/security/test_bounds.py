"""H10: nothing that can be asked for is unbounded."""

import ast
import gc
import re
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from sqlalchemy import Connection

from portal.api import Refused
from portal.refusals import sentence
from runtime.services import SERVICES
from shared import db
from shared.limits import MINUTE_S, MOST_CALLERS, Pace
from shared.schemas import LARGEST_PAGE
from shared.settings import Settings, settings
from tests.access.doors import DOORS
from tests.access.knocking import Knock
from tests.architecture.test_permissions import routes
from tests.conftest import Api
from tests.counting import statements
from tests.helpers import token_of
from tests.promises import HowMany, Promise
from tests.world import WORLD

ROOT = Path(__file__).parents[2]
LISTS = sorted(
    f"{service} GET {route.path}"
    for service in SERVICES
    for route in routes(service)
    if any(p.name == "limit" for d in route.dependant.dependencies for p in d.query_params)
)
FEW, MANY = 1, 50
MADE = 60
LONG_AGO = count(1)
"""A minute for each test that counts, in which nobody else asked anything."""


def ask(api: Api, door: str, asked: Knock, **query: object) -> httpx.Response:
    service = door.split(maxsplit=1)[0]
    parameters = {name: str(value) for name, value in query.items()}
    answer = api(asked.by or WORLD.greta).get(
        f"/api/v1/{service}{asked.path}", params=asked.query | parameters
    )
    assert answer.status_code in (200, 422), answer.text
    return answer


@pytest.mark.security
@pytest.mark.parametrize("door", LISTS)
def test_a_page_costs_the_same_statements_however_long_it_is(
    undone: dict[str, Connection], api: Api, door: str, promise: Promise
) -> None:
    asked = [DOORS[door]() for _ in range(MADE)][-1]
    connection = undone[door.split(maxsplit=1)[0]]
    costs = {}
    for size in (FEW, MANY):
        ask(api, door, asked, limit=size)  # what is cached is cached
        with statements(connection) as sent:
            page = ask(api, door, asked, limit=size).json()["items"]
        costs[size] = len(sent)
        assert len(page) <= size
    assert ask(api, door, asked, limit=LARGEST_PAGE + 1).status_code == 422
    assert ask(api, door, asked, limit=LARGEST_PAGE).status_code == 200
    promise(
        "H10", f"statements at 1 and 50 rows, {door}", f"{costs[FEW]} and {costs[MANY]}", "equal"
    )
    assert costs[FEW] == costs[MANY]


@pytest.mark.security
def test_a_query_for_each_row_would_show(
    undone: dict[str, Connection],
    api: Api,
    promise: Promise,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The control: a list that looks every row up once more."""
    door = "audit GET /audits"
    asked = [DOORS[door]() for _ in range(MADE)][-1]
    true = db.ScopedSession.scalars

    def one_by_one(session: Any, *given: Any, **more: Any) -> Any:  # noqa: ANN401
        rows = true(session, *given, **more)
        found = rows.all()
        for row in found:
            session.refresh(row)
        return true(session, *given, **more)

    monkeypatch.setattr(db.ScopedSession, "scalars", one_by_one)
    costs = []
    for size in (FEW, MANY):
        with statements(undone["audit"]) as sent:
            ask(api, door, asked, limit=size)
        costs.append(len(sent))
    promise("H10", "control, each row looked up: statements at 1 and 50", costs, "different")
    assert costs[1] > costs[0] + 40


BODIES = {
    "10 MB": b'{"title": "' + b"x" * 10_000_000 + b'"}',
    "5,000 levels of lists": b"[" * 5_000 + b"]" * 5_000,
    "5,000 levels of objects": b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    "5,000 levels in a field": b'{"title":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
    "400,000 levels, not closed": b"[" * 400_000,
    "20,000 names": b"{" + b",".join(b'"%d":1' % number for number in range(20_000)) + b"}",
    "a number of 100,000 digits": b'{"version": ' + b"9" * 100_000 + b"}",
}


@pytest.fixture
def others_garbage_set_aside() -> Iterator[None]:
    """What thousands of tests left in this process is not collected again on a refusal's time."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.security
@pytest.mark.usefixtures("others_garbage_set_aside")
def test_a_body_that_is_too_much_is_refused(
    undone: dict[str, Connection], api: Api, promise: Promise, how_many: HowMany
) -> None:
    writing = [(n, route) for n in SERVICES for route in routes(n) if route.body_field]
    writing = writing[:: how_many(1, 5)]
    client, wrong, slowest = api(WORLD.greta), [], 0.0
    client.headers["Content-Type"] = "application/json"
    for service, route in writing:
        address = f"/api/v1/{service}{re.sub(r'{[^}]+}', str(WORLD.lyon), route.path)}"
        for name, body in BODIES.items():
            began = time.process_time()
            answer = client.request(min(route.methods or ()), address, content=body)
            slowest = max(slowest, time.process_time() - began)
            refused = answer.status_code in ((413,) if name == "10 MB" else range(400, 500))
            wrong += [] if refused else [(address, name, answer)]
    tried = len(writing) * len(BODIES)
    promise("H10", "huge and deep bodies not refused", f"{len(wrong)} of {tried}", 0)
    promise("H10", "CPU of the slowest of these refusals", f"{slowest:.1f} s", "2 s")
    assert wrong == []
    assert slowest < 2


@pytest.mark.security
def test_a_body_that_does_not_say_how_long_it_is_is_cut(
    undone: dict[str, Connection], api: Api
) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(1_000):
            yield b"x" * 10_000

    assert api(WORLD.greta).post("/api/v1/audit/audits", content=endless()).status_code == 413


@pytest.fixture
def paced(monkeypatch: pytest.MonkeyPatch) -> None:
    """As an installation is that sets nothing."""
    shares = {"reads_per_minute": 600, "writes_per_minute": 60}
    usual = Settings(**settings().model_dump() | shares)
    monkeypatch.setattr("shared.limits.settings", lambda: usual)
    half_past = 30.0 - MINUTE_S * next(LONG_AGO)
    monkeypatch.setattr("shared.limits.monotonic", lambda: half_past)


@pytest.mark.security
def test_everybody_has_a_share_of_a_minute(
    undone: dict[str, Connection], api: Api, paced: None, promise: Promise
) -> None:
    client = api(WORLD.bob)
    reads = [client.get("/api/v1/audit/openapi.json").status_code for _ in range(605)]
    writes = [client.post("/api/v1/audit/audits", json={}) for _ in range(65)]
    other = {"Authorization": f"Bearer {token_of(WORLD.alice)}"}

    promise("H10", "reads answered in a minute, of 605", reads.count(200), 600)
    promise("H10", "writes not answered 429, of 65", sum(w.status_code != 429 for w in writes), 60)
    assert (reads.count(200), reads.count(429)) == (600, 5)
    assert sum(w.status_code == 429 for w in writes) == 5
    assert writes[-1].headers["retry-after"] == "30"
    assert client.get("/api/v1/audit/openapi.json", headers=other).status_code == 200
    refused = Refused(429, **{n: writes[-1].json()[n] for n in ("type", "detail", "facts")})
    assert "reprenez dans 30 secondes" in sentence(refused, "fr").replace("\u00a0", " ")


@pytest.mark.security
def test_guessing_has_a_share_as_well(
    undone: dict[str, Connection], api: Api, paced: None, promise: Promise
) -> None:
    client = api(WORLD.bob)
    headers = {"Authorization": "Bearer rubbish"}
    guesses = [client.get("/api/v1/audit/audits", headers=headers) for _ in range(65)]

    refused = sum(guess.status_code == 401 for guess in guesses)
    promise("H10", "guessed tokens looked at in a minute, of 65", refused, 60)
    assert refused == 60
    assert guesses[-1].status_code == 429
    assert client.get("/api/v1/audit/openapi.json").status_code == 200


def test_callers_without_number_cost_no_memory_without_bound(paced: None) -> None:
    pace = Pace()
    for number in range(MOST_CALLERS + 500):
        pace.keep(f"2001:db8::{number:x}", "GET")
    assert len(pace.asked) <= MOST_CALLERS + 1


LONG = 10_000
REPEATED = ("a", " ", "A", "1", "m.", "m/m", "< ", "\t", "é", "/", "_", "^2")
ATTACKS = [part * LONG + end for part in REPEATED for end in ("", "!", "\n", "@")]
SEARCHING = {"search", "sub", "findall", "finditer", "split"}
FOLDERS = ("shared", "services", "portal")
SOURCES = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]


def patterns() -> Iterator[tuple[str, str, bool]]:
    """Every pattern that Python's own engine runs; those of fields run on one that is linear."""
    for path in SOURCES:
        if "node_modules" in path.parts:
            continue
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
                of = call.func.value
                if isinstance(of, ast.Name) and of.id == "re" and call.args:
                    given = call.args[0]
                    assert isinstance(given, ast.Constant), f"{path.name}: {ast.dump(given)}"
                    yield path.name, str(given.value), call.func.attr in SEARCHING


def seconds(pattern: str, *, searching: bool) -> float:
    compiled, slowest = re.compile(pattern), 0.0
    look = compiled.search if searching else compiled.match
    for attack in ATTACKS:
        began = time.thread_time()
        look(attack)
        slowest = max(slowest, time.thread_time() - began)
    return slowest


@pytest.mark.security
def test_no_pattern_takes_its_time(promise: Promise) -> None:
    found = list(patterns())
    slow = [one for one in found if seconds(one[1], searching=one[2]) > 0.3]
    promise("H10", f"patterns slow on {LONG} characters", f"{len(slow)} of {len(found)}", 0)
    assert slow == []
    assert len(found) >= 10


def test_a_pattern_that_looks_back_would_show() -> None:
    """The control, on something shorter: the time it takes doubles with every character."""
    began = time.perf_counter()
    re.fullmatch(r"(a+)+", "a" * 22 + "!")
    assert time.perf_counter() - began > 0.1
