"""Inputs that break programs, at every door, by somebody who may: each is answered with a reason.

The request is one that would succeed. One value in it is exchanged for an odd one.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Final

import httpx2 as httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from shared.errors import PROBLEM_JSON
from tests.access.doors import DOORS
from tests.access.knocking import Knock
from tests.access.people import WHOLE, somebody
from tests.access.test_matrix import MATRIX
from tests.fuzz.real import PUBLIC_DOORS
from tests.helpers import token_of

ODD: Final = {
    "nul": "a\0b, assez long pour tout texte",
    "half a character": "\ud800, assez long pour tout texte",
    "a very long text": "x" * 100_000,
    "a far day": "9999-12-31",
    "a huge number": 10**30,
    "a number of many digits": "9" * 5000,
    "infinity": "Infinity",
    "not a number": "NaN",
    "null": None,
    "a list": [[]],
}
BODIES: Final = {
    "half a document": b'{"a": ',
    "no text": b"\xff\xfe\x00",
    "half a character": b'{"\\ud800": "\\udfff"}',
    "a deep one": b"[" * 20_000 + b"]" * 20_000,
    "a deep object": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    "a number": b"1" * 5000,
    "nothing": b"",
    "null": b"null",
    "a list": b"[]",
}
CURSORS: Final = (
    "x", "\0", "é", "bnVsbA==", "W10=", "e30=", "WzEsMl0=", "WyJcdTAwMDAiLCAiYSJd", "A" * 400,
    "WyJcdWQ4MDAiLCAiMDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAwIl0=",
    "Wzk5OTk5OTk5OTk5OTk5OTk5OTksIjAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMCJd",
    "WyJcdTAwMDAiLCIwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDAiXQ==",
    "WyI5OTk5LTEyLTMxIiwiMDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAwIl0=",
)  # fmt: skip
EVERY_DOOR: Final = DOORS | PUBLIC_DOORS


@dataclass(frozen=True)
class Odd:
    """A request with one odd thing in it."""

    what: str
    path: str
    body: bytes | None = None
    query: dict[str, str] = field(default_factory=dict)


@pytest.mark.usefixtures("undone_at_web")
@pytest.mark.parametrize("door", EVERY_DOOR)
def test_an_odd_input_is_refused_in_words(web: FastAPI, door: str) -> None:
    service, method, _ = door.split()
    knock = EVERY_DOOR[door]()
    headers = {"Content-Type": "application/json"} | signed_in(door, knock)
    url = f"/api/v1/{service}"
    wrong = []
    with TestClient(web, raise_server_exceptions=False) as client:
        for odd in oddities(knock):
            answer = client.request(
                method, url + odd.path, content=odd.body, params=odd.query, headers=headers
            )
            if not (answer.is_success or is_problem(answer)):
                wrong.append((odd.what, answer.status_code, answer.text[:300]))
    assert wrong == []


def signed_in(door: str, knock: Knock) -> dict[str, str]:
    """Somebody who may: who may not is sent away before anybody reads the request."""
    if door in PUBLIC_DOORS:
        return {}
    may = next((role for role, cell in MATRIX[door].cells.items() if cell == "x"), "reader")
    return {"Authorization": f"Bearer {token_of(knock.by or somebody(may, WHOLE))}"}


def oddities(knock: Knock) -> Iterator[Odd]:
    given = knock.body or {}
    for name in given:
        for what, odd in ODD.items():
            body = json.dumps({**given, name: odd}).encode()
            yield Odd(f"{name}: {what}", knock.path, body)
    if given:
        for what, body in BODIES.items():
            yield Odd(what, knock.path, body)
    cursors = product(("after",), CURSORS) if knock.query.get("limit") else ()
    for name, value in [*product(knock.query, ODD.values()), *cursors]:
        text = str(value)[:4000].encode(errors="replace").decode()
        yield Odd(f"?{name}={text[:80]}", knock.path, query=knock.query | {name: text})
    above, _, last = knock.path.rpartition("/")
    for odd in ("%00", "%ff", "%ED%A0%80", "x" * 5000, last.upper(), "%7B" + last):
        yield Odd(f"path {odd[:80]}", f"{above}/{odd}", query=knock.query)


def is_problem(answer: httpx.Response) -> bool:
    shape = answer.headers["content-type"] == PROBLEM_JSON and answer.json()["detail"] != ""
    return answer.status_code < 500 and shape
