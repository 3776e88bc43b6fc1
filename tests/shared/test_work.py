"""The unit of work: whose rows it sees, what it keeps of every change, when it commits."""

from typing import Annotated
from uuid import UUID

import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient
from sqlalchemy import MetaData, event, select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from services.audit import commands
from services.audit.models import Audit
from services.audit.schemas import StepIn
from shared.auth import NOWHERE, Actor
from shared.errors import NotFound
from shared.service import Service, create_app
from shared.work import UnitOfWork, authorised, unit_of_work
from tests.audit.factories import audit_in, planned_audit, prepared_audit
from tests.conftest import Work
from tests.helpers import token_of
from tests.world import World


def titles(uow: UnitOfWork) -> list[str]:
    return list(uow.session.scalars(text("select title from audit.audit")))


def test_row_level_security_shows_no_other_site_even_to_raw_sql(world: World, work: Work) -> None:
    planned_audit()

    with work("audit", world.alice, "audit:read") as uow:
        assert len(titles(uow)) == 1
    with work("audit", world.charlie, "audit:read") as uow:
        assert titles(uow) == []


def test_an_actor_without_any_place_sees_nothing(world: World, work: Work) -> None:
    planned_audit()
    nobody = Actor(world.alice.id, "Nobody")

    with work("audit", nobody, "audit:read") as uow:
        assert uow.places == NOWHERE
        assert titles(uow) == []


def test_row_level_security_refuses_to_write_into_another_site(world: World, work: Work) -> None:
    audit = planned_audit()

    def move_to_lille() -> None:
        with work("audit", world.alice, "audit:plan") as uow:
            move = text("update audit.audit set site_id = :site where id = :id")
            uow.session.execute(move, {"site": world.lille, "id": audit.id})

    with pytest.raises(ProgrammingError, match="row-level security"):
        move_to_lille()


def test_nothing_can_be_added_at_another_site(world: World, work: Work) -> None:
    with work("audit", world.alice, "audit:plan") as uow, pytest.raises(NotFound):
        commands.plan_audit(uow, audit_in(site=world.lille, lead=world.anna.id))


def test_every_change_is_recorded_with_who_and_what_it_was(world: World, work: Work) -> None:
    audit = prepared_audit()
    with work("audit", world.diane, "audit:conduct") as uow:
        commands.start_audit(uow, audit.id, StepIn(version=audit.version))

    with work("audit", world.diane, "audit:read") as uow:
        table = uow.ledger.history
        query = select(table).where(table.c.object_id == audit.id).order_by(table.c.seq)
        made, started = uow.session.execute(query).all()

    assert (made.action, made.actor_id, made.object_type) == ("created", world.alice.id, "Audit")
    assert made.diff["title"] == [None, "Audit interne production"]
    assert (started.action, started.actor_name) == ("changed", "Diane")
    assert started.diff["status"] == ["planned", "under_way"]
    assert set(started.diff) == {"status", "started_at"}


def fail_on_commit(_session: Session) -> None:
    raise RuntimeError("not committed")


async def no_exchange(_credential: str, _audience: str) -> str:
    raise AssertionError


def test_a_commit_that_fails_is_not_reported_as_created(world: World) -> None:
    router = APIRouter()

    @router.post("/broken", status_code=201)
    def broken(uow: Annotated[UnitOfWork, authorised("audit:plan")]) -> str:
        event.listen(uow.session, "before_commit", fail_on_commit)
        return "created"

    app = create_app(Service("audit", router, MetaData()), no_exchange)
    headers = {"Authorization": f"Bearer {token_of(world.alice)}"}
    client = TestClient(app, headers=headers, raise_server_exceptions=False)

    assert client.post("/broken").status_code == 500


def test_what_fails_leaves_nothing_behind(world: World, work: Work) -> None:
    def plan_and_fail() -> None:
        with unit_of_work("audit", world.alice, permission="audit:plan") as uow:
            commands.plan_audit(uow, audit_in())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        plan_and_fail()

    with work("audit", world.alice, "audit:read") as uow:
        assert titles(uow) == []


def test_a_row_that_is_not_there_is_said_so(world: World, work: Work) -> None:
    with work("audit", world.alice, "audit:read") as uow, pytest.raises(NotFound):
        uow.get(Audit, UUID(int=7))
