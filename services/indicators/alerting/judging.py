"""Figures held against their bounds: where an alert is raised, and where one came back."""

from collections.abc import Iterable
from decimal import Decimal

from services.indicators.alerting.models import Alert
from services.indicators.alerting.queries import last_alerts, newest_periods
from services.indicators.counting import Figure
from services.indicators.events import AlertRaised
from services.indicators.schemas import Source, Status
from shared.work import UnitOfWork


def judge(uow: UnitOfWork, figures: Iterable[Figure]) -> None:
    """Raise an alert where an indicator left its bounds; note where it came back.

    The bounds of a count are those of one site, so a sum over a division or group has none.
    """
    today = uow.now.date()
    watched = {
        (f.place, f.definition.code): f
        for f in figures
        if f.has_bounds_here
        and f.definition.alert is not None
        and f.definition.watches(f.period, today)
        and f.status is not Status.GREY
    }
    if not watched:
        return
    reported = [where for where, f in watched.items() if f.definition.source is Source.REPORTED]
    newest = newest_periods(uow, reported) if reported else {}
    last = last_alerts(uow, watched)
    for where, figure in watched.items():
        if newest.get(where, figure.period) <= figure.period:
            _hold_against_bounds(uow, figure, last.get(where))


def _hold_against_bounds(uow: UnitOfWork, figure: Figure, alert: Alert | None) -> None:
    value, bound = figure.value, figure.bound
    if value is None or bound is None:
        if alert is not None:
            alert.came_back(at=uow.now)
    elif alert is not None and alert.covers(value, figure.definition):
        alert.still_out(value, figure.definition)
    else:
        _raise_alert(uow, figure, value, bound)


def _raise_alert(uow: UnitOfWork, figure: Figure, value: Decimal, bound: Decimal) -> None:
    definition = figure.definition
    alert = uow.add(
        Alert(
            definition_id=definition.id,
            code=definition.code,
            site_id=figure.place,
            period=figure.period,
            value=value,
            worst=value,
            bound=bound,
            raised_at=uow.now,
        )
    )
    said = AlertRaised(
        alert_id=alert.id,
        definition_id=definition.id,
        code=definition.code,
        name_fr=definition.name_fr,
        name_en=definition.name_en,
        site_id=alert.site_id,
        period=alert.period,
        value=alert.value,
        bound=alert.bound,
    )
    uow.publish(said, about=alert)
