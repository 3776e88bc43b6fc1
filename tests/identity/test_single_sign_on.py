"""Signing in by a real identity provider, and everything it must not be possible to slip in."""

import hashlib
import re
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from sqlalchemy import select

from services.identity import provider
from services.identity.errors import ProviderRefused
from services.identity.models import Person
from services.identity.sign_in_models import Handshake, ProviderAccount
from services.identity.tokens import derived
from shared.auth import SYSTEM
from shared.child import LOOPBACK, free_port
from shared.work import unit_of_work
from tests.identity.signing import (
    IDENTITY,
    as_,
    exchange,
    later,
    services,
    setting,
    sign_in,
)
from tests.sso import Came, at_provider
from tests.world import World

CLIENT = "qse"
A_DAY_S = 86_400


@pytest.fixture
def web(issuer: str, world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    secret = "un-secret-du-client"
    with setting(monkeypatch, oidc_issuer=issuer, oidc_client_id=CLIENT, oidc_client_secret=secret):
        yield services()


def begin(web: TestClient, headers: dict[str, str] | None = None) -> dict[str, str]:
    path = "/me/provider" if headers else "/sso"
    answer = web.post(f"{IDENTITY}{path}", json={}, headers=headers)
    assert answer.status_code == 200, answer.text
    began: dict[str, str] = answer.json()
    return began


def come_back(web: TestClient, credential: str, came: Came, **changed: str) -> tuple[int, Any]:
    body = {"credential": credential, "state": came["state"], "code": came["code"]} | changed
    answer = web.post(f"{IDENTITY}/sso/done", json=body)
    said = answer.json()
    return answer.status_code, said.get("token") or said["type"]


def link(web: TestClient, name: str = "alice", who: str = "a-7") -> None:
    began = begin(web, as_(web, sign_in(web, name).json()["token"]))
    status, _ = come_back(web, began["credential"], at_provider(began["address"], who))
    assert status == 201


REFUSED = (401, "provider_refused")


def test_who_linked_their_account_is_let_in_by_it(web: TestClient) -> None:
    link(web)

    began = begin(web)
    status, session = come_back(web, began["credential"], at_provider(began["address"], "a-7"))

    assert status == 201
    me = web.get(f"{IDENTITY}/me", headers=as_(web, session)).json()
    assert (me["name"], me["at_provider"]) == ("Alice", True)


def test_the_same_e_mail_address_is_nobody_until_it_is_linked(web: TestClient) -> None:
    began = begin(web)
    came = at_provider(began["address"], "alice@example.org")

    assert come_back(web, began["credential"], came) == (401, "not_linked")


def test_an_account_opens_one_person_only(web: TestClient) -> None:
    link(web)
    began = begin(web, as_(web, sign_in(web, "bob").json()["token"]))

    came = at_provider(began["address"], "a-7")

    assert come_back(web, began["credential"], came) == (409, "linked_to_another")


def test_nothing_is_replayed(web: TestClient) -> None:
    link(web)
    began = begin(web)
    came = at_provider(began["address"], "a-7")
    assert come_back(web, began["credential"], came)[0] == 201

    another = begin(web)
    old_code = at_provider(another["address"], "a-7") | {"code": came["code"]}

    assert come_back(web, began["credential"], came) == REFUSED
    assert come_back(web, another["credential"], old_code) == REFUSED


def test_a_state_of_another_browser_is_refused_and_spends_the_handshake(web: TestClient) -> None:
    link(web)
    mine, theirs = begin(web), begin(web)
    came = at_provider(theirs["address"], "a-7")

    assert come_back(web, mine["credential"], came) == REFUSED
    assert come_back(web, "nothing-we-gave", came) == REFUSED
    mine_after = at_provider(mine["address"], "a-7")
    assert come_back(web, mine["credential"], mine_after) == REFUSED


def test_a_token_for_another_sign_in_is_refused(web: TestClient) -> None:
    link(web)
    began = begin(web)

    came = at_provider(began["address"], "a-7", nonce="another")

    assert come_back(web, began["credential"], came) == REFUSED


def test_the_code_is_bound_to_the_browser_that_asked(web: TestClient) -> None:
    """The provider of these tests does not check it; others do."""
    began = begin(web)

    asked = parse_qs(urlsplit(began["address"]).query)

    verifier = derived(began["credential"], "verifier")
    challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    assert asked["code_challenge"] == [challenge.decode()]
    assert asked["code_challenge_method"] == ["S256"]


def test_a_sign_in_that_took_too_long_is_refused(web: TestClient) -> None:
    link(web)
    began = begin(web)
    came = at_provider(began["address"], "a-7")

    with later(minutes=11):
        assert come_back(web, began["credential"], came) == REFUSED


def test_another_issuer_than_the_settings_name_is_refused(
    web: TestClient, issuer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with setting(monkeypatch, oidc_issuer=f"{issuer}/"):
        answer = web.post(f"{IDENTITY}/sso", json={})

    assert (answer.status_code, answer.json()["type"]) == REFUSED


def test_a_provider_that_is_away_is_said_to_be(
    web: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with setting(monkeypatch, oidc_issuer=f"http://{LOOPBACK}:{free_port()}"):
        answer = web.post(f"{IDENTITY}/sso", json={})

    assert (answer.status_code, answer.json()["type"]) == (503, "unavailable")


def test_without_a_provider_there_is_none(world: World) -> None:
    answer = services().post(f"{IDENTITY}/sso", json={})

    assert (answer.status_code, answer.json()["type"]) == (404, "no_provider")


def test_who_has_left_is_not_let_in(web: TestClient, world: World) -> None:
    link(web)
    with unit_of_work("identity", SYSTEM) as uow:
        uow.get(Person, world.alice.id).active = False
    began = begin(web)

    came = at_provider(began["address"], "a-7")

    assert come_back(web, began["credential"], came) == (401, "not_linked")


def test_an_account_that_was_unlinked_opens_nothing(web: TestClient) -> None:
    link(web)
    headers = as_(web, sign_in(web).json()["token"])
    assert web.delete(f"{IDENTITY}/me/provider", headers=headers).status_code == 204
    began = begin(web)

    came = at_provider(began["address"], "a-7")

    assert come_back(web, began["credential"], came) == (401, "not_linked")


def test_the_providers_second_factor_stands_for_ours(
    web: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    link(web)
    began = begin(web)
    came = at_provider(began["address"], "a-7")

    with setting(monkeypatch, require_second_factor="true"):
        status, session = come_back(web, began["credential"], came)
        assert status == 201
        assert exchange(web, session).status_code == 200


def test_only_hashes_of_what_the_browser_knows_are_kept(web: TestClient) -> None:
    began = begin(web)

    with unit_of_work("identity", SYSTEM) as uow:
        [row] = uow.session.scalars(select(Handshake)).all()
        assert uow.session.scalars(select(ProviderAccount)).all() == []
    assert began["credential"] not in str(vars(row))
    assert derived(began["credential"], "verifier") not in began["address"]


# --- tokens that are not quite right ----------------------------------------------------------

SECRET = "what only the browser knows"
KEY = RSAKey.generate_key(2048, auto_kid=True)
Forge = Callable[..., str]


@pytest.fixture
def forge(web: TestClient, issuer: str) -> Forge:
    def made(*, key: Any = KEY, alg: str = "RS256", **changes: Any) -> str:  # noqa: ANN401
        now = int(time.time())
        claims = {
            "iss": issuer,
            "aud": CLIENT,
            "sub": "a-7",
            "iat": now,
            "exp": now + 300,
            "nonce": derived(SECRET, "nonce"),
        } | changes
        kept = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": alg, "kid": KEY.kid}
        return jwt.encode(header, kept, key, algorithms=[alg])

    return made


def believed(token: str) -> str:
    keys = KeySet.import_key_set({"keys": [KEY.as_dict(private=False)]})
    return str(provider.read(token, keys, SECRET)["sub"])


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://another.example"},
        {"iss": None},
        {"aud": "another"},
        {"aud": None},
        {"aud": [CLIENT, "another"]},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"exp": int(time.time()) - 120},
        {"exp": None},
        {"iat": int(time.time()) + A_DAY_S},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
        {"key": RSAKey.generate_key(2048)},
        {"key": OctKey.generate_key(256), "alg": "HS256"},
    ],
    ids=lambda changes: re.sub(r"\W+|\d{9,}", " ", str(changes))[:40],
)
def test_a_token_that_is_not_quite_right_is_not_believed(
    forge: Forge, changes: dict[str, Any]
) -> None:
    assert believed(forge()) == "a-7"

    with pytest.raises(ProviderRefused):
        believed(forge(**changes))


def test_a_token_without_signature_is_not_believed(forge: Forge) -> None:
    _, body, _ = forge().split(".")

    with pytest.raises(ProviderRefused):
        believed(f"eyJhbGciOiJub25lIn0.{body}.")
