"""The second factor: asked for wherever the password is, each code worth something once."""

import pyotp
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from shared.auth import SYSTEM
from shared.work import unit_of_work
from tests.helpers import together
from tests.identity.signing import (
    IDENTITY,
    as_,
    code_now,
    enter,
    exchange,
    later,
    services,
    setting,
    sign_in,
    with_factor,
)
from tests.world import PASSWORD, World


@pytest.fixture
def web(world: World) -> TestClient:
    return services()


def test_who_has_an_app_signs_in_in_two_steps(web: TestClient) -> None:
    app, _ = with_factor(web)

    with later(minutes=1):
        half = sign_in(web).json()
        assert (half["awaits"], half["factor"]) == ("code", None)
        assert exchange(web, half["token"]).status_code == 401
        whole = enter(web, half["token"], code_now(app)).json()

        assert exchange(web, whole["token"]).status_code == 200
        assert exchange(web, half["token"]).status_code == 401
        assert enter(web, half["token"], "000000").json()["type"] == "not_signed_in"


def test_a_code_works_once(web: TestClient) -> None:
    app, _ = with_factor(web)

    with later(minutes=1):
        first, second = sign_in(web).json()["token"], sign_in(web).json()["token"]
        code = code_now(app)
        assert enter(web, first, code).status_code == 200
        refused = enter(web, second, code)

    assert (refused.status_code, refused.json()["type"]) == (422, "wrong_code")


def test_of_two_who_use_one_code_at_once_one_gets_in(own_database: str) -> None:
    web = services()
    app, _ = with_factor(web)
    both = [services(), services()]
    for browser in both:
        enter(browser, "nothing", "000000")  # the first request of an application builds its routes
    with later(minutes=1):
        halves = [sign_in(web).json()["token"] for _ in range(2)]
        code = code_now(app)
        browsers = zip(both, halves, strict=True)
        answers = together(*(lambda b=b, h=h: enter(b, h, code).status_code for b, h in browsers))

    assert sorted(str(answer) for answer in answers) == ["200", "422"]


def test_a_recovery_code_replaces_the_app_once(web: TestClient) -> None:
    _, codes = with_factor(web)
    assert len(set(codes)) == 10

    used = enter(web, sign_in(web).json()["token"], codes[3].upper())
    again = enter(web, sign_in(web).json()["token"], codes[3])

    assert (used.status_code, again.status_code) == (200, 422)
    me = web.get(f"{IDENTITY}/me", headers=as_(web, used.json()["token"])).json()
    assert (me["has_factor"], me["recovery_codes_left"]) == (True, 9)


def test_guessing_codes_is_as_slow_as_guessing_passwords(own_database: str) -> None:
    web = services()
    app, _ = with_factor(web)

    half = sign_in(web).json()["token"]
    answers = [enter(web, half, f"00000{n}").status_code for n in range(6)]

    assert answers == [422] * 5 + [429]
    assert sign_in(web).status_code == 429
    with later(minutes=2):
        again = sign_in(web).json()["token"]
        assert enter(web, again, code_now(app)).status_code == 200


def test_confirming_asks_for_a_code_too(web: TestClient) -> None:
    app, _ = with_factor(web)
    with later(minutes=1):
        session = enter(web, sign_in(web).json()["token"], code_now(app)).json()["token"]
        headers = as_(web, session)
        password_alone = web.post(
            f"{IDENTITY}/me/confirm", json={"password": PASSWORD}, headers=headers
        )
        both = {"password": PASSWORD, "code": code_now(app)}
        used = web.post(f"{IDENTITY}/me/confirm", json=both, headers=headers)
    with later(minutes=2):
        both["code"] = code_now(app)
        done = web.post(f"{IDENTITY}/me/confirm", json=both, headers=as_(web, session))

    assert password_alone.json()["type"] == "code_needed"
    assert used.json()["type"] == "wrong_code"
    assert done.status_code == 200


def test_an_app_is_removed_by_who_confirmed_and_one_at_a_time(web: TestClient) -> None:
    app, _ = with_factor(web)
    with later(minutes=1):
        session = enter(web, sign_in(web).json()["token"], code_now(app)).json()["token"]
        another = web.post(f"{IDENTITY}/me/factor", headers=as_(web, session))
    with later(minutes=12):
        late = web.delete(f"{IDENTITY}/me/factor", headers=as_(web, session))
        both = {"password": PASSWORD, "code": code_now(app)}
        body = web.post(f"{IDENTITY}/me/confirm", json=both, headers=as_(web, session)).json()
        removed = web.delete(f"{IDENTITY}/me/factor", headers=as_(web, body["token"]))

        assert another.json()["type"] == "factor_there"
        assert late.json()["type"] == "confirm_identity"
        assert removed.status_code == 204
        assert sign_in(web).json()["awaits"] == "nothing"


def test_a_programs_token_sets_up_no_app(web: TestClient) -> None:
    headers = as_(web, sign_in(web).json()["token"])
    made = web.post(f"{IDENTITY}/me/tokens", json={"name": "Un script"}, headers=headers).json()

    program = {"Authorization": f"Bearer {made['token']}"}
    refused = web.post(f"{IDENTITY}/me/factor", headers=program)

    assert (refused.status_code, refused.json()["type"]) == (403, "not_in_a_session")


def test_where_it_is_required_whoever_may_do_most_sets_one_up_before_anything(
    web: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sign_in(web).json()["token"]
    assert exchange(web, before).status_code == 200

    with setting(monkeypatch, require_second_factor="true"):
        assert exchange(web, before).status_code == 401
        assert sign_in(web, "bob").json()["awaits"] == "nothing"
        half = sign_in(web).json()
        assert half["awaits"] == "factor"
        assert exchange(web, half["token"]).status_code == 401
        wrong = enter(web, half["token"], "000000")
        app = pyotp.TOTP(half["factor"]["secret"])
        whole = enter(web, half["token"], code_now(app)).json()

        assert wrong.status_code == 422
        assert len(whole["recovery_codes"]) == 10
        assert exchange(web, whole["token"]).status_code == 200
        assert sign_in(web).json()["awaits"] == "code"


def test_a_programs_token_waits_for_its_owners_factor_too(
    web: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = as_(web, sign_in(web).json()["token"])
    made = web.post(f"{IDENTITY}/me/tokens", json={"name": "Un script"}, headers=headers).json()

    with setting(monkeypatch, require_second_factor="true"):
        assert exchange(web, made["token"]).status_code == 401


def test_neither_the_secret_nor_the_codes_are_recorded(web: TestClient) -> None:
    app, codes = with_factor(web)

    with unit_of_work("identity", SYSTEM) as uow:
        history = str(uow.session.execute(text("select diff from identity.history")).all())
        told = str(uow.session.execute(text("select payload from identity.outbox")).all())
        kept = str(uow.session.execute(text("select * from identity.recovery_code")).all())

    assert app.secret not in history + told
    for code in codes:
        assert code.replace("-", "") not in history + told + kept
