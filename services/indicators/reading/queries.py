from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from services.indicators.models import Definition, Value
from services.indicators.queries import series
from services.indicators.reading.models import Phase
from services.indicators.reading.schemas import ControlOut, Summary, WindowOut
from services.indicators.reading.windows import Made, Window, rolling, year_to_date
from services.indicators.schemas import Direction, Frequency, Source
from shared.work import UnitOfWork


def summary(uow: UnitOfWork, definition: Definition, place: UUID) -> Summary:
    """Where an indicator stands at a place, in one statement."""
    values = series(uow, definition, place, None, None)
    latest = next((value for value in reversed(values) if value.value is not None), None)
    if latest is None:
        return Summary(period=None, value=None, gap=None, rolling=None, year_to_date=None)
    upto = [_made(value) for value in values if value.period <= latest.period]
    windows = _has_windows(definition)
    facts = definition.aggregation, definition.factor, upto
    return Summary(
        period=latest.period,
        value=latest.value,
        gap=_gap(definition, latest.value),
        rolling=_told(definition, rolling(*facts)) if windows else None,
        year_to_date=_told(definition, year_to_date(*facts)) if windows else None,
    )


def _made(value: Value) -> Made:
    return Made(value.period, value.numerator, value.denominator)


def _has_windows(definition: Definition) -> bool:
    """What is counted from events is of twelve months already, or of a day."""
    monthly = definition.frequency is Frequency.MONTH
    return monthly and definition.source is Source.REPORTED and definition.aggregation.adds_up


def _told(definition: Definition, window: Window | None) -> WindowOut | None:
    if window is None:
        return None
    status = definition.bounds.status_of(window.value if definition.is_comparable else None)
    return WindowOut.model_validate({**vars(window), "status": status})


def _gap(definition: Definition, value: Decimal | None) -> Decimal | None:
    """How far a figure is from its target: above zero it is worse."""
    target = definition.target
    if value is None or target is None or definition.direction is Direction.BAND:
        return None
    return value - target if definition.direction is Direction.LOW else target - value


def control_chart(uow: UnitOfWork, definition: Definition, place: UUID) -> ControlOut:
    """Read an indicator's series at a place, by the phases that somebody decided."""
    from services.indicators.reading.control import read  # noqa: PLC0415  with it comes NumPy

    values = [] if not has_chart(definition) else series(uow, definition, place, None, None)
    return read(definition, values, phases(uow, definition.code, place))


def phases(uow: UnitOfWork, code: str, place: UUID) -> Sequence[Phase]:
    rows = uow.select(Phase).where(Phase.code == code, Phase.site_id == place)
    return uow.session.scalars(rows.order_by(Phase.start)).all()


def has_chart(definition: Definition) -> bool:
    """Twelve months that roll depend on one another: a control chart of them would mislead."""
    return definition.source is Source.REPORTED
