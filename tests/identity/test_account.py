"""What somebody does about their own password, sessions and tokens."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from shared.auth import actor_of
from shared.work import clock
from tests.conftest import Api
from tests.identity.signing import services
from tests.world import PASSWORD, World

IDENTITY = "/api/v1/identity"
NEW = "Trois-chevaux-gris-42"


@pytest.fixture
def web(api: Api, world: World) -> TestClient:
    """Programs, with the real exchange of what they show."""
    return services()


def sign_in(web: TestClient, password: str = PASSWORD, agent: str = "") -> Any:  # noqa: ANN401
    body = {"email": "alice@example.org", "password": password, "agent": agent}
    return web.post(f"{IDENTITY}/sessions", json=body)


def token_of_session(web: TestClient, session: str) -> dict[str, str]:
    body = {"credential": session, "audience": ["identity", "audit"]}
    answer = web.post(f"{IDENTITY}/tokens", json=body)
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def is_live(web: TestClient, session: str) -> bool:
    body = {"credential": session, "audience": ["identity"]}
    return bool(web.post(f"{IDENTITY}/tokens", json=body).status_code == 200)


def change(web: TestClient, headers: dict[str, str], current: str, new: str) -> Any:  # noqa: ANN401
    body = {"current": current, "new": new}
    return web.post(f"{IDENTITY}/me/password", json=body, headers=headers)


def test_a_new_password_ends_the_other_sessions_and_the_old_password(web: TestClient) -> None:
    here, elsewhere = sign_in(web).json()["token"], sign_in(web).json()["token"]

    assert change(web, token_of_session(web, here), PASSWORD, NEW).status_code == 204

    assert (is_live(web, here), is_live(web, elsewhere)) == (True, False)
    assert (sign_in(web).status_code, sign_in(web, NEW).status_code) == (401, 201)


def test_a_new_password_needs_the_old_one_and_is_hard_to_guess(web: TestClient) -> None:
    headers = token_of_session(web, sign_in(web).json()["token"])

    wrong = change(web, headers, "pas-celui-ci-non-plus", NEW)
    weak = change(web, headers, PASSWORD, "alice@example.org")
    short = change(web, headers, PASSWORD, "gK7!x")

    assert (wrong.status_code, wrong.json()["type"]) == (422, "wrong_password")
    assert (weak.status_code, weak.json()["type"]) == (422, "weak_password")
    assert (short.status_code, short.json()["type"]) == (422, "invalid")
    assert sign_in(web).status_code == 201


def test_guessing_the_old_password_is_as_slow_as_signing_in(own_database: str) -> None:
    """Each try is kept though the change is undone."""
    web = services()
    headers = token_of_session(web, sign_in(web).json()["token"])

    answers = [change(web, headers, f"faux-numero-{n}", NEW).status_code for n in range(6)]

    assert answers == [422] * 5 + [429]


def test_one_sees_where_one_is_signed_in_and_ends_it(web: TestClient) -> None:
    here = sign_in(web, agent="Firefox à l'atelier").json()["token"]
    lost = sign_in(web, agent="Un téléphone perdu").json()["token"]
    headers = token_of_session(web, here)

    listed = web.get(f"{IDENTITY}/me/sessions", headers=headers).json()
    assert [(s["agent"], s["current"]) for s in listed] == [
        ("Un téléphone perdu", False),
        ("Firefox à l'atelier", True),
    ]
    ended = web.delete(f"{IDENTITY}/me/sessions/{listed[0]['id']}", headers=headers)

    assert ended.status_code == 204
    assert (is_live(web, here), is_live(web, lost)) == (True, False)


def test_of_too_many_sessions_the_oldest_ends(web: TestClient) -> None:
    sessions = [sign_in(web).json()["token"] for _ in range(6)]

    assert [is_live(web, session) for session in sessions] == [False] + [True] * 5


def test_a_token_that_only_reads_changes_nothing_anywhere(web: TestClient, world: World) -> None:
    headers = token_of_session(web, sign_in(web).json()["token"])
    wanted = {"name": "Tableau de bord", "reads_only": True}
    made = web.post(f"{IDENTITY}/me/tokens", json=wanted, headers=headers).json()
    program = {"Authorization": f"Bearer {made['token']}"}

    audit = {
        "site_id": str(world.lyon),
        "title": "Audit interne",
        "criteria": ["ISO 9001:2015"],
        "planned_for": "2030-01-07",
        "lead_id": str(world.diane.id),
    }
    assert web.get("/api/v1/audit/audits", headers=program).status_code == 200
    assert web.post("/api/v1/audit/audits", json=audit, headers=program).status_code == 403
    assert web.post("/api/v1/audit/audits", json=audit, headers=headers).status_code == 201
    listed = web.get(f"{IDENTITY}/me/tokens", headers=headers).json()
    assert [(t["name"], t["reads_only"], t["token"]) for t in listed] == [
        ("Tableau de bord", True, None)
    ]


def test_a_programs_token_makes_no_other_and_sets_no_password(web: TestClient) -> None:
    headers = token_of_session(web, sign_in(web).json()["token"])
    made = web.post(f"{IDENTITY}/me/tokens", json={"name": "Un script"}, headers=headers).json()
    program = {"Authorization": f"Bearer {made['token']}"}

    more = web.post(f"{IDENTITY}/me/tokens", json={"name": "Un autre"}, headers=program)
    password = change(web, program, PASSWORD, NEW)

    assert (more.status_code, more.json()["type"]) == (403, "not_in_a_session")
    assert (password.status_code, password.json()["type"]) == (403, "not_in_a_session")


def test_the_access_token_of_a_session_says_which(web: TestClient, world: World) -> None:
    headers = token_of_session(web, sign_in(web).json()["token"])

    actor = actor_of(headers["Authorization"].removeprefix("Bearer "), "audit")

    assert (actor.id, actor.session is not None, actor.reads_only) == (world.alice.id, True, False)


def test_who_confirms_gets_a_new_token_and_the_old_one_is_dead(web: TestClient) -> None:
    session = sign_in(web).json()["token"]
    headers = token_of_session(web, session)

    wrong = web.post(f"{IDENTITY}/me/confirm", json={"password": "pas-celui-ci"}, headers=headers)
    right = web.post(f"{IDENTITY}/me/confirm", json={"password": PASSWORD}, headers=headers)

    assert (wrong.status_code, wrong.json()["type"]) == (422, "wrong_password")
    assert right.status_code == 200
    assert is_live(web, right.json()["token"])
    assert not is_live(web, session)


def test_what_is_administered_needs_a_password_of_the_last_ten_minutes(
    api: Api, world: World
) -> None:
    def opens(minutes: int) -> Any:  # noqa: ANN401
        late = replace(world.greta, confirmed_at=clock() - timedelta(minutes=minutes))
        body = {"kind": "site", "parent_id": str(world.division), "name": f"Site {minutes}"}
        return api(late).post(f"{IDENTITY}/nodes", json=body)

    assert opens(9).status_code == 201
    refused = opens(11)
    assert (refused.status_code, refused.json()["type"]) == (401, "confirm_identity")
    assert refused.json()["facts"] == {"minutes": 10}


def test_a_program_administers_nothing(api: Api, world: World) -> None:
    program = replace(world.greta, session=None, confirmed_at=None)

    body = {"kind": "site", "parent_id": str(world.division), "name": "Site d'un programme"}
    refused = api(program).post(f"{IDENTITY}/nodes", json=body)

    assert (refused.status_code, refused.json()["type"]) == (403, "not_in_a_session")
