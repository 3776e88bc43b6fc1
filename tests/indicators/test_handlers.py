"""What happens elsewhere is counted here."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

from sqlalchemy import Connection

from runtime.bench.recording import BOOKKEEPING
from services.actions.events import (
    ActionAssigned,
    ActionCancelled,
    ActionDone,
    ActionMoved,
    ActionOverdue,
    ActionVerified,
)
from services.actions.schemas import ActionStatus
from services.audit.events import FindingClosed
from services.audit.schemas import Grade
from services.identity.events import NodeChanged
from services.identity.schemas import NodeKind
from services.indicators.events import AlertRaised, Measured
from services.indicators.schemas import Missing, Status
from shared.events import Event
from tests.counting import statements
from tests.helpers import Bus
from tests.indicators.factories import (
    TODAY,
    alerts,
    number,
    numbers,
    opened,
    raised,
    tell,
    value,
)
from tests.world import WORLD, World

JANUARY, FEBRUARY, MARCH = date(2030, 1, 1), date(2030, 2, 1), date(2030, 3, 1)


def verified(action: Event, *, effective: bool, done_on: date, on: date = TODAY) -> ActionVerified:
    return ActionVerified(
        action_id=action.action_id,  # type: ignore[attr-defined]
        site_id=WORLD.lyon,
        finding_id=None,
        effective=effective,
        status=ActionStatus.EFFECTIVE if effective else ActionStatus.IN_PROGRESS,
        verified_on=on,
        done_on=done_on,
    )


def done(action: Event, on: date) -> ActionDone:
    return ActionDone(
        action_id=action.action_id,  # type: ignore[attr-defined]
        site_id=WORLD.lyon,
        number="A-2030-0001",
        done_on=on,
    )


def test_an_opened_action_counts_at_its_site_its_division_and_its_group(world: World) -> None:
    tell(opened())
    tell(opened(site=world.lille))
    tell(opened(site=world.brest))

    places = (world.lyon, world.lille, world.division, world.elsewhere, world.group)
    assert numbers("ACT_OPEN", places) == [1, 1, 2, 1, 3]


def test_a_figure_added_up_tells_how_many_sites_it_is_made_of(world: World) -> None:
    tell(opened())

    of_division, of_group = value("ACT_OPEN", world.division), value("ACT_OPEN", world.group)
    assert of_division is not None
    assert (of_division.reporting, of_division.expected) == (1, 2)
    assert of_group is not None
    assert (of_group.reporting, of_group.expected) == (1, 3)


def test_an_action_is_open_until_verified_effective(world: World) -> None:
    action = opened()
    tell(action)
    tell(done(action, TODAY), 2)
    assert number("ACT_OPEN") == 1

    tell(verified(action, effective=False, done_on=TODAY), 3)
    assert number("ACT_OPEN") == 1

    tell(verified(action, effective=True, done_on=TODAY), 5)
    assert number("ACT_OPEN") == 0


def test_a_cancelled_action_is_not_open(world: World) -> None:
    action = opened()
    tell(action)

    cancelled = ActionCancelled(
        action_id=action.action_id, site_id=world.lyon, finding_id=None, cancelled_on=TODAY
    )
    tell(cancelled, 2)

    assert number("ACT_OPEN") == 0


def test_an_action_is_overdue_from_the_day_after_its_due_date_until_done(world: World) -> None:
    action = opened(due=TODAY)
    tell(action)
    assert number("ACT_RETARD") == 0

    late = ActionOverdue(
        action_id=action.action_id,
        site_id=world.lyon,
        number=action.number,
        owner_id=None,
        due_on=TODAY,
        days_late=1,
        level=1,
    )
    tell(late, 1, on=date(2030, 3, 16))
    assert number("ACT_RETARD") == 1

    tell(done(action, date(2030, 3, 17)), 2, on=date(2030, 3, 17))
    assert number("ACT_RETARD") == 0


def test_judged_ineffective_an_action_is_late_again(world: World) -> None:
    action = opened(on=date(2030, 2, 1), due=date(2030, 3, 1))
    tell(action, 1, on=date(2030, 2, 1))
    tell(done(action, date(2030, 2, 20)), 2, on=date(2030, 2, 20))

    tell(verified(action, effective=False, done_on=date(2030, 2, 20)), 3)

    assert number("ACT_RETARD") == 1


def test_a_moved_deadline_ends_the_delay_but_not_the_lateness(world: World) -> None:
    action = opened(on=date(2030, 2, 1), due=date(2030, 3, 1))
    tell(action, 1)
    assert number("ACT_RETARD") == 1

    moved = ActionMoved(
        action_id=action.action_id, site_id=world.lyon, due_on=date(2030, 4, 30), moves=1
    )
    tell(moved, 2)
    tell(done(action, TODAY), 3)

    assert number("ACT_RETARD") == 0
    assert number("ACT_DELAI") == 0


def test_closed_on_time_is_measured_against_the_initial_due_dates_of_twelve_months(
    world: World,
) -> None:
    in_time, late = opened(due=date(2030, 3, 10)), opened(due=date(2030, 3, 1))
    long_ago, to_come = opened(due=date(2029, 3, 15)), opened(due=date(2030, 3, 16))
    for action in (in_time, late, long_ago, to_come):
        tell(action)
        tell(done(action, date(2030, 3, 10)), 2)

    found = value("ACT_DELAI")

    assert found is not None
    assert [found.numerator, found.denominator, found.value] == [1, 2, 50]


def test_nothing_due_yet_gives_no_value_with_its_reason(world: World) -> None:
    tell(opened())

    found = value("ACT_DELAI")

    assert found is not None
    assert (found.value, found.missing) == (None, Missing.ZERO_DENOMINATOR)
    assert (found.status, found.reporting) == (Status.GREY, 1)


def test_the_groups_ratio_is_that_of_the_components_and_never_a_mean(world: World) -> None:
    """tv_aggregation, ACT_DELAI: 34 of 40 and 3 of 10 make 74 %, not 57.5 %."""
    for site, in_time, due in ((world.lyon, 34, 40), (world.lille, 3, 10)):
        for index in range(due):
            action = opened(site=site, due=TODAY)
            tell(action)
            if index < in_time:
                said = done(action, TODAY).model_copy(update={"site_id": site})
                tell(said, 2)

    places = (world.lyon, world.lille, world.division)
    assert numbers("ACT_DELAI", places) == [85, 30, 74]


def test_only_major_nonconformities_of_twelve_months_count(world: World) -> None:
    for day in (date(2029, 3, 15), date(2029, 3, 16), TODAY):
        tell(raised(on=day))
    tell(raised(grade=Grade.MINOR))

    assert number("NC_MAJ_12M") == 2


def test_what_happened_in_the_past_changes_the_months_since_then(world: World) -> None:
    action = opened(on=date(2030, 1, 20), due=date(2030, 2, 10))
    tell(action, 1)
    tell(done(action, date(2030, 3, 2)), 2)

    months = (JANUARY, FEBRUARY, MARCH)
    assert [number("ACT_OPEN", period=month) for month in months] == [1, 1, 1]
    assert [number("ACT_RETARD", period=month) for month in months] == [0, 1, 0]
    assert value("ACT_OPEN", period=date(2029, 12, 1)) is None


def test_the_order_events_come_in_does_not_matter(world: World) -> None:
    action = opened(due=date(2030, 3, 1), on=date(2030, 2, 1))
    moved = ActionMoved(
        action_id=action.action_id, site_id=world.lyon, due_on=date(2030, 3, 31), moves=1
    )
    assigned = ActionAssigned(
        action_id=action.action_id,
        site_id=world.lyon,
        number=action.number,
        owner_id=world.paul.id,
        due_on=date(2030, 3, 1),
    )
    ended = verified(action, effective=True, done_on=date(2030, 2, 20))

    for event, sequence in ((ended, 5), (done(action, TODAY), 4), (moved, 3), (assigned, 2)):
        tell(event, sequence)
    assert number("ACT_OPEN") == 0
    tell(action, 1)

    assert numbers("ACT_OPEN", [world.lyon, world.group]) == [0, 0]
    assert number("ACT_OPEN", period=FEBRUARY) == 1
    assert [number("ACT_RETARD"), number("ACT_DELAI")] == [0, 100]


def test_only_what_changed_is_announced(world: World, bus: Bus) -> None:
    action = opened()
    tell(action)
    told = bus.published(Measured)
    assert {(event.code, event.site_id) for event in told} >= {
        ("ACT_OPEN", world.lyon),
        ("ACT_OPEN", world.division),
        ("ACT_OPEN", world.group),
    }

    tell(action)

    assert bus.published(Measured) == told


def test_an_indicator_out_of_its_bounds_raises_one_alert_in_the_story(
    world: World, bus: Bus
) -> None:
    story = tell(raised())
    tell(raised())

    [event] = bus.published(AlertRaised)
    assert (event.code, event.site_id) == ("NC_MAJ_12M", world.lyon)
    assert [event.value, event.bound] == [1, 0]
    [envelope] = bus.envelopes(AlertRaised)
    [alert] = alerts("NC_MAJ_12M")
    assert envelope.correlationid == alert.correlation_id == story
    assert alert.worst == 2


def test_a_past_month_out_of_bounds_raises_no_alert(world: World) -> None:
    tell(raised(on=date(2028, 12, 1)))

    assert value("NC_MAJ_12M", period=date(2028, 12, 1)) is not None
    assert alerts("NC_MAJ_12M") == []


def test_back_in_bounds_is_noted_and_out_again_too(world: World) -> None:
    late = [opened(on=date(2030, 2, 1), due=date(2030, 3, 1)) for _ in range(3)]
    for action in late:
        tell(action)
    [alert] = alerts("ACT_RETARD")
    assert alert.value == 3
    assert alert.back_at is None

    tell(done(late[0], TODAY), 2)
    [alert] = alerts("ACT_RETARD")
    assert alert.back_at is not None

    tell(opened(on=date(2030, 2, 1), due=date(2030, 3, 1)))
    [alert] = alerts("ACT_RETARD")
    assert alert.back_at is None


def test_a_count_has_its_bounds_at_sites_and_a_ratio_everywhere(world: World) -> None:
    for site in (world.lyon, world.lille):
        for _ in range(2):
            tell(opened(site=site, on=date(2030, 2, 1), due=date(2030, 3, 1)))

    assert numbers("ACT_RETARD", [world.lyon, world.division]) == [2, 4]
    assert alerts("ACT_RETARD", world.lyon) == alerts("ACT_RETARD", world.division) == []
    assert len(alerts("ACT_DELAI", world.division)) == 1
    assert len(alerts("ACT_DELAI", world.lyon)) == 1


def test_a_sum_shows_the_worst_status_of_its_sites_once_enough_have_reported(
    world: World,
) -> None:
    tell(raised())
    alone = value("NC_MAJ_12M", world.division)
    assert alone is not None
    assert alone.status is Status.GREY

    tell(raised(site=world.lille, on=date(2029, 3, 1)))
    both = value("NC_MAJ_12M", world.division)
    assert both is not None
    assert (both.status, both.value) == (Status.RED, Decimal(1))


def test_a_site_counted_before_its_place_was_known_is_added_up_when_it_is(world: World) -> None:
    site = uuid4()
    tell(opened(site=site))
    assert number("ACT_OPEN", site) == 1
    assert value("ACT_OPEN", world.elsewhere) is None

    path = [world.group, world.elsewhere, site]
    tell(NodeChanged(node_id=site, kind=NodeKind.SITE, name="Le Mans", code="", path=path))

    assert numbers("ACT_OPEN", [world.elsewhere, world.group]) == [1, 1]


def test_an_event_costs_the_same_few_statements_whatever_there_is(
    world: World, undone: dict[str, Connection]
) -> None:
    """Lock, fact, count, store, add up, store, announce; and the lookup of alerts if any is due."""
    for site in (world.lyon, world.lille, world.brest):
        tell(opened(site=site))

    def cost(event: Event) -> int:
        with statements(undone["indicators"]) as sent:
            tell(event)
        scopes_or_savepoints = ("select set_config", *BOOKKEEPING)
        return len([s for s in sent if not s.startswith(scopes_or_savepoints)])

    few = cost(opened())
    for _ in range(100):
        tell(opened())

    assert cost(opened()) == few == 7
    assert cost(opened(on=date(2029, 1, 1))) == 7
    assert cost(raised(grade=Grade.MINOR)) == 7
    strength = raised(grade=Grade.STRENGTH)
    assert cost(strength) == 7
    about = strength.model_dump(include={"finding_id", "audit_id", "site_id", "grade"})
    assert cost(FindingClosed.model_validate(about | {"closed_on": TODAY})) == 2
