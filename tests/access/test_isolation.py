"""Nobody reads another site's texts, through any door: a word stands in all of them, and shows."""

import binascii
import io
import re
import zipfile
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx2 as httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from portal.pages.lists import LISTS
from runtime.services import SERVICES
from services.identity.models import Person
from services.identity.tokens import hash_password
from services.notifications.models import Notification
from shared.auth import SYSTEM
from shared.bus import handle_alone
from shared.events import Envelope
from shared.outbox import envelope_of
from shared.work import UnitOfWork, unit_of_work
from tests.access.canaries import CANARY, sing
from tests.access.conftest import OURS, Try
from tests.access.doors import DOORS
from tests.access.knocking import Knock
from tests.access.people import FAR, HERE, ROLES, SIBLING, address_of, somebody
from tests.access.test_history import ALTERING, whoever_may
from tests.helpers import beside
from tests.promises import HowMany, Promise
from tests.world import PASSWORD, WORLD

ELSEWHERE = [(role, where) for role in ROLES for where in (SIBLING, FAR)]
SEALED = {"audit POST /reports/{report_id}/issue": 409}
"""Files that were set before the word came into the text are not signed."""
ENCODED = re.compile(r"[A-Za-z0-9_-]{16,}={0,2}")


def test_the_word_is_read_by_those_who_may(knocks: dict[str, Knock], knocked: Try) -> None:
    """Else its absence would show nothing."""
    coordinator = somebody("site_coordinator", HERE)
    doors = [door for door in knocks if " GET " in door]
    read = {door for door in doors if heard(knocked(door, knocks[door], coordinator))}
    told = "audits auditors findings actions risks alerts measurements review-requests nodes people"
    for list_of in (*told.split(), "history", "search"):
        assert any(f"GET /{list_of}" in door for door in read), list_of


@pytest.mark.security
def test_no_door_shows_another_sites_texts(
    knocks: dict[str, Knock], knocked: Try, promise: Promise
) -> None:
    """Bodies, errors and headers; asked for reading and for writing."""
    tried = [(door, who) for door in knocks for who in ELSEWHERE]
    hits = [(d, who) for d, who in tried if heard(knocked(d, knocks[d], somebody(*who)))]

    assert hits == []
    promise("A3", f"texts of another site in {len(tried)} answers of the services", len(hits), 0)


@pytest.mark.security
def test_row_level_security_alone_keeps_them_apart(
    monkeypatch: pytest.MonkeyPatch, knocks: dict[str, Knock], knocked: Try, promise: Promise
) -> None:
    """With the application's own filter removed, and only that."""
    monkeypatch.setattr(UnitOfWork, "places", property(lambda _: None))
    tried = [(door, who) for door in knocks if " GET " in door for who in ELSEWHERE]
    hits = [(d, who) for d, who in tried if heard(knocked(d, knocks[d], somebody(*who)))]

    assert hits == []
    what = f"texts of another site in {len(tried)} answers with the services' filter removed"
    promise("A6", what, len(hits), 0)


@pytest.mark.security
def test_without_either_the_word_is_everywhere(
    monkeypatch: pytest.MonkeyPatch, knocks: dict[str, Knock], knocked: Try, promise: Promise
) -> None:
    """The control: the tests above would see it."""
    monkeypatch.setattr(UnitOfWork, "places", property(lambda _: None))
    monkeypatch.setattr("shared.work.readable", lambda *_: "*")
    actor = somebody("reader", SIBLING)
    loud = [d for d in knocks if " GET " in d and heard(knocked(d, knocks[d], actor))]
    assert len(loud) > 20
    promise("A6", "control: doors that show them with both removed", len(loud), "more than 20")


@pytest.mark.security
def test_no_page_shows_another_sites_texts(
    web: TestClient, knocks: dict[str, Knock], promise: Promise, how_many: HowMany
) -> None:
    """Every page one comes to by links, and those of the other site by their addresses."""
    seen, hits = 0, []
    for role in ROLES:
        browser = signed_in(web, role)
        for address in foreign_pages(knocks):
            answer = browser.get(address)
            assert answer.status_code in (200, 403, 404), address
            hits += [(role, address)] if heard(answer) else []
            seen += 1
        linked = list(walk(browser, how_many(40, 12)))
        assert len(linked) > 1
        hits += [(role, address) for address, answer in linked if heard(answer)]
        seen += len(linked)

    assert hits == []
    promise("A3", f"texts of another site on {seen} pages of the portal", len(hits), 0)


@pytest.mark.security
def test_nothing_that_somebody_typed_travels(
    web: TestClient, knocked: Try, promise: Promise
) -> None:
    """Events go to every service and mails out of the house: neither says what stands in a text.

    The directory's own events are left out: names of people and places are what they are for.
    """
    speakers = [name for name in SERVICES if name != "identity"]
    said: list[Envelope] = []
    for door in ALTERING:
        asked = DOORS[door]()
        sing()
        last = {name: newest(name) for name in speakers}
        answer = knocked(door, asked, whoever_may(door, asked))
        expected = SEALED.get(door, asked.done)
        assert answer.is_success or answer.status_code == expected, (door, answer.text)
        said += [event for name in speakers for event in events(name, last[name])]

    for event in said:
        for handler in SERVICES["notifications"].handlers.hearing(event.type):
            handle_alone("notifications", handler, event)
    with unit_of_work("notifications", SYSTEM) as uow:
        told = list(uow.session.scalars(select(Notification.facts)))
    assert {event.type.partition(".")[0] for event in said} >= {"audit", "actions", "policy"}
    assert told
    events_told = [without_place(event) for event in said]
    facts = [one | {"place": ""} if "slot_id" in one else one for one in told]
    hits = [text for text in [*events_told, *facts] if CANARY in str(text)]
    assert hits == []
    what = f"typed texts in {len(said)} events and what {len(told)} notifications mail"
    promise("A3", what, len(hits), 0)


@pytest.mark.parametrize("hidden", ["plain", "zipped", "encoded"])
def test_a_word_is_heard_however_it_is_wrapped(hidden: str) -> None:
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("sheet.xml", f"<t>{CANARY}</t>" * 9)
    ways = {
        "plain": f"... {CANARY} ...".encode(),
        "zipped": zipped.getvalue(),
        "encoded": b'{"next": "' + urlsafe_b64encode(f"Atelier {CANARY}".encode()) + b'"}',
    }
    assert heard(httpx.Response(200, content=ways[hidden]))


def without_place(event: Envelope) -> Envelope:
    """An invitation says where one meets, which somebody typed: without it nobody comes."""
    if event.type != "audit.people_invited":
        return event
    return event.model_copy(update={"data": event.data | {"place": ""}})


def newest(service: str) -> int:
    with unit_of_work(service, SYSTEM) as uow:
        return uow.session.scalar(select(func.max(uow.ledger.outbox.c.seq))) or 0


def events(service: str, after: int) -> list[Envelope]:
    with unit_of_work(service, SYSTEM) as uow:
        outbox = uow.ledger.outbox
        rows = uow.session.execute(select(outbox).where(outbox.c.seq > after)).mappings()
        return [envelope_of(row) for row in rows]


def heard(answer: httpx.Response) -> str:
    """Where the word is, if it is anywhere: also in a workbook, also encoded."""
    said = f"{answer.headers}\n{_unwrapped(answer.content)}"
    at = said.find(CANARY)
    return "" if at < 0 else said[max(0, at - 150) : at + 30]


def _unwrapped(content: bytes) -> str:
    if zipfile.is_zipfile(file := io.BytesIO(content)):
        with zipfile.ZipFile(file) as parts:
            return "\n".join(_unwrapped(parts.read(name)) for name in parts.namelist())
    text = content.decode(errors="replace")
    return "\n".join([text, *(_decoded(word) for word in ENCODED.findall(text))])


def _decoded(word: str) -> str:
    padded = word.rstrip("=") + "=" * (-len(word.rstrip("=")) % 4)
    try:
        return urlsafe_b64decode(padded).decode(errors="replace")
    except binascii.Error:
        return ""


def signed_in(web: TestClient, role: str) -> TestClient:
    person = somebody(role, SIBLING)
    with unit_of_work("identity", SYSTEM) as uow:
        uow.get(Person, person.id).password_hash = hash_password(PASSWORD)
    browser = beside(web, base_url=OURS, headers={"Origin": OURS})
    typed = {"email": address_of(role, SIBLING), "password": PASSWORD}
    assert browser.post("/sign-in", data=typed).status_code == 200
    return browser


def foreign_pages(knocks: dict[str, Knock]) -> list[str]:
    objects = {
        "audit GET /audits/{audit_id}": "/audits",
        "audit GET /auditors/{auditor_id}": "/auditors",
        "audit GET /findings/{finding_id}": "/findings",
        "actions GET /actions/{action_id}": "/actions",
        "indicators GET /alerts/{alert_id}": "/alerts",
        "policy GET /review-requests/{request_id}": "/review-requests",
        "risk GET /risks/{risk_id}": "/risks",
        "audit GET /timeline/{correlation_id}": "/timeline",
    }
    ids = {page: knocks[door].path.rsplit("/", 1)[1] for door, page in objects.items()}
    definition = knocks["indicators GET /definitions/{definition_id}"].path.rsplit("/", 1)[1]
    lists = (
        "/",
        *(f"/{name}" for name in LISTS),
        "/risks/matrix",
        "/policy",
        "/indicators",
        "/inbox",
    )
    taken = (*LISTS, "indicators")
    files = [f"/{name}/export.{format}" for name in taken for format in ("xlsx", "csv")]
    return [
        *(f"{page}/{id}" for page, id in ids.items()),
        *(f"{page}?place={WORLD.lyon}" for page in (*lists, *files)),
        f"/indicators/{definition}?place={WORLD.lyon}",
        f"/indicators/{definition}/sites?place={WORLD.lyon}",
        *(f"/search?q={words}" for words in ("audit interne", "alice", "lyon", "presse")),
        f"/search?q=interne&place={WORLD.lyon}",
    ]


def walk(browser: TestClient, most: int) -> Iterator[tuple[str, httpx.Response]]:
    """The pages that links lead to, from home on."""
    waiting, known, visited = ["/"], {"/"}, 0
    while waiting and visited < most:
        address = waiting.pop(0)
        visited += 1
        answer = browser.get(address)
        yield address, answer
        for link in re.findall(r'href="(/[^"#]*)"', answer.text):
            path = link.replace("&amp;", "&")
            if path not in known and not urlsplit(path).path.startswith("/static"):
                known.add(path)
                waiting.append(path)
