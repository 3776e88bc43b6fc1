"""What somebody from outside read, as who coordinates the whole group is shown it."""

import re
from html import unescape
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from portal.pages.readings import DOORS, PAGES, Told
from runtime.services import SERVICES
from services.identity import commands
from services.identity.schemas import GrantIn, PersonIn, Role
from shared.auth import OUTSIDERS, SYSTEM, matrix, permissions_of
from shared.errors import Unavailable
from shared.schemas import Reading
from shared.work import clock, unit_of_work
from tests.access.test_matrix import MATRIX
from tests.portal.conftest import Browser, People, shown
from tests.world import PASSWORD, SINCE, WORLD

SECTION = "Ce que cette personne a consulté"


@pytest.fixture
def victor(people: People) -> tuple[Browser, str]:
    """A certifier at Lyon who has signed in, and the address of his page."""
    name = f"victor-{uuid4()}"
    with unit_of_work("identity", SYSTEM) as uow:
        email, password = f"{name}@example.org", SecretStr(PASSWORD)
        data = PersonIn(name="Victor Hamel", email=email, password=password)
        person = commands.add_person(uow, data)
        held = {"person_id": person.id, "role": Role.CERTIFIER, "node_id": WORLD.lyon}
        commands.grant(uow, GrantIn.model_validate(held | {"valid_from": SINCE}))
    return people[name], f"/admin/people/{person.id}"


def test_it_is_shown_of_who_comes_from_outside_to_who_answers_for_the_group(
    people: People, victor: tuple[Browser, str]
) -> None:
    _, page = victor

    assert SECTION in people["greta"].read(page)
    assert "What this person has read" in people["hugo"].read(page)
    for who, whom in (("greta", f"/admin/people/{WORLD.bob.id}"), ("alice", page), ("adam", page)):
        assert SECTION not in people[who].read(whom)
    assert people["alice"].get(f"{page}/readings").status_code == 403


def test_it_tells_what_was_asked_for_in_every_service_newest_first(
    people: People, victor: tuple[Browser, str], case: str
) -> None:
    browser, page = victor
    finding = case.partition("?")[0]
    browser.get("/risks")
    browser.get(finding)
    [path] = re.findall(r'hx-get="([^"]*/readings)" hx-trigger="toggle once"', at(people, page))

    answer = people["greta"].get(path)

    text = shown(answer)
    assert text.index("Méthodes de cotation") < text.index("GET /risk/risks")
    assert text.index(f"GET /audit{finding}") < text.index("GET /risk/risks")
    assert "GET /notifications/inbox/count" in text
    assert f'href="{finding}"' in answer.text
    fragment = people["greta"].client.get(path, headers={"HX-Request": "true"}).text
    assert fragment.lstrip().startswith("<li")


def at(people: People, page: str) -> str:
    return people["greta"].get(page).text


def test_older_ones_are_a_link_away_and_none_is_left_out(
    people: People, victor: tuple[Browser, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.pages.readings.SHOWN", 3)
    browser, page = victor
    browser.get("/audits")
    path, lengths, told = f"{page}/readings", [], []
    while path:
        answer = people["greta"].get(path)
        addresses = re.findall(r"<code[^>]*>([^<]*)</code>", answer.text)
        lengths.append(len(addresses))
        told += addresses
        path = unescape("".join(re.findall(r'<a href="([^"]*after=[^"]*)"', answer.text)))

    assert set(lengths[:-1]) == {3}
    assert len(told) == asked_by(page.rsplit("/", 1)[1])


def asked_by(person_id: str) -> int:
    total = 0
    for service in SERVICES:
        with unit_of_work(service, SYSTEM) as uow:
            table = uow.ledger.reading
            rows = select(func.count()).where(table.c.person_id == person_id)
            total += uow.session.scalar(rows) or 0
    return total


def test_a_service_that_does_not_answer_is_named(
    people: People, victor: tuple[Browser, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its lines are missing, and nobody is to take that for nothing read."""

    def broken(*_: object) -> None:
        raise Unavailable

    monkeypatch.setattr("shared.operations.asked_for", broken)

    assert "Sans réponse, donc sans ses lignes : identity, audit" in people["greta"].read(
        f"{victor[1]}/readings"
    )


@pytest.mark.parametrize("id", ["/evil.example", "..", "{8}", "0" * 32, "https://evil.example"])
def test_what_is_no_id_leads_nowhere(id: str) -> None:
    assert told("/audits/{audit_id}", audit_id=id).path == ""


def test_an_address_is_shown_as_it_was_asked_for() -> None:
    id = str(uuid4())
    one = told("/audits/{audit_id}", query="a=1", audit_id=id)
    assert (one.about, one.path) == ("Audits", f"/audits/{id}")
    assert one.address == f"/audit/audits/{id}?a=1"
    assert told("/elsewhere").about == "elsewhere"


def told(route: str, query: str = "", **ids: str) -> Told:
    reading = Reading(
        id=uuid4(),
        at=clock(),
        person_id=UUID(int=1),
        person_name="Victor",
        session_id=None,
        correlation_id=uuid4(),
        method="GET",
        route=route,
        ids=ids,
        query=query,
    )
    return Told("audit", reading)


def test_every_door_that_is_open_to_them_has_a_word() -> None:
    reads = [rule.door for rule in MATRIX.values() if any(rule.cells[role] for role in OUTSIDERS)]
    assert {door.split()[2].split("/")[1] for door in reads} <= set(DOORS)
    assert all(path.startswith("/") for path in PAGES.values())


def test_no_role_from_outside_reads_them() -> None:
    overseen = {p for role in matrix() for p in permissions_of(role) if p.endswith(":oversee")}
    assert len(overseen) == 9
    assert not any(overseen & permissions_of(role) for role in OUTSIDERS)


def test_nobody_from_outside_is_offered_a_personal_token(
    people: People, victor: tuple[Browser, str]
) -> None:
    assert people["greta"].offers("/account", "/account/tokens")
    assert not victor[0].offers("/account", "/account/tokens")
