"""An alert is raised once, and closed with an answer."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from services.actions.events import ActionDone
from services.indicators.alerting import commands
from services.indicators.alerting.errors import (
    ActionNotKnownHere,
    AlertAlreadyClosed,
    AlertNeedsAnswer,
    AlertNotRaised,
)
from services.indicators.alerting.models import Alert
from services.indicators.alerting.schemas import AcknowledgeIn, AlertStatus, CloseAlertIn
from services.indicators.events import AlertClosed, AlertRaised
from shared.errors import Forbidden, NotFound, StaleVersion
from tests.conftest import Work
from tests.helpers import Bus
from tests.indicators.factories import TODAY, alerts, opened, raised, tell
from tests.world import WORLD, World

MEASURE = "indicators:measure"


def raised_alert() -> Alert:
    tell(raised())
    [alert] = alerts("NC_MAJ_12M")
    return alert


def closed(work: Work, alert: Alert, reason: str = "Plan d'action lancé") -> Alert:
    with work("indicators", WORLD.alice, MEASURE) as uow:
        data = CloseAlertIn(version=alert.version, reason=reason)
        return commands.close_alert(uow, alert.id, data)


def test_an_alert_is_acknowledged_once(world: World, work: Work) -> None:
    alert = raised_alert()

    with work("indicators", world.alice, MEASURE) as uow:
        alert = commands.acknowledge(uow, alert.id, AcknowledgeIn(version=1))
        assert alert.status is AlertStatus.ACKNOWLEDGED
        with pytest.raises(AlertNotRaised):
            commands.acknowledge(uow, alert.id, AcknowledgeIn(version=2))


def test_a_red_indicator_needs_an_answer(world: World, work: Work, bus: Bus) -> None:
    alert = raised_alert()

    with work("indicators", world.alice, MEASURE) as uow, pytest.raises(AlertNeedsAnswer):
        commands.close_alert(uow, alert.id, CloseAlertIn(version=1, reason="   "))

    assert bus.published(AlertClosed) == []


def test_an_alert_is_closed_with_a_reason_and_once(world: World, work: Work, bus: Bus) -> None:
    alert = closed(work, raised_alert())

    assert (alert.status, alert.closed_by) == (AlertStatus.CLOSED, world.alice.id)
    [event] = bus.published(AlertClosed)
    assert event.alert_id == alert.id
    [envelope] = bus.envelopes(AlertClosed)
    assert envelope.correlationid == alert.correlation_id
    with pytest.raises(AlertAlreadyClosed):
        closed(work, alert)


def test_an_alert_is_closed_with_an_action_of_its_place(world: World, work: Work) -> None:
    alert = raised_alert()
    action, elsewhere = opened(), opened(site=world.lille)
    tell(action)
    tell(elsewhere)

    def close(action_id: UUID) -> Alert:
        with work("indicators", world.greta, MEASURE) as uow:
            data = CloseAlertIn(version=1, action_id=action_id)
            return commands.close_alert(uow, alert.id, data)

    for unknown in (elsewhere.action_id, uuid4()):
        with pytest.raises(ActionNotKnownHere):
            close(unknown)
    assert close(action.action_id).action_id == action.action_id


def test_the_alert_of_a_division_is_answered_with_an_action_of_one_of_its_sites(
    world: World, work: Work
) -> None:
    late = [
        opened(site=site, on=date(2030, 2, 1), due=date(2030, 3, 1))
        for site in (world.lyon, world.lille)
    ]
    for action in late:
        tell(action)
    [alert] = alerts("ACT_DELAI", world.division)

    with work("indicators", world.greta, MEASURE) as uow:
        data = CloseAlertIn(version=1, action_id=late[0].action_id)
        assert commands.close_alert(uow, alert.id, data).status is AlertStatus.CLOSED


def test_who_may_not_close_here(world: World, work: Work) -> None:
    alert = raised_alert()
    data = CloseAlertIn(version=1, reason="Vu avec le site")

    with work("indicators", world.charlie, MEASURE) as uow, pytest.raises(NotFound):
        commands.close_alert(uow, alert.id, data)
    with pytest.raises(Forbidden):
        world.bob.require(MEASURE)


def test_a_stale_version_is_refused(world: World, work: Work) -> None:
    alert = raised_alert()
    with work("indicators", world.alice, MEASURE) as uow:
        commands.acknowledge(uow, alert.id, AcknowledgeIn(version=1))

    with work("indicators", world.alice, MEASURE) as uow:
        with pytest.raises(StaleVersion):
            commands.acknowledge(uow, alert.id, AcknowledgeIn(version=1))
        with pytest.raises(StaleVersion):
            commands.close_alert(uow, alert.id, CloseAlertIn(version=1, reason="Trop tard"))


def test_closed_while_out_of_bounds_it_is_said_again_only_when_worse(
    world: World, work: Work, bus: Bus
) -> None:
    late = [opened(on=date(2030, 2, 1), due=date(2030, 3, 1)) for _ in range(4)]
    for action in late:
        tell(action)
    [alert] = alerts("ACT_RETARD")
    assert [alert.value, alert.worst] == [3, 4]
    closed(work, alert)

    done_one = ActionDone(
        action_id=late[0].action_id, site_id=world.lyon, number="A-1", done_on=TODAY
    )
    tell(done_one, 2)
    tell(opened(on=date(2030, 2, 1), due=date(2030, 3, 1)))
    assert len(alerts("ACT_RETARD")) == 1

    tell(opened(on=date(2030, 2, 1), due=date(2030, 3, 1)))
    assert [alert.value for alert in alerts("ACT_RETARD")] == [3, 5]
    assert len([e for e in bus.published(AlertRaised) if e.code == "ACT_RETARD"]) == 2


def test_closed_and_back_in_bounds_it_is_said_again_when_it_leaves_them(
    world: World, work: Work
) -> None:
    late = [opened(on=date(2030, 2, 1), due=date(2030, 3, 1)) for _ in range(3)]
    for action in late:
        tell(action)
    [alert] = alerts("ACT_RETARD")
    closed(work, alert)

    for sequence, action in enumerate(late, 2):
        event = ActionDone(
            action_id=action.action_id, site_id=world.lyon, number="A-1", done_on=TODAY
        )
        tell(event, sequence)
    for _ in range(3):
        tell(opened(on=date(2030, 2, 1), due=date(2030, 3, 1)))

    assert [alert.status for alert in alerts("ACT_RETARD")] == ["closed", "raised"]
