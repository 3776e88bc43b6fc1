from uuid import UUID

from services.indicators.models import Definition
from services.indicators.reading.errors import (
    NoChartHere,
    PhaseInTheFuture,
    PhaseStartsAlready,
)
from services.indicators.reading.models import Phase
from services.indicators.reading.queries import has_chart
from services.indicators.reading.schemas import PhaseIn
from shared.work import UnitOfWork


def begin_phase(uow: UnitOfWork, definition_id: UUID, data: PhaseIn) -> Phase:
    """Have limits computed anew from a period on: a decision that is kept with its reason."""
    known = uow.find(Phase, data.id)
    if known is not None:
        return known
    uow.require_place(data.site_id)
    definition = uow.get(Definition, definition_id)
    if not has_chart(definition):
        raise NoChartHere(code=definition.code)
    start = definition.period_of(data.start)
    if start > uow.now.date():
        raise PhaseInTheFuture(period=start)
    phase = Phase(
        **data.model_dump(include={"id", "site_id", "baseline", "reason"}),
        code=definition.code,
        start=start,
        decided_by=uow.actor.id,
    )
    uow.because(data.reason)
    return uow.add_unless(phase, lambda: PhaseStartsAlready(period=start))
