"""The unit of work's guards, one by one: what each lets through and what it refuses."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from services.audit import commands
from services.audit.events import AuditStarted
from services.audit.models import Audit
from services.audit.schemas import StepIn
from services.risk.models import Method
from shared import outbox
from shared.auth import NOWHERE, SYSTEM, Actor, Grant
from shared.errors import ConfirmIdentity, Forbidden, NotFound, NotInASession, StaleVersion
from shared.work import UnitOfWork, clock, readable, scope, unit_of_work
from tests.audit.factories import audit_in, planned_audit
from tests.conftest import Api, Work
from tests.world import WORLD, World

pytestmark = pytest.mark.usefixtures("undone")

PLANS_AT_LYON = Grant("site_coordinator", frozenset({WORLD.lyon}))
READS_AT_LILLE = Grant("reader", frozenset({WORLD.lille}))
NEIGHBOUR = replace(WORLD.alice, grants=(PLANS_AT_LYON, READS_AT_LILLE))
"""Plans audits at Lyon, and may read those of Lille."""


def uow_of(actor: Actor, permission: str | None = "audit:plan") -> UnitOfWork:
    """A unit of work that touches no row."""
    return UnitOfWork(Session(), "audit", actor, permission)


def at_lille() -> Audit:
    with unit_of_work("audit", WORLD.charlie, permission="audit:plan") as uow:
        return commands.plan_audit(uow, audit_in(site=WORLD.lille, lead=WORLD.anna.id))


# --- rows -------------------------------------------------------------------------------------


def test_what_may_only_be_read_is_refused_and_not_denied(work: Work) -> None:
    there = at_lille()

    with work("audit", NEIGHBOUR, "audit:plan") as uow, pytest.raises(Forbidden):
        uow.get(Audit, there.id)


def test_a_query_leaves_out_what_may_only_be_read(work: Work) -> None:
    here, there = planned_audit(), at_lille()

    with work("audit", NEIGHBOUR, "audit:plan") as uow:
        assert [row.id for row in uow.session.scalars(uow.select(Audit))] == [here.id]
    with work("audit", NEIGHBOUR, "audit:read") as uow:
        seen = {row.id for row in uow.session.scalars(uow.select(Audit))}
    assert seen == {here.id, there.id}


def test_what_belongs_to_no_place_is_the_same_for_everybody(work: Work, world: World) -> None:
    with work("risk", world.alice, "risk:read") as uow:
        assert uow.session.scalars(uow.select(Method)).first() is not None


def test_nothing_is_added_where_one_may_only_read(work: Work) -> None:
    facts = audit_in(site=WORLD.lille).model_dump(exclude_none=True)

    with work("audit", NEIGHBOUR, "audit:plan") as uow, pytest.raises(Forbidden):
        uow.add(Audit(**facts))


def test_a_row_is_found_again_by_its_own_id_only(work: Work, world: World) -> None:
    audit = planned_audit()

    with work("audit", world.alice, "audit:plan") as uow:
        found = uow.find(Audit, audit.id)
        assert found is not None
        assert found.id == audit.id
        assert uow.find(Audit, uuid4()) is None
        assert uow.find(Audit, None) is None


def test_what_changed_meanwhile_is_refused_with_both_states(work: Work, world: World) -> None:
    audit = planned_audit()

    with work("audit", world.alice, "audit:plan") as uow:
        assert uow.get(Audit, audit.id, seen=StepIn(version=audit.version)).id == audit.id
        with pytest.raises(StaleVersion) as refused:
            uow.get(Audit, audit.id, seen=StepIn(version=audit.version + 1))
    assert refused.value.facts["yours"] == {"version": audit.version + 1}


@pytest.mark.parametrize("lock", [True, False])
def test_a_row_is_locked_only_for_whom_changes_it(work: Work, world: World, lock: bool) -> None:  # noqa: FBT001
    audit = planned_audit()

    with work("audit", world.alice, "audit:plan") as uow:
        sent: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            sent.append(statement)

        event.listen(uow.session.connection(), "before_cursor_execute", note)
        uow.get(Audit, audit.id, lock=lock)
        event.remove(uow.session.connection(), "before_cursor_execute", note)

    assert ("FOR UPDATE" in sent[-1]) is lock


def test_a_row_joins_the_story_it_was_made_in_unless_it_has_one(work: Work, world: World) -> None:
    facts = audit_in().model_dump(exclude_none=True)
    story = uuid4()

    with work("audit", world.alice, "audit:plan") as uow:
        assert uow.add(Audit(**facts)).correlation_id == uow.correlation_id
        assert uow.add(Audit(**facts, correlation_id=story)).correlation_id == story


# --- events -----------------------------------------------------------------------------------


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    calls: list[str] = []
    monkeypatch.setattr(outbox, "wake", calls.append)
    return calls


def news() -> AuditStarted:
    return AuditStarted(audit_id=uuid4(), site_id=WORLD.lyon)


def test_an_event_is_about_its_row_and_of_its_story(woken: list[str]) -> None:
    audit = planned_audit()
    woken.clear()

    with unit_of_work("audit", SYSTEM) as uow:
        uow.publish(news(), about=uow.get(Audit, audit.id))
        uow.publish(news())
        [*_, about, alone] = rows(uow)

    assert (about.subject, about.sequence, about.site_id) == (audit.id, 1, WORLD.lyon)
    assert about.correlation_id == audit.correlation_id
    assert (alone.subject, alone.sequence, alone.site_id) == (None, None, None)
    assert alone.correlation_id == uow.correlation_id
    assert woken == ["audit"]


def test_nobody_is_woken_for_nothing(work: Work, woken: list[str]) -> None:
    with work("audit", WORLD.alice, "audit:plan") as uow:
        before = len(rows(uow))
        uow.publish_all([])
        assert len(rows(uow)) == before

    assert woken == []


def rows(uow: UnitOfWork) -> list[Any]:
    table = uow.ledger.outbox
    return list(uow.session.execute(select(table).order_by(table.c.seq)))


# --- who --------------------------------------------------------------------------------------


def program(actor: Actor) -> Actor:
    return replace(actor, session=None, confirmed_at=None)


def test_a_program_is_no_person(world: World) -> None:
    uow_of(world.alice).require_session()
    uow_of(SYSTEM).require_session()
    with pytest.raises(NotInASession):
        uow_of(program(world.alice)).require_session()
    with pytest.raises(NotInASession):
        uow_of(program(world.alice)).require_confirmed(timedelta(minutes=5))


@pytest.mark.parametrize("ago", [None, timedelta(minutes=5, seconds=1)], ids=["never", "before"])
def test_whoever_signs_proved_lately_who_they_are(world: World, ago: timedelta | None) -> None:
    at = clock() - ago if ago else None

    uow_of(replace(world.alice, confirmed_at=clock())).require_confirmed(timedelta(minutes=5))
    uow_of(SYSTEM).require_confirmed(timedelta(minutes=5))
    with pytest.raises(ConfirmIdentity):
        uow_of(replace(world.alice, confirmed_at=at)).require_confirmed(timedelta(minutes=5))


def test_what_is_the_whole_groups_is_for_who_holds_it_all(world: World) -> None:
    uow_of(world.greta).require_whole_group()
    with pytest.raises(Forbidden):
        uow_of(world.alice).require_whole_group()


def test_a_place_is_open_refused_or_not_there(world: World) -> None:
    uow = uow_of(NEIGHBOUR)

    uow.require_place(world.lyon)
    uow_of(world.greta).require_place(world.brest)
    with pytest.raises(Forbidden):
        uow.require_place(world.lille)
    with pytest.raises(NotFound, match=str(world.brest)):
        uow.require_place(world.brest)
    with pytest.raises(NotFound, match="There is no Audit 00000000"):
        uow.require_place(world.brest, "Audit", UUID(int=0))


def test_without_a_permission_there_is_no_place(world: World) -> None:
    assert scope(SYSTEM, None) is None
    assert scope(world.greta, None) == NOWHERE
    assert scope(world.alice, "audit:plan") == frozenset({world.lyon})
    with pytest.raises(NotFound):
        uow_of(world.greta, None).require_place(world.lyon)


def test_postgresql_is_told_the_places_read_and_acted_on(world: World) -> None:
    told = readable("audit", NEIGHBOUR, "audit:plan")

    assert set(told.split(",")) == {str(world.lyon), str(world.lille)}
    assert readable("audit", world.greta, "audit:plan") == "*"
    assert readable("audit", Actor(uuid4(), "Nobody"), "audit:plan") == ""


def test_whoever_holds_nothing_is_refused_at_the_door(api: Api, world: World) -> None:
    nobody = Actor(world.alice.id, "Nobody")

    assert api(nobody).get("/api/v1/audit/audits").status_code == 403
    assert api(world.alice).get("/api/v1/audit/audits").status_code == 200


# --- the transaction --------------------------------------------------------------------------


def test_a_transaction_has_its_story_and_its_moment(world: World) -> None:
    story, moment = uuid4(), clock() - timedelta(days=1)

    with unit_of_work("audit", SYSTEM, correlation_id=story, now=moment) as uow:
        assert (uow.correlation_id, uow.now) == (story, moment)
    with unit_of_work("audit", SYSTEM) as uow:
        assert clock() - uow.now < timedelta(minutes=1)
