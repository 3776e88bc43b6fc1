"""How alerts of indicators are told: one by one, and a storm of them as one."""

from uuid import uuid4

from services.notifications.events import Notified
from services.notifications.models import Notification
from services.notifications.schemas import Kind
from services.notifications.sentences import title
from shared.auth import SYSTEM
from shared.work import unit_of_work
from tests.helpers import Bus
from tests.notifications.factories import alert_raised, hear, told
from tests.world import World

ONE = uuid4()


def test_a_storm_of_alerts_is_told_as_one(world: World, bus: Bus) -> None:
    """Three of an indicator on a day are told one by one; the other two as one that counts."""
    for _ in range(5):
        hear(alert_raised(definition=ONE))

    [folded] = [row for row in told() if row.kind is Kind.ALERTS_RAISED]
    assert [row.kind for row in told()].count(Kind.ALERT_RAISED) == 3
    assert (folded.facts["count"], folded.subject_id) == (5, ONE)
    said = title(folded.kind, folded.facts, folded.site_name, "fr")
    assert said.startswith("Taux de fréquence : 5 alertes le ")
    assert said.endswith(", dont la dernière à Lyon")
    assert len(bus.published(Notified)) == len(told()) == 4


def test_alerts_of_another_indicator_are_another_matter(world: World) -> None:
    for definition in (ONE, uuid4()):
        for _ in range(3):
            hear(alert_raised(definition=definition))
    assert {row.kind for row in told()} == {Kind.ALERT_RAISED}


def test_a_folded_alert_is_read_anew_when_another_comes(world: World) -> None:
    for _ in range(4):
        hear(alert_raised(definition=ONE))
    with unit_of_work("notifications", SYSTEM) as uow:
        rows = uow.select(Notification).where(Notification.kind == Kind.ALERTS_RAISED)
        uow.session.scalars(rows).one().read_at = uow.now
    hear(alert_raised(definition=ONE))
    [folded] = [row for row in told() if row.kind is Kind.ALERTS_RAISED]
    assert (folded.facts["count"], folded.read_at) == (5, None)
