"""Nobody reads another site's texts, through any door: a word stands in all of them, and shows."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx2 as httpx
import pytest
from fastapi.testclient import TestClient

from services.identity.models import Person
from services.identity.tokens import hash_password
from shared.auth import SYSTEM
from shared.work import UnitOfWork, unit_of_work
from tests.access.canaries import CANARY
from tests.access.conftest import OURS, Try
from tests.access.doors import Knock
from tests.access.people import FAR, HERE, ROLES, SIBLING, address_of, somebody
from tests.world import PASSWORD, WORLD

ELSEWHERE = [(role, where) for role in ROLES for where in (SIBLING, FAR)]
MOST_PAGES = 40


def test_the_word_is_read_by_those_who_may(knocks: dict[str, Knock], knocked: Try) -> None:
    """Else its absence would show nothing."""
    coordinator = somebody("site_coordinator", HERE)
    doors = [door for door in knocks if " GET " in door]
    read = {door for door in doors if heard(knocked(door, knocks[door], coordinator))}
    told = "audits findings actions risks alerts measurements review-requests nodes people history"
    for list_of in told.split():
        assert any(f"GET /{list_of}" in door for door in read), list_of


@pytest.mark.parametrize(("role", "where"), ELSEWHERE)
def test_no_door_shows_another_sites_texts(
    knocks: dict[str, Knock], knocked: Try, role: str, where: str
) -> None:
    """Bodies, errors and headers; asked for reading and for writing."""
    actor = somebody(role, where)
    for door, asked in knocks.items():
        assert heard(knocked(door, asked, actor)) == "", door


@pytest.mark.parametrize(("role", "where"), ELSEWHERE)
def test_row_level_security_alone_keeps_them_apart(
    monkeypatch: pytest.MonkeyPatch,
    knocks: dict[str, Knock],
    knocked: Try,
    role: str,
    where: str,
) -> None:
    """With the application's own filter removed, and only that."""
    monkeypatch.setattr(UnitOfWork, "places", property(lambda _: None))
    actor = somebody(role, where)
    for door, asked in knocks.items():
        if " GET " in door:
            assert heard(knocked(door, asked, actor)) == "", door


def test_without_either_the_word_is_everywhere(
    monkeypatch: pytest.MonkeyPatch, knocks: dict[str, Knock], knocked: Try
) -> None:
    """The control: the tests above would see it."""
    monkeypatch.setattr(UnitOfWork, "places", property(lambda _: None))
    monkeypatch.setattr("shared.work.readable", lambda *_: "*")
    actor = somebody("reader", SIBLING)
    loud = [d for d in knocks if " GET " in d and heard(knocked(d, knocks[d], actor))]
    assert len(loud) > 20


@pytest.mark.parametrize("role", ROLES)
def test_no_page_shows_another_sites_texts(
    web: TestClient, knocks: dict[str, Knock], role: str
) -> None:
    """Every page one comes to by links, and those of the other site by their addresses."""
    browser = signed_in(web, role)
    for address in foreign_pages(knocks):
        answer = browser.get(address)
        assert answer.status_code in (200, 403, 404), address
        assert heard(answer) == "", address
    seen = set()
    for address, answer in walk(browser):
        seen.add(address)
        assert heard(answer) == "", address
    assert len(seen) > 1


def heard(answer: httpx.Response) -> str:
    """Where the word is, if it is anywhere."""
    said = f"{answer.headers}\n{answer.text}"
    at = said.find(CANARY)
    return "" if at < 0 else said[max(0, at - 150) : at + 30]


def signed_in(web: TestClient, role: str) -> TestClient:
    person = somebody(role, SIBLING)
    with unit_of_work("identity", SYSTEM) as uow:
        uow.get(Person, person.id).password_hash = hash_password(PASSWORD)
    browser = TestClient(web.app, base_url=OURS, headers={"Origin": OURS})
    typed = {"email": address_of(role, SIBLING), "password": PASSWORD}
    assert browser.post("/sign-in", data=typed).status_code == 200
    return browser


def foreign_pages(knocks: dict[str, Knock]) -> list[str]:
    objects = {
        "audit GET /audits/{audit_id}": "/audits",
        "audit GET /findings/{finding_id}": "/findings",
        "actions GET /actions/{action_id}": "/actions",
        "indicators GET /alerts/{alert_id}": "/alerts",
        "policy GET /review-requests/{request_id}": "/review-requests",
        "risk GET /risks/{risk_id}": "/risks",
        "audit GET /timeline/{correlation_id}": "/timeline",
    }
    ids = {page: knocks[door].path.rsplit("/", 1)[1] for door, page in objects.items()}
    definition = knocks["indicators GET /definitions/{definition_id}"].path.rsplit("/", 1)[1]
    lists = ("/", "/audits", "/findings", "/actions", "/risks", "/policy", "/indicators", "/inbox")
    return [
        *(f"{page}/{id}" for page, id in ids.items()),
        *(f"{page}?place={WORLD.lyon}" for page in lists),
        f"/indicators/{definition}?place={WORLD.lyon}",
    ]


def walk(browser: TestClient) -> Iterator[tuple[str, httpx.Response]]:
    """The pages that links lead to, from home on."""
    waiting, known = ["/"], {"/"}
    while waiting and len(known) < MOST_PAGES:
        address = waiting.pop(0)
        answer = browser.get(address)
        yield address, answer
        for link in re.findall(r'href="(/[^"#]*)"', answer.text):
            path = link.replace("&amp;", "&")
            if path not in known and not urlsplit(path).path.startswith("/static"):
                known.add(path)
                waiting.append(path)
