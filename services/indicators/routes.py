from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from services.indicators import commands, queries
from services.indicators.alerting.routes import router as alerting_router
from services.indicators.definition_schemas import Row
from services.indicators.entry.routes import router as entry_router
from services.indicators.method.routes import router as method_router
from services.indicators.models import Definition, Evidence, Measurement, Value
from services.indicators.parts import parts
from services.indicators.reading.routes import router as reading_router
from services.indicators.schemas import (
    CorrectionIn,
    MeasurementIn,
    MeasurementOut,
    Part,
    SideBySide,
    Standing,
    Unreported,
    ValueOut,
)
from shared.catalogue import current
from shared.evidence import evidence_router
from shared.pages import Order, Paged, page, sortable
from shared.schemas import LARGEST_PAGE, Day, Page
from shared.search import Kind, search_router
from shared.work import UnitOfWork, authorised

Read = Annotated[UnitOfWork, authorised("indicators:read")]
Measure = Annotated[UnitOfWork, authorised("indicators:measure")]

MeasurementsSorted = Annotated[Order, sortable(*queries.MEASUREMENTS_BY, descending=True)]

MOST_SIDE_BY_SIDE = 60

router = APIRouter()
router.include_router(alerting_router)
router.include_router(method_router)
router.include_router(entry_router)
router.include_router(reading_router)
router.include_router(
    search_router(
        "indicators:read",
        Kind(
            "indicator",
            Definition,
            Definition.name_fr,
            Definition.code,
            title_en=Definition.name_en,
            rows=lambda uow: current(uow, Definition),
        ),
    )
)
router.include_router(
    evidence_router(
        Evidence,
        Measurement,
        ("indicators:read", "indicators:measure"),
        commands.measurement_for_evidence,
    )
)


@router.get("/definitions/{definition_id}/values", response_model=list[ValueOut])
def list_values(
    definition_id: UUID,
    place: UUID,
    uow: Read,
    since: Day | None = None,
    until: Day | None = None,
) -> list[Value]:
    """List the values at a place, oldest first: the last 120 at most, over all editions."""
    return queries.series(uow, uow.get(Definition, definition_id), place, since, until)


@router.get("/definitions/{definition_id}/by-site", response_model=list[ValueOut])
def list_by_site(definition_id: UUID, period: Day, uow: Read) -> list[Value]:
    return queries.by_site(uow, uow.get(Definition, definition_id), period)


@router.get("/definitions/{definition_id}/parts")
def list_parts(definition_id: UUID, place: UUID, period: Day, uow: Read) -> list[Part]:
    """Divide a figure that is made of findings by their grade, clause and process."""
    return parts(uow, uow.get(Definition, definition_id), place, period)


@router.get("/definitions/{definition_id}/side-by-side")
def read_side_by_side(
    definition_id: UUID,
    uow: Read,
    places: Annotated[list[UUID], Query(min_length=1, max_length=MOST_SIDE_BY_SIDE)],
    periods: Annotated[int, Query(ge=1, le=queries.MOST_PERIODS)] = 12,
) -> SideBySide:
    return queries.side_by_side(uow, uow.get(Definition, definition_id), places, periods)


@router.get("/scorecard", response_model=list[Row])
def read_scorecard(place: UUID, uow: Read) -> list[queries.ScorecardRow]:
    return queries.scorecard(uow, place)


@router.get("/standing")
def read_standing(uow: Read, place: UUID | None = None) -> list[Standing]:
    return queries.standing(uow, place)


@router.get("/unreported", response_model=list[Unreported])
def list_unreported(
    uow: Read,
    place: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = LARGEST_PAGE,
) -> Any:  # noqa: ANN401  shaped by response_model
    return uow.session.execute(queries.unreported(uow, place).limit(limit)).all()


@router.get("/measurements", response_model=Page[MeasurementOut])
def list_measurements(
    uow: Read, paging: Paged, order: MeasurementsSorted, wanted: queries.MeasurementsFiltered
) -> Any:  # noqa: ANN401  shaped by response_model
    return page(uow, queries.measurements(uow, wanted), order, paging)


@router.post("/measurements", response_model=MeasurementOut, status_code=201)
def report(data: MeasurementIn, uow: Measure) -> Measurement:
    """Report a measurement, in any unit that converts to the indicator's own."""
    return commands.report(uow, data)


@router.post("/measurements/{measurement_id}/correct", response_model=MeasurementOut)
def correct(measurement_id: UUID, data: CorrectionIn, uow: Measure) -> Measurement:
    return commands.correct(uow, measurement_id, data)
