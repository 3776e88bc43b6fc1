"""Figures held against what they are watched for: where an alert is raised, or one came back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from services.indicators.alerting.models import Alert
from services.indicators.alerting.queries import Watch, last_alerts, newest_periods
from services.indicators.counting import Figure
from services.indicators.events import AlertRaised
from services.indicators.models import Definition
from services.indicators.schemas import Rule, Source
from shared.work import UnitOfWork

NEAR_THE_LAW: Final = Decimal("0.8")
"""The part of a legal limit past which one is warned."""


@dataclass(frozen=True)
class Crossing:
    """What is out, and by what it is: a figure past a bound, days past a term, sites short of all.

    `signal` names the run rule of a pattern.
    """

    value: Decimal
    bound: Decimal
    signal: str = ""


@dataclass(frozen=True)
class Looked:
    """What was found when an indicator was looked at for a period: out by something, or not."""

    definition: Definition
    period: date
    crossing: Crossing | None


def judge(uow: UnitOfWork, figures: Iterable[Figure]) -> None:
    """Hold fresh figures against their bounds and against the law.

    The bounds of a count are those of one site, so a sum over a division or group has none.
    """
    today = uow.now.date()
    watched = [figure for figure in figures if _is_judged(figure, today)]
    newest = _newest(uow, watched)
    looked = {
        (figure.place, figure.definition.code, rule): Looked(
            figure.definition, figure.period, crossed(figure)
        )
        for rule, crossed in AT_ONCE.items()
        for figure in watched
        if figure.definition.watches_for(rule)
        and newest.get((figure.place, figure.definition.code), figure.period) <= figure.period
    }
    hold(uow, looked)


def _is_judged(figure: Figure, today: date) -> bool:
    definition = figure.definition
    return (
        any(map(definition.watches_for, AT_ONCE))
        and figure.has_bounds_here
        and figure.value is not None
        and figure.is_complete
        and definition.is_current(figure.period, today)
    )


def hold(uow: UnitOfWork, looked: Mapping[Watch, Looked]) -> None:
    """Raise an alert where something is newly out; note what is still out and what came back."""
    if not looked:
        return
    last = last_alerts(uow, looked)
    for watch, found in looked.items():
        alert, crossing = last.get(watch), found.crossing
        if crossing is None:
            if alert is not None:
                alert.came_back(at=uow.now)
        elif alert is not None and alert.covers(crossing.value, found.definition):
            alert.still_out(crossing.value, found.definition)
        else:
            _raise_alert(uow, watch, found, crossing)


def _past_a_bound(figure: Figure) -> Crossing | None:
    if figure.value is None or figure.bound is None:
        return None
    return Crossing(figure.value, figure.bound)


def _near_the_law(figure: Figure) -> Crossing | None:
    limit = figure.definition.legal_limit
    if figure.value is None or limit is None or figure.value <= NEAR_THE_LAW * limit:
        return None
    return Crossing(figure.value, limit)


AT_ONCE: Final = {Rule.LIMIT: _past_a_bound, Rule.LEGAL: _near_the_law}
"""What a single figure shows. The rest takes a series, or the passing of time."""


def _newest(uow: UnitOfWork, figures: Iterable[Figure]) -> Mapping[tuple[UUID, str], date]:
    """People may report a period late: one that is not the newest raises nothing any more."""
    reported = {
        (figure.place, figure.definition.code)
        for figure in figures
        if figure.definition.source is Source.REPORTED
    }
    return newest_periods(uow, reported) if reported else {}


def _raise_alert(uow: UnitOfWork, watch: Watch, found: Looked, crossing: Crossing) -> None:
    place, code, rule = watch
    definition = found.definition
    alert = uow.add(
        Alert(
            definition_id=definition.id,
            code=code,
            site_id=place,
            rule=rule,
            signal=crossing.signal,
            period=found.period,
            value=crossing.value,
            worst=crossing.value,
            bound=crossing.bound,
            raised_at=uow.now,
        )
    )
    said = AlertRaised(
        alert_id=alert.id,
        definition_id=definition.id,
        code=code,
        name_fr=definition.name_fr,
        name_en=definition.name_en,
        site_id=place,
        period=found.period,
        value=crossing.value,
        bound=crossing.bound,
        rule=rule,
        signal=crossing.signal,
    )
    uow.publish(said, about=alert)
