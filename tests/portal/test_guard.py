"""What holds on every page, whatever it shows."""

import re

import pytest
from fastapi.testclient import TestClient

from portal.guard import form_token, is_form_token
from services.audit.models import Audit
from shared.headers import ALWAYS
from shared.headers import PAGES as POLICY
from tests.helpers import beside
from tests.portal.conftest import OURS, Browser, People, portal_in
from tests.portal.factories import finding_form, planned

PAGES = ["/", "/audits", "/findings", "/actions", "/indicators", "/risks", "/policy", "/inbox"]


@pytest.mark.parametrize(
    "path", [*PAGES, "/sign-in", "/nowhere", "/audits/not-an-id", "/static/qse.css", "/mails"]
)
def test_every_answer_carries_the_security_headers(people: People, path: str) -> None:
    answer = people["greta"].get(path)

    for name, value in (ALWAYS | {"Content-Security-Policy": POLICY}).items():
        assert answer.headers[name] == value
    kept = "public" if path.startswith("/static") else "no-store"
    assert answer.headers["cache-control"].startswith(kept)


def test_only_files_that_are_there_are_kept_by_browsers(people: People) -> None:
    assert people["greta"].get("/static/gone.css").headers["cache-control"] == "no-store"


def test_a_failure_of_ours_carries_them_too(web: TestClient, people: People) -> None:
    people["bob"].get("/")  # signed in before the portal breaks
    portal = portal_in(web)
    client, portal.state.client = portal.state.client, None
    try:
        browser = beside(web, base_url=OURS, raise_server_exceptions=False)
        browser.cookies = people["bob"].client.cookies
        answer = browser.get("/")
    finally:
        portal.state.client = client

    assert answer.status_code == 500
    assert answer.headers["content-security-policy"] == POLICY
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_a_script_or_style_inside(people: People, audit: Audit, path: str) -> None:
    for page in (path, f"/audits/{audit.id}"):
        text = people["greta"].get(page).text
        assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:", text)
        scripts = re.findall(r"<script([^>]*)>", text)
        assert all("src=" in script or "application/json" in script for script in scripts)


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Origin": OURS}, True),
        ({}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": OURS}, False),
        ({"Sec-Fetch-Site": "same-site", "Origin": OURS}, False),
        ({"Origin": "http://127.0.0.1:9999"}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
    ],
)
def test_another_site_cannot_change_anything(
    stranger: Browser, headers: dict[str, str], *, allowed: bool
) -> None:
    del stranger.client.headers["Origin"]

    answer = stranger.client.post("/sign-in", data={"email": "", "password": ""}, headers=headers)

    assert answer.status_code == (422 if allowed else 403)


@pytest.mark.parametrize("token", [None, "", "rubbish", "a.b", "é.é"])
def test_a_form_that_we_did_not_make_is_refused(people: People, token: str | None) -> None:
    audit = planned()
    diane = people["diane"]
    typed = {"version": str(audit.version)} | ({} if token is None else {"csrf": token})

    answer = diane.client.post(f"/audits/{audit.id}/start", data=typed)

    assert answer.status_code == 403
    assert "Ce formulaire a expiré" in answer.text
    assert "Planifié" in diane.read(f"/audits/{audit.id}")


def test_a_form_of_another_session_is_refused(people: People, audit: Audit) -> None:
    foreign = people["alice"].hidden("/", "/sign-out")

    answer = people["diane"].client.post(
        f"/audits/{audit.id}/findings", data=foreign | finding_form()
    )

    assert answer.status_code == 403


def test_the_proof_of_a_form_is_different_each_time() -> None:
    first, second = form_token("session"), form_token("session")

    assert first != second
    assert is_form_token(first, "session")
    assert is_form_token(second, "session")
    assert not is_form_token(first, "another session")


def test_a_form_that_is_too_large_is_not_read(people: People, audit: Audit) -> None:
    answer = people["diane"].post(
        f"/audits/{audit.id}/findings", **finding_form(statement="x" * 1_100_000)
    )

    assert answer.status_code == 413


def test_the_portal_says_that_it_lives(stranger: Browser) -> None:
    assert stranger.get("/health").json() == {"service": "portal", "status": "live"}
