"""Signing in, and what the tokens open."""

import time
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import OKPKey
from sqlalchemy import text

from services.identity.access import MOST_TOKENS
from services.identity.models import Grant
from services.identity.schemas import Role
from services.identity.tokens import access_token
from shared.auth import SYSTEM, actor_of
from shared.errors import Unauthenticated
from shared.work import unit_of_work
from tests.conftest import Api, Platform, Work
from tests.helpers import token_of
from tests.world import PASSWORD, World

IDENTITY = "/api/v1/identity"
ALICE = {"email": "alice@example.org", "password": PASSWORD}


@pytest.fixture
def anybody(api: Api, world: World) -> TestClient:
    client = api(world.bob)
    client.headers.pop("Authorization")
    return client


def sign_in(client: TestClient, **changes: str) -> Any:  # noqa: ANN401
    return client.post(f"{IDENTITY}/sessions", json=ALICE | changes)


def exchange(client: TestClient, credential: str) -> Any:  # noqa: ANN401
    body = {"credential": credential, "audience": ["audit"]}
    return client.post(f"{IDENTITY}/tokens", json=body)


def test_a_session_becomes_an_access_token_that_names_the_grants(
    anybody: TestClient, world: World
) -> None:
    session = sign_in(anybody).json()["token"]

    answer = exchange(anybody, session).json()

    actor = actor_of(answer["access_token"], "audit")
    assert (actor.id, actor.name) == (world.alice.id, "Alice")
    assert actor.places("audit:read") == frozenset({world.lyon})
    assert answer["expires_in"] <= 60


def test_a_group_grant_covers_every_place(anybody: TestClient, world: World) -> None:
    session = sign_in(anybody, email="greta@example.org").json()["token"]

    token = exchange(anybody, session).json()["access_token"]

    assert actor_of(token, "audit").places("audit:read") is None


def test_an_unknown_account_and_a_wrong_password_get_the_same_answer(anybody: TestClient) -> None:
    wrong = sign_in(anybody, password="pas-le-bon-mot-de-passe")
    unknown = sign_in(anybody, email="personne@example.org")

    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert wrong.json() == unknown.json()


def test_five_failures_close_the_account_for_a_while_even_to_the_right_password(
    anybody: TestClient,
) -> None:
    for _ in range(5):
        sign_in(anybody, password="pas-le-bon-mot-de-passe")

    assert sign_in(anybody).status_code == 429
    assert sign_in(anybody, email="bob@example.org").status_code == 201


def test_a_session_that_was_ended_opens_nothing(anybody: TestClient) -> None:
    session = sign_in(anybody).json()["token"]

    anybody.post(f"{IDENTITY}/sessions/end", json={"credential": session})

    assert exchange(anybody, session).status_code == 401


def test_only_the_hash_of_a_session_is_kept(anybody: TestClient, work: Work, world: World) -> None:
    session = sign_in(anybody).json()["token"]

    with work("identity", world.greta, "identity:admin") as uow:
        kept = str(uow.session.execute(text("select * from identity.session")).all())
        recorded = str(uow.session.execute(text("select diff from identity.history")).all())

    assert session not in kept
    assert session not in recorded
    assert "argon2" not in recorded


def test_a_personal_token_opens_any_service_until_it_is_revoked(
    api: Api, anybody: TestClient, world: World
) -> None:
    made = api(world.alice).post(f"{IDENTITY}/me/tokens", json={"name": "Tableau de bord"}).json()
    anybody.headers["Authorization"] = f"Bearer {made['token']}"

    assert anybody.get("/api/v1/audit/audits").status_code == 200

    api(world.alice).delete(f"{IDENTITY}/me/tokens/{made['id']}")
    assert anybody.get("/api/v1/audit/audits").status_code == 401


def test_a_personal_token_is_shown_once(api: Api, world: World) -> None:
    client = api(world.alice)
    client.post(f"{IDENTITY}/me/tokens", json={"name": "Tableau de bord"})

    [listed] = client.get(f"{IDENTITY}/me/tokens").json()

    assert listed["token"] is None


def test_nobody_revokes_anothers_token(api: Api, world: World) -> None:
    made = api(world.alice).post(f"{IDENTITY}/me/tokens", json={"name": "Tableau de bord"}).json()

    api(world.bob).delete(f"{IDENTITY}/me/tokens/{made['id']}")

    assert len(api(world.alice).get(f"{IDENTITY}/me/tokens").json()) == 1


def test_nobody_holds_tokens_without_end(api: Api, world: World) -> None:
    client = api(world.alice)
    for number in range(MOST_TOKENS):
        made = client.post(f"{IDENTITY}/me/tokens", json={"name": f"Tableau {number}"})
        assert made.status_code == 201

    more = client.post(f"{IDENTITY}/me/tokens", json={"name": "Un de trop"})

    assert (more.status_code, more.json()["type"]) == (409, "token_limit")
    assert len(client.get(f"{IDENTITY}/me/tokens").json()) == MOST_TOKENS


def test_whoever_comes_from_outside_makes_no_token(api: Api, world: World) -> None:
    inspector = world.person("irene", Role.INSPECTOR, world.lyon)

    answer = api(inspector).post(f"{IDENTITY}/me/tokens", json={"name": "Un script"})

    assert (answer.status_code, answer.json()["type"]) == (403, "outsider_with_token")


def test_the_token_of_who_now_comes_from_outside_opens_nothing(
    api: Api, anybody: TestClient, world: World
) -> None:
    made = api(world.bob).post(f"{IDENTITY}/me/tokens", json={"name": "Un script"}).json()
    assert exchange(anybody, made["token"]).status_code == 200

    with unit_of_work("identity", SYSTEM) as uow:
        [held] = uow.session.scalars(uow.select(Grant).where(Grant.person_id == world.bob.id))
        held.role = Role.INSPECTOR

    assert exchange(anybody, made["token"]).status_code == 401


def forged(platform: Platform, **changes: Any) -> str:  # noqa: ANN401
    now = int(time.time())
    claims = {
        "iss": "identity",
        "aud": ["audit"],
        "sub": str(UUID(int=1)),
        "name": "X",
        "grants": [],
        "iat": now,
        "exp": now + 60,
    }
    key: OKPKey = changes.pop("key", platform.key)
    header = {"alg": "Ed25519", "kid": platform.key.kid, "typ": "at+jwt"}
    return jwt.encode(header, claims | changes, key, algorithms=["Ed25519"])


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "somebody"},
        {"aud": ["risk"]},
        {"exp": -10, "iat": -60},
        {"exp": 3_600},
        {"iat": 600, "exp": 660},
        {"sub": "not an id"},
        {"grants": None},
        {"key": OKPKey.generate_key("Ed25519")},
    ],
    ids=["issuer", "audience", "expired", "too long", "future", "subject", "grants", "key"],
)
def test_a_token_that_is_not_quite_right_opens_nothing(
    world: World, platform: Platform, changes: dict[str, Any]
) -> None:
    """Moments are seconds from when the test runs, which may be long after it was collected."""
    actor_of(forged(platform), "audit")
    moved = {name: int(time.time()) + changes[name] for name in ("exp", "iat") if name in changes}

    with pytest.raises(Unauthenticated):
        actor_of(forged(platform, **changes | moved), "audit")


def test_a_token_without_signature_opens_nothing(world: World) -> None:
    head, body, _ = token_of(world.alice).split(".")

    with pytest.raises(Unauthenticated):
        actor_of(f"{head}.{body}.", "audit")


def test_an_access_token_lives_a_minute_at_most(world: World) -> None:
    _, seconds = access_token({"sub": str(world.alice.id), "name": "A", "grants": []}, ["audit"])
    assert seconds <= 60
