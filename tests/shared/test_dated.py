"""Calendars: bounded, by day, in one statement, of one's own places only."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection

from services.actions.queries import DATED as OF_ACTIONS
from services.audit import commands as auditing
from services.audit.queries import DATED as OF_AUDITS
from services.audit.schemas import CancelIn
from shared.dated import LONGEST, RangeTooLong, Wanted, days, entries
from shared.dated_schemas import Entry
from tests.actions.factories import open_action, planned_action
from tests.audit.factories import DAY, planned_audit
from tests.conftest import Api, Work
from tests.counting import statements
from tests.world import World

NOWHERE = (None, None)


def wanted(since: date = DAY, until: date = DAY, **more: Any) -> Wanted:  # noqa: ANN401
    return Wanted(since, until, **more)


def test_audits_stand_on_their_day_until_they_are_cancelled(world: World, work: Work) -> None:
    kept, gone = planned_audit(), planned_audit()
    with work("audit", world.alice, "audit:plan") as uow:
        reason = CancelIn(version=gone.version, reason="Plus nécessaire")
        auditing.cancel_audit(uow, gone.id, reason)

    with work("audit", world.bob, "audit:read") as uow:
        assert [(e.id, e.kind, e.waits) for e in entries(uow, OF_AUDITS, wanted(), NOWHERE, 9)] == [
            (kept.id, "audit_planned", True)
        ]
        assert [(d.day, d.count) for d in days(uow, OF_AUDITS, wanted())] == [(DAY, 1)]


def test_an_action_has_its_deadline_and_the_day_its_effect_is_checked(
    world: World, work: Work
) -> None:
    action = planned_action()
    assert action.effectiveness_check_on is not None
    year = wanted(action.due_on - timedelta(days=90), action.due_on + timedelta(days=200))

    with work("actions", world.bob, "actions:read") as uow:
        found = entries(uow, OF_ACTIONS, year, NOWHERE, 9)
        only = entries(
            uow,
            OF_ACTIONS,
            wanted(year.since, year.until, kind="effect_check"),
            NOWHERE,
            9,
        )
    assert {(e.kind, e.day, e.waits, e.reference) for e in found} == {
        ("action_due", action.due_on, True, action.number),
        ("effect_check", action.effectiveness_check_on, False, action.number),
    }
    assert [e.kind for e in only] == ["effect_check"]


def test_pages_follow_each_other_by_day_and_none_is_lost(world: World, work: Work) -> None:
    made = {open_action().id for _ in range(5)}
    year = wanted(date(2026, 6, 1), date(2027, 6, 1))

    seen: list[Entry] = []
    after: tuple[date | None, UUID | None] = NOWHERE
    with work("actions", world.bob, "actions:read") as uow:
        while found := entries(uow, OF_ACTIONS, year, after, 2):
            seen += found
            after = found[-1].day, found[-1].id
    assert {entry.id for entry in seen} == made
    assert len(seen) == 5
    assert seen == sorted(seen, key=lambda entry: (entry.day, entry.id))


def test_each_is_one_statement_whatever_there_is(
    world: World, work: Work, undone: dict[str, Connection]
) -> None:
    year = wanted(date(2026, 6, 1), date(2027, 6, 1))
    for _ in range(12):
        open_action()

    with work("actions", world.bob, "actions:read") as uow:
        uow.session.connection()
        with statements(undone["actions"]) as sent:
            assert sum(day.count for day in days(uow, OF_ACTIONS, year)) == 12
            assert len(entries(uow, OF_ACTIONS, year, NOWHERE, 200)) == 12
    assert len(sent) == 2


def test_nobody_sees_the_days_of_another_site(world: World, work: Work) -> None:
    planned_audit()

    with work("audit", world.charlie, "audit:read") as uow:
        assert entries(uow, OF_AUDITS, wanted(), NOWHERE, 9) == []
        assert days(uow, OF_AUDITS, wanted()) == []
        assert days(uow, OF_AUDITS, wanted(place=world.lyon)) == []
    with work("audit", world.greta, "audit:read") as uow:
        assert len(days(uow, OF_AUDITS, wanted(place=world.division))) == 1
        assert days(uow, OF_AUDITS, wanted(place=world.lille)) == []
        assert days(uow, OF_AUDITS, wanted(mine=True)) == []
    with work("audit", world.diane, "audit:read") as uow:
        assert len(days(uow, OF_AUDITS, wanted(mine=True))) == 1


@pytest.mark.parametrize("length", [LONGEST + timedelta(days=1), timedelta(days=-1)])
def test_a_range_that_is_too_long_or_ends_before_it_begins_is_refused(
    world: World, work: Work, length: timedelta
) -> None:
    with work("audit", world.bob, "audit:read") as uow:
        for look in (
            lambda: days(uow, OF_AUDITS, wanted(DAY, DAY + length)),
            lambda: entries(uow, OF_AUDITS, wanted(DAY, DAY + length), NOWHERE, 9),
        ):
            with pytest.raises(RangeTooLong):
                look()


def test_by_http_a_kind_of_another_service_is_nothing(api: Api, world: World) -> None:
    planned_audit()
    asked = {"since": str(DAY), "until": str(DAY)}

    client = api(world.bob)
    there = client.get("/api/v1/audit/dated", params=asked).json()
    other = client.get("/api/v1/audit/dated", params=asked | {"kind": "action_due"}).json()
    too_long = client.get("/api/v1/audit/dated/days", params=asked | {"until": "2999-01-01"})

    assert (len(there), other) == (1, [])
    assert (too_long.status_code, too_long.json()["type"]) == (422, "range_too_long")
