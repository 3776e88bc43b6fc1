"""What identity takes back is refused everywhere, also to who kept an access token of before."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from services.identity import access, accounts, commands, signing_in
from services.identity.ending import MARGIN
from services.identity.models import Grant, Person
from services.identity.queries import sessions_of
from services.identity.schemas import PersonalTokenIn
from services.identity.sign_in_models import PersonalToken
from shared.auth import SYSTEM
from shared.ended import KEPT, keep
from shared.schemas import Change
from shared.work import clock, unit_of_work
from tests.helpers import Bus
from tests.identity.signing import as_, exchange, later, services, sign_in
from tests.world import WORLD

AUDITS = "/api/v1/audit/audits"
Headers = dict[str, str]


@pytest.fixture
def web(own_database: str) -> Iterator[TestClient]:
    with services() as client:
        yield client


def sign_out(session: str) -> None:
    with unit_of_work("identity", SYSTEM) as uow:
        signing_in.end_session(uow, session)


def sign_out_everywhere(_session: str) -> None:
    with unit_of_work("identity", SYSTEM) as uow:
        accounts.end_sessions_of(uow, WORLD.bob.id)


def close_account(_session: str) -> None:
    with unit_of_work("identity", SYSTEM) as uow:
        bob = uow.get(Person, WORLD.bob.id)
        accounts.deactivate(uow, bob.id, Change(version=bob.version))


def take_role(_session: str) -> None:
    with unit_of_work("identity", SYSTEM) as uow:
        [held] = uow.session.scalars(select(Grant).where(Grant.person_id == WORLD.bob.id))
        commands.end_grant(uow, held.id, uow.now.date())


@pytest.mark.parametrize("end", [sign_out, sign_out_everywhere, close_account, take_role])
def test_an_access_token_of_before_opens_nothing(
    web: TestClient, end: Callable[[str], None]
) -> None:
    session = sign_in(web, "bob").json()["token"]
    kept = as_(web, session)
    assert web.get(AUDITS, headers=kept).status_code == 200

    end(session)
    Bus().deliver_all()

    assert web.get(AUDITS, headers=kept).status_code == 401
    assert web.get("/api/v1/identity/me", headers=kept).status_code == 401


def test_what_a_revoked_personal_token_was_exchanged_for_opens_nothing(web: TestClient) -> None:
    with unit_of_work("identity", WORLD.bob, permission="identity:read") as uow:
        token, row = access.make_personal_token(uow, PersonalTokenIn(name="Un script"))
    kept, session = as_(web, token), as_(web, sign_in(web, "bob").json()["token"])

    with unit_of_work("identity", WORLD.bob, permission="identity:read") as uow:
        access.revoke_personal_token(uow, row.id)
    Bus().deliver_all()

    assert web.get(AUDITS, headers=kept).status_code == 401
    assert web.get(AUDITS, headers=session).status_code == 200
    with unit_of_work("identity", SYSTEM) as uow:
        assert uow.get(PersonalToken, row.id).revoked_at is not None


def test_other_sessions_and_other_people_go_on(web: TestClient) -> None:
    ended, other = (sign_in(web, "bob").json()["token"] for _ in range(2))
    same, somebody = as_(web, other), as_(web, sign_in(web, "alice").json()["token"])

    sign_out(ended)
    Bus().deliver_all()

    assert web.get(AUDITS, headers=same).status_code == 200
    assert web.get(AUDITS, headers=somebody).status_code == 200


def test_whoever_lost_a_role_stays_signed_in(web: TestClient) -> None:
    session = sign_in(web, "bob").json()["token"]
    take_role(session)
    Bus().deliver_all()

    with later(seconds=int(MARGIN.total_seconds()) + 1):
        assert web.get(AUDITS, headers=as_(web, session)).status_code == 403


def test_a_session_that_ended_is_exchanged_no_more(web: TestClient) -> None:
    session = sign_in(web, "bob").json()["token"]
    with unit_of_work("identity", SYSTEM) as uow:
        assert len(list(uow.session.scalars(sessions_of(uow, WORLD.bob.id)))) == 1
    sign_out(session)
    assert exchange(web, session).status_code == 401


def test_an_older_announcement_does_not_take_back_a_newer_one(web: TestClient) -> None:
    subject, now = uuid4(), clock()
    with unit_of_work("audit", SYSTEM) as uow:
        keep(uow, subject, now)
        keep(uow, subject, now - timedelta(seconds=30))
        found = uow.ledger.ended.c.before
        assert uow.session.scalar(select(found)) == now


def test_what_no_token_can_be_as_old_as_is_forgotten(web: TestClient) -> None:
    now = clock()
    with unit_of_work("audit", SYSTEM) as uow:
        keep(uow, uuid4(), now - KEPT)
        keep(uow, uuid4(), now)
        assert list(uow.session.scalars(select(uow.ledger.ended.c.before))) == [now]
