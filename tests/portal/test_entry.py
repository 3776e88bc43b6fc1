"""The other ways in, as pages: the second step, the identity provider, links by mail."""

import re
from collections.abc import Iterator
from html import unescape

import pyotp
import pytest
from aiosmtpd.controller import Controller
from fastapi.testclient import TestClient

from services.identity.events import LinkAsked
from services.identity.handlers import handlers
from shared.bus import handle_alone
from shared.child import LOOPBACK, free_port
from shared.settings import settings
from tests.helpers import Bus
from tests.identity.signing import code_now, later, setting
from tests.live import Letters
from tests.portal.conftest import OURS, Browser, People, shown
from tests.sso import at_provider
from tests.world import PASSWORD

NEW = "Quatre-chevaux-bais-43"
[SEND] = handlers.hearing(LinkAsked.topic)


def give_password(browser: Browser, name: str, next: str = "/") -> str:
    typed = {"email": f"{name}@example.org", "password": PASSWORD, "next": next}
    answer = browser.client.post("/sign-in", data=typed)
    return answer.headers.get("location") or answer.text


def secret_in(page: str) -> pyotp.TOTP:
    [shown_key] = re.findall(r"<code>([A-Z2-7 ]{32,})</code>", page)
    return pyotp.TOTP(shown_key.replace(" ", ""))


def test_a_factor_is_set_up_asked_for_and_removed(people: People, stranger: Browser) -> None:
    diane = people["diane"]
    page = diane.submit("/account", "/account/factor")
    assert 'src="data:image/svg+xml' in page.text
    app = secret_in(page.text)
    wrong = diane.post("/account/factor/confirm", code="000000")
    right = diane.post("/account/factor/confirm", code=code_now(app))
    assert (wrong.status_code, right.status_code) == (422, 200)
    assert "Ce code n'est pas le bon" in shown(wrong)
    codes = re.findall(r"<code>([a-z2-7]{4}(?:-[a-z2-7]{4}){3})</code>", right.text)
    assert len(codes) == 10
    assert "Il reste 10 codes de secours" in diane.read("/account")

    with later(minutes=1):
        where = give_password(stranger, "diane", "/actions")
        assert where == "/sign-in/code?next=%2Factions"
        assert "Votre code" in stranger.read(where)
        assert stranger.get("/actions").headers["location"].startswith("/sign-in")
        typed = {"code": "000000", "next": "/actions"}
        refused = stranger.client.post("/sign-in/code", data=typed)
        entered = stranger.client.post("/sign-in/code", data=typed | {"code": codes[0]})

    assert (refused.status_code, entered.headers["location"]) == (422, "/actions")
    assert "000000" not in refused.text
    assert stranger.submit("/account", "/account/factor/remove").status_code == 303
    assert stranger.offers("/account", "/account/factor")


def test_confirming_an_identity_asks_for_the_code(people: People) -> None:
    charlie = people["charlie"]
    app = secret_in(charlie.submit("/account", "/account/factor").text)
    charlie.post("/account/factor/confirm", code=code_now(app))

    with later(minutes=11):
        asked = charlie.submit("/account", "/account/factor/remove")
        assert (asked.status_code, 'name="confirm_code"' in asked.text) == (401, True)
        again = {"confirm_password": PASSWORD, "confirm_code": code_now(app)}
        done = charlie.post("/account/factor/remove", **again)

        assert done.status_code == 303


def test_who_must_have_a_factor_sets_it_up_on_the_way_in(
    stranger: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    with setting(monkeypatch, require_second_factor="true"):
        page = give_password(stranger, "greta", "/audits")
        assert "Protégez votre accès" in page
        assert stranger.get("/audits").headers["location"].startswith("/sign-in")
        typed = {"code": code_now(secret_in(page)), "next": "/audits"}
        answer = stranger.client.post("/sign-in/code", data=typed)

        assert (answer.status_code, answer.text.count("<li><code>")) == (200, 10)
        assert 'href="/audits"' in answer.text
        assert stranger.get("/audits").status_code == 200


def test_a_second_step_without_a_first_starts_again(stranger: Browser) -> None:
    answer = stranger.client.post("/sign-in/code", data={"code": "123456"})

    assert answer.status_code == 401
    assert "connectez-vous de nouveau" in shown(answer)


# --- links by mail ----------------------------------------------------------------------------


@pytest.fixture
def letters(web: TestClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[Letters]:
    received = Letters()
    server = Controller(received, hostname=LOOPBACK, port=free_port())
    server.start()
    with setting(monkeypatch, smtp_url=f"smtp://{LOOPBACK}:{server.port}"):
        yield received
    server.stop()


def link_in(letters: Letters, name: str) -> str:
    plain = letters.to(name)[-1].get_payload()[0].get_payload(decode=True).decode()  # type: ignore[union-attr,index]
    [address] = re.findall(rf"{re.escape(OURS)}(/\S+)", plain)
    return str(address)


def test_a_forgotten_password_is_replaced_by_mail(
    stranger: Browser, people: People, letters: Letters
) -> None:
    anna = people["anna"]
    assert 'href="/forgot"' in stranger.get("/sign-in").text
    pages = [
        stranger.client.post("/forgot", data={"email": f"{name}@example.org"})
        for name in ("anna", "personne")
    ]
    for envelope in Bus().envelopes(LinkAsked):
        assert handle_alone("identity", SEND, envelope)
    page = link_in(letters, "anna")
    assert page.startswith("/reset?token=")

    weak = stranger.submit(page, "/reset", password="anna@example.org")
    done = stranger.submit(page, "/reset", password=NEW)

    assert pages[0].text == pages[1].text
    assert "facile à deviner" in shown(weak)
    assert "Votre mot de passe est enregistré" in shown(done)
    assert NEW not in done.text
    assert anna.get("/").headers["location"].startswith("/sign-in")
    assert people.another("anna", NEW).get("/").status_code == 200
    assert "a déjà servi" in shown(stranger.submit(page, "/reset", password=NEW))


@pytest.mark.parametrize(("path", "said"), [("/welcome", "Bienvenue"), ("/reset", "Nouveau mot")])
def test_a_link_that_is_worth_nothing_says_so(stranger: Browser, path: str, said: str) -> None:
    assert said in stranger.read(f"{path}?token=nothing")

    answer = stranger.submit(f"{path}?token=nothing", path, password=NEW)

    assert answer.status_code == 422
    assert "ce lien a déjà servi" in shown(answer).lower()


# --- the identity provider --------------------------------------------------------------------


@pytest.fixture
def with_provider(web: TestClient, issuer: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    secret = "un-secret-du-client"
    about = {"oidc_issuer": issuer, "oidc_client_id": "qse", "oidc_label": "Groupe Essai"}
    with setting(monkeypatch, oidc_client_secret=secret, **about):
        yield


def link(browser: Browser, subject: str) -> None:
    if browser.offers("/account", "/account/provider"):
        page = unescape(browser.submit("/account", "/account/provider").text)
        [address] = re.findall(rf'href="({re.escape(settings().oidc_issuer)}[^"]+)"', page)
        came = at_provider(address, subject)
        back = browser.client.get("/sign-in/sso/done", params=came)
        assert back.headers["location"] == "/account"


def test_an_account_is_linked_and_opens_the_portal(
    with_provider: None, people: People, stranger: Browser
) -> None:
    bob = people["bob"]
    link(bob, "b-1")
    assert bob.offers("/account", "/account/provider/remove")

    assert "Se connecter avec Groupe Essai" in stranger.read("/sign-in")
    sent = stranger.client.get("/sign-in/sso", params={"next": "/actions"})
    came = at_provider(sent.headers["location"], "b-1")
    back = stranger.client.get("/sign-in/sso/done", params=came)

    assert back.headers["location"] == "/actions"
    assert "Bob" in stranger.read("/actions")


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_the_provider_sends_nobody_outside(
    with_provider: None, people: People, stranger: Browser, target: str
) -> None:
    link(people["alice"], "a-1")
    sent = stranger.client.get("/sign-in/sso", params={"next": target})
    came = at_provider(sent.headers["location"], "a-1")

    back = stranger.client.get("/sign-in/sso/done", params=came)

    assert back.headers["location"] == "/"


def test_who_is_not_linked_is_told_what_to_do(with_provider: None, stranger: Browser) -> None:
    sent = stranger.client.get("/sign-in/sso")
    came = at_provider(sent.headers["location"], "nobody-here")

    back = stranger.client.get("/sign-in/sso/done", params=came)

    assert back.status_code == 401
    assert "connectez-vous avec votre mot de passe, puis liez-le" in shown(back)


def test_an_answer_nobody_asked_for_is_refused(with_provider: None, stranger: Browser) -> None:
    answer = stranger.client.get("/sign-in/sso/done", params={"state": "x", "code": "y"})

    assert answer.status_code == 401
    assert "n'a pas été acceptée" in shown(answer)
