"""What only a series shows: a pattern on the control chart, a trend the wrong way."""

from decimal import Decimal
from uuid import UUID

from services.indicators.alerting.judging import Crossing, Looked, hold
from services.indicators.models import Definition
from services.indicators.reading.queries import control_chart
from services.indicators.reading.schemas import ControlOut, Judged
from services.indicators.schemas import Rule
from shared.catalogue import current_edition
from shared.work import UnitOfWork


def watch_series(uow: UnitOfWork, definition_id: UUID, place: UUID) -> None:
    """Look at a series whose last figure changed; good news raises no alert."""
    code = uow.get(Definition, definition_id).code
    definition = current_edition(uow, Definition, code)
    found = control_chart(uow, definition, place)
    if not found.points:
        return
    last = found.points[-1].period
    looked = {
        (place, code, rule): Looked(definition, last, look(found))
        for rule, look in LOOKS.items()
        if definition.watches_for(rule)
    }
    hold(uow, looked)


def _pattern(found: ControlOut) -> Crossing | None:
    """The first rule that the last point completes, unless it tells of an improvement."""
    last = found.points[-1]
    told = [s for s in found.signals if s.period == last.period and s.judged is not GOOD]
    if not told or last.value is None or last.centre is None:
        return None
    return Crossing(_kept(last.value), _kept(last.centre), signal=told[0].rule)


def _trend(found: ControlOut) -> Crossing | None:
    """By how much a year it gets worse, where there are points enough to rely on it."""
    trend = found.trend
    if trend is None or not trend.shown or trend.judged is not Judged.DEGRADATION:
        return None
    return Crossing(_kept(trend.slope), Decimal(0), signal=trend.verdict)


def _kept(value: float) -> Decimal:
    return Decimal(str(round(value, 8)))


GOOD = Judged.IMPROVEMENT
LOOKS = {Rule.PATTERN: _pattern, Rule.TREND: _trend}
