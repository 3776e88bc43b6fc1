from collections.abc import Mapping
from datetime import date

from services.indicators.commands import correct, report
from services.indicators.entry.errors import CorrectionWithoutReason
from services.indicators.entry.queries import there
from services.indicators.entry.schemas import Became, Entered, EntryIn, EntryOutcome
from services.indicators.errors import MeasurementExists
from services.indicators.models import Definition, Measurement
from services.indicators.schemas import CorrectionIn, MeasurementIn
from shared.bulk_schemas import Refusal
from shared.catalogue import current_edition
from shared.errors import DomainError
from shared.work import UnitOfWork

Known = Mapping[tuple[str, date], Measurement]
"""What the site reported before, by indicator and period."""

SIDES = ("numerator", "denominator", "amounts")


def enter(uow: UnitOfWork, data: EntryIn) -> list[EntryOutcome]:
    """Report or correct each figure in a savepoint of its own: one refusal stops no other."""
    uow.require_place(data.site_id)
    codes = {figure.code for figure in data.figures}
    known = there(uow, data.site_id, codes, [figure.period for figure in data.figures])
    return [_entered(uow, data, figure, known) for figure in data.figures]


def _entered(uow: UnitOfWork, data: EntryIn, figure: Entered, there: Known) -> EntryOutcome:
    measurement, became, refused = None, None, None
    try:
        with uow.session.begin_nested():
            became, measurement = _keep(uow, data, figure, there)
    except DomainError as refusal:
        refused = Refusal(type=refusal.type, detail=str(refusal), facts=refusal.facts)
    return EntryOutcome(
        code=figure.code,
        period=figure.period,
        became=became,
        implausible=measurement is not None and measurement.implausible,
        refused=refused,
    )


def _keep(
    uow: UnitOfWork, data: EntryIn, figure: Entered, there: Known
) -> tuple[Became, Measurement]:
    definition = current_edition(uow, Definition, figure.code)
    period = definition.period_of(figure.period)
    sides = figure.model_dump(include=set(SIDES))
    known = there.get((figure.code, period))
    if known is None:
        new = MeasurementIn(code=figure.code, site_id=data.site_id, period=period, **sides)
        return Became.REPORTED, report(uow, new)
    if known.says(figure):
        return Became.UNCHANGED, known
    if figure.version is None:
        raise MeasurementExists(code=figure.code, period=period)
    if not data.reason:
        raise CorrectionWithoutReason(code=figure.code, period=period)
    change = CorrectionIn(version=figure.version, reason=data.reason, **sides)
    return Became.CORRECTED, correct(uow, known.id, change)
