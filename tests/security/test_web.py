"""H7 and the headers: no other site changes anything, leads anybody away or frames a page."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urljoin, urlsplit
from uuid import UUID, uuid4

import httpx2 as httpx
import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text

from runtime.services import SERVICES
from shared import headers as sent
from shared.headers import REPORTS
from shared.settings import Settings, settings
from tests.access.doors import DOORS
from tests.access.knocking import Knock
from tests.architecture.test_permissions import _flat
from tests.helpers import beside, token_of
from tests.portal.conftest import OURS, Browser, People, portal_in
from tests.portal.factories import lead_under_way, planned, policy_in_force, risk_at_lyon
from tests.promises import Promise
from tests.world import PASSWORD, WORLD

SEEN = "seen_at"
EVIL = "https://evil.example"
PAYLOADS = (
    "https://evil.example", "http://evil.example/", "//evil.example", "///evil.example",
    "////evil.example", "/\\evil.example", "\\/evil.example", "\\\\evil.example", "/\\/evil",
    "/\t/evil.example", "/\n/evil.example", "/\r/evil.example", "\t//evil.example", " //evil",
    "//evil.example/%2e%2e", "//evil.example:80", "//user@evil.example", "https:evil.example",
    "https:/evil.example", "https:\\\\evil.example", "HTTPS://evil.example", "javascript:alert(1)",
    "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)", "file:///etc/passwd", "ftp://evil.example", "//evil%E3%80%82example",
    "//evil。example", "/\u2028/evil.example", "/\x00/evil.example", "\x00//evil.example",
    ".evil.example", "@evil.example", ":80", "?next=//evil.example", "evil.example", "//[::1]/",
    "http://127.0.0.1:8080@evil.example", "http://127.0.0.1:8080.evil.example", "/\x7f/evil",
    "/sign-in\r\nLocation: //evil.example", "/sign-in\r\n\r\n<script>alert(1)</script>",
)  # fmt: skip


@pytest.fixture(scope="module")
def people(web: TestClient) -> People:
    return People(web)


@pytest.fixture(scope="module")
def ids(web: TestClient) -> dict[str, UUID]:
    """Something real for every kind of address, for which the right form would be taken."""
    policy, risk = policy_in_force(), risk_at_lyon()
    return {
        "audit_id": planned().id,
        "policy_id": policy.id,
        "risk_id": risk.id,
        "correlation_id": lead_under_way().correlation_id,
    }


def routes(web: TestClient) -> Iterator[tuple[str, str]]:
    for route in _flat(portal_in(web).router.routes):
        if isinstance(route, APIRoute):
            for method in sorted(route.methods or ()):
                yield method, route.path


def filled(path: str, ids: dict[str, UUID]) -> str:
    return re.sub(r"\{(\w+)[^}]*\}", lambda gap: str(ids.get(gap[1]) or uuid4()), path)


def state() -> dict[str, str]:
    """Every row of every table, but for when somebody was last seen."""
    engine = create_engine(settings().owner_url_of("audit"))
    found = {}
    with engine.connect() as connection:
        for service in SERVICES.values():
            for table in service.metadata.sorted_tables:
                rows = f"(to_jsonb(t) - '{SEEN}')::text"
                query = (
                    f"select md5(string_agg({rows}, '' order by {rows})) from {table.fullname} t"  # noqa: S608  our own names
                )
                found[table.fullname] = str(connection.scalar(text(query)))
    engine.dispose()
    return found


def attacks(own: str, foreign: str) -> dict[str, dict[str, Any]]:
    """Ways to have somebody's browser send a form of another site, or without our proof."""
    ours = {"Origin": OURS, "Sec-Fetch-Site": "same-origin"}
    typed = {"version": "1", "title": "Pris", "next": "/"}
    right = typed | {"csrf": own}
    return {
        "no token": {"data": typed, "headers": ours},
        "another session's token": {"data": typed | {"csrf": foreign}, "headers": ours},
        "token in the address": {"data": typed, "params": {"csrf": own}, "headers": ours},
        "token in a header": {"data": typed, "headers": ours | {"X-CSRF-Token": own}},
        "cross-site": {"data": right, "headers": {"Origin": OURS, "Sec-Fetch-Site": "cross-site"}},
        "same-site": {"data": right, "headers": {"Origin": OURS, "Sec-Fetch-Site": "same-site"}},
        "origin null": {"data": right, "headers": {"Origin": "null"}},
        "origin foreign": {"data": right, "headers": {"Origin": EVIL}},
        "origin that begins as ours": {
            "data": right,
            "headers": {"Origin": f"{OURS}.evil.example"},
        },
        "origin that ends as ours": {"data": right, "headers": {"Origin": f"{EVIL}/{OURS}"}},
        "no origin": {"data": right, "headers": {"Referer": f"{OURS}/"}},
        "JSON as text": {
            "content": f'{{"csrf": "{own}", "version": 1, "x=": "y"}}',
            "headers": ours | {"Content-Type": "text/plain"},
        },
        "JSON": {"json": right, "headers": ours},
    }


ANYWHERE = (
    "/",
    "/static/qse.css",
    "/static/gone.css",
    "/nowhere",
    "/health",
    REPORTS,
    "/api/v1/audit/nowhere",
    "/api/v1/audit/health",
    "/api/v1/nowhere",
    "/api/v2",
)
BEFORE = ("/sign-in", "/sign-in/code", "/forgot", "/welcome", "/reset")
"""Nobody is signed in yet there, so there is no session to make a proof for."""
OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")


@pytest.mark.security
def test_no_other_site_changes_anything(
    web: TestClient, people: People, ids: dict[str, UUID], promise: Promise
) -> None:
    greta = people["greta"].client
    own, foreign = token_in(people, "greta"), token_in(people, "alice")
    unsafe = [(m, p) for m, p in routes(web) if m not in ("GET", "HEAD") and p != REPORTS]
    before, wrong, tried = state(), [], 0
    for method, path in unsafe:
        address = filled(path, ids)
        for name, request in attacks(own, foreign).items():
            if path in BEFORE and request["headers"].get("Sec-Fetch-Site") == "same-origin":
                continue
            answer = clean(greta).request(method, address, **request)
            tried += 1
            wrong += [] if answer.status_code == 403 else [(method, path, name, answer.status_code)]
        for header in OVERRIDES:
            clean(greta).get(address, params={"_method": method}, headers={header: method})
            tried += 1
    changed = [table for table, rows in state().items() if before[table] != rows]
    promise("H7", "unsafe pages of the portal attacked", len(unsafe), "all")
    promise("H7", "foreign requests that changed something", f"{len(changed)} of {tried}", 0)
    assert (wrong, changed) == ([], [])
    assert len(unsafe) > 20


def clean(client: TestClient) -> TestClient:
    """The same browser, sending for itself nothing but its cookies."""
    made = beside(client, base_url=OURS, follow_redirects=False)
    made.cookies = client.cookies
    return made


def token_in(people: People, name: str) -> str:
    [token, *_] = re.findall(r'name="csrf" value="([^"]+)"', people[name].get("/account").text)
    return str(token)


@pytest.mark.security
def test_without_the_proof_and_the_origin_they_would(
    people: People, ids: dict[str, UUID], promise: Promise, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the same requests, taken by a portal that asks for neither."""
    monkeypatch.setattr("portal.session.is_form_token", lambda *_: True)
    monkeypatch.setattr("portal.guard._asked_by_us", lambda *_: True)
    audit = planned()
    before = state()
    for request in attacks("", "").values():
        clean(people["diane"].client).post(f"/audits/{audit.id}/start", **request)
    changed = [table for table, rows in state().items() if before[table] != rows]
    promise("H7", "control, proof and origin not checked: tables changed", len(changed), "some")
    assert "audit.audit" in changed


@pytest.mark.security
def test_nobody_is_led_away_after_signing_in(web: TestClient, promise: Promise) -> None:
    away = []
    typed = {"email": "bob@example.org", "password": PASSWORD}
    for payload in PAYLOADS:
        stranger = beside(web, base_url=OURS, follow_redirects=False)
        stranger.headers["Origin"] = OURS
        page = stranger.get(f"/sign-in?next={quote(payload)}")
        [offered] = re.findall(r'name="next" value="([^"]*)"', page.text)
        signed_in = stranger.post("/sign-in", data=typed | {"next": payload})
        assert signed_in.status_code == 303, signed_in.text
        preferred = Browser(stranger).post("/preferences", next=payload)
        began = Browser(stranger).post(f"/guide/away?next={quote(payload)}")
        targets = (offered, *(a.headers["location"] for a in (signed_in, preferred, began)))
        away += [(payload, target) for target in targets if leaves(target)]
        answers = (page, signed_in, preferred, began)
        away += [(payload, "header") for answer in answers if "Location: //" in str(answer.headers)]
    promise("H7", "redirects that leave the portal", f"{len(away)} of {4 * len(PAYLOADS)}", 0)
    assert away == []
    assert len(PAYLOADS) >= 40


def leaves(target: str) -> bool:
    """As browsers read it: blanks inside are dropped, backslashes are slashes."""
    read = re.sub(r"[\t\r\n]", "", target).strip("\x00 ").replace("\\", "/")
    return urlsplit(urljoin(f"{OURS}/sign-in", read))[:2] != urlsplit(OURS)[:2]


def test_the_list_of_redirects_is_dangerous() -> None:
    """The control: without our rule most of them lead away."""
    assert sum(leaves(payload) for payload in PAYLOADS) > len(PAYLOADS) * 0.6


@pytest.mark.security
def test_no_reading_changes_anything(
    web: TestClient,
    people: People,
    ids: dict[str, UUID],
    promise: Promise,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """But that a session was used, which it says at most once a minute; here it said so before."""
    monkeypatch.setattr("services.identity.access.SEEN_EVERY", timedelta(days=1))
    knocks = {door: knock() for door, knock in DOORS.items() if " GET " in door}
    pages = [filled(path, ids) for method, path in routes(web) if method == "GET"]
    browser = people["greta"]
    before = state()
    for door, asked in knocks.items():
        read(web, door, asked)
    for address in pages:
        browser.get(address)
        clean(web).head(address)
    changed = [table for table, rows in state().items() if before[table] != rows]
    promise(
        "H7", "GETs that changed the database", f"{len(changed)} of {len(knocks) + len(pages)}", 0
    )
    assert changed == []


def read(web: TestClient, door: str, asked: Knock) -> httpx.Response:
    service, _, _ = door.split()
    headers = {"Authorization": f"Bearer {token_of(asked.by or WORLD.greta)}"}
    return web.get(f"/api/v1/{service}{asked.path}", params=asked.query, headers=headers)


def every_kind_of_answer(
    web: TestClient, people: People, ids: dict[str, UUID]
) -> Iterator[tuple[str, httpx.Response]]:
    """Pages, services, files and errors, asked for in all the ways that end differently."""
    greta = people["greta"].client
    pages = {path for method, path in routes(web) if method == "GET"}
    for path in pages:
        yield f"GET {path}", greta.get(filled(path, ids))
        yield f"stranger's GET {path}", clean(web).get(filled(path, ids))
        yield f"DELETE {path}", clean(greta).delete(filled(path, ids), headers={"Origin": OURS})
    for door in DOORS:
        service, method, path = door.split()
        headers = {"Authorization": f"Bearer {token_of(WORLD.greta)}"}
        address = f"/api/v1/{service}{filled(path, ids)}"
        yield f"{door}, signed in", web.request(method, address, headers=headers)
        yield f"{door}, stranger", web.request(method, address)
    large = b"x" * 1_000_001
    for path in ANYWHERE:
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "OPTIONS", "TRACE", "CONNECT", "X"):
            yield f"{method} {path}", clean(web).request(method, path, headers={"Origin": EVIL})
        yield f"too large {path}", clean(web).post(path, content=large, headers={"Origin": OURS})
    yield "too large for a service", web.post("/api/v1/audit/audits", content=large)


def broken(web: TestClient, people: People) -> Iterator[tuple[str, httpx.Response]]:
    """Answers of the last resort: of a page and of a service that fail in the middle."""
    portal = portal_in(web)
    client, portal.state.client = portal.state.client, None
    try:
        yield "500 of a page", clean_failing(people["greta"].client).get("/audits")
    finally:
        portal.state.client = client
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("shared.operations.require_servers", None)
        yield "500 of a service", web.get("/api/v1/audit/health/ready")


def clean_failing(client: TestClient) -> TestClient:
    made = beside(client, base_url=OURS, raise_server_exceptions=False)
    made.cookies = client.cookies
    return made


@pytest.mark.security
def test_every_answer_carries_the_headers(
    web: TestClient, people: People, ids: dict[str, UUID], promise: Promise
) -> None:
    answers = [*every_kind_of_answer(web, people, ids), *broken(web, people)]
    wrong = [(asked, lack) for asked, answer in answers for lack in lacking(answer)]
    promise("web", "answers without all security headers", f"{len(wrong)} of {len(answers)}", 0)
    assert wrong == []
    statuses = {answer.status_code for _, answer in answers}
    assert {200, 204, 303, 401, 403, 404, 405, 413, 422, 500} <= statuses
    for asked, answer in answers:
        if asked.startswith(("OPTIONS", "TRACE", "CONNECT", "X ")):
            assert answer.status_code in (404, 405), asked


def lacking(answer: httpx.Response) -> list[str]:
    of_program = answer.request.url.path.startswith("/api/")
    download = answer.headers.get("content-disposition", "").startswith("attachment")
    wanted = sent.ALWAYS | {
        "Content-Security-Policy": sent.NOTHING if of_program or download else sent.PAGES,
    }
    found = [name for name, value in wanted.items() if answer.headers.get_list(name) != [value]]
    kept = answer.headers["cache-control"]
    file = answer.request.url.path.startswith("/static/") and answer.is_success
    found += [] if kept == (sent.FOR_A_YEAR if file else "no-store") else ["Cache-Control"]
    forbidden = ("access-control-allow-origin", "server", "x-powered-by")
    return found + [name for name in forbidden if name in answer.headers]


@pytest.mark.security
def test_the_headers_of_an_answer_that_lacks_them_are_missed(
    web: TestClient, monkeypatch: pytest.MonkeyPatch, promise: Promise
) -> None:
    """The control."""
    monkeypatch.setattr("shared.headers._protect", lambda *_: None)
    answer = web.get("/api/v1/audit/health")
    missed = [name for name in sent.ALWAYS if name not in answer.headers]
    promise(
        "web", "control, headers not set: missed", f"{len(missed)} of {len(sent.ALWAYS)}", "all"
    )
    assert missed == list(sent.ALWAYS)


@pytest.mark.security
def test_behind_https_nothing_goes_back_to_http(
    web: TestClient, monkeypatch: pytest.MonkeyPatch, promise: Promise
) -> None:
    """Cookies of every kind, and the promise of the next two years."""
    secure = Settings(**settings().model_dump() | {"base_url": "https://qse.example"})
    for module in ("shared.headers", "portal.guard", "portal.session"):
        monkeypatch.setattr(f"{module}.settings", lambda: secure)
    browser = beside(web, base_url="https://qse.example", follow_redirects=False)
    browser.headers["Origin"] = "https://qse.example"
    typed = {"email": "bob@example.org", "password": PASSWORD}
    signed_in = browser.post("/sign-in", data=typed)
    home = browser.get("/account")
    [token, *_] = re.findall(r'name="csrf" value="([^"]+)"', home.text)
    themed = browser.post("/preferences", data={"csrf": token, "theme": "dark", "next": "/"})
    signed_out = browser.post("/sign-out", data={"csrf": token})

    answers = (signed_in, home, themed, signed_out)
    cookies = [c for answer in answers for c in answer.headers.get_list("set-cookie")]
    loose = [
        cookie
        for cookie in cookies
        if not all(flag in cookie.lower() for flag in ("; secure", "; httponly", "; samesite=lax"))
    ]
    promise(
        "web", "cookies without Secure, HttpOnly and SameSite", f"{len(loose)} of {len(cookies)}", 0
    )
    assert loose == []
    assert len(cookies) >= 4
    [session, *_] = [cookie for cookie in cookies if cookie.startswith("__Host-qse=")]
    assert "path=/" in session.lower()
    assert "domain" not in session.lower()
    for answer in answers:
        assert answer.headers["strict-transport-security"] == sent.FOR_TWO_YEARS
    assert signed_out.headers["clear-site-data"] == '"cache", "storage"'


BLOCKED = "https://evil.example/x?secret"
REPORT = {"csp-report": {"effective-directive": "script-src", "blocked-uri": BLOCKED}}


def test_what_browsers_report_is_noted_in_bounds(
    web: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(100):
        assert clean(web).post(REPORTS, json=REPORT).status_code == 204
    for rubbish in (b"", b"[" * 9_000, b'{"csp-report": 1}', b"[1, null]", b"\xff", b"x" * 20_000):
        assert clean(web).post(REPORTS, content=rubbish).status_code == 204

    noted = capsys.readouterr().out
    assert 1 <= noted.count("policy violated") <= 30
    assert "evil.example" in noted
    assert "secret" not in noted
