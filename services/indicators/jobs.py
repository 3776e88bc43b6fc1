"""What the indicators service does that takes its time."""

from typing import Final

from services.indicators import queries
from services.indicators.alerting.queries import ALERTS_BY, AlertFilters, alerts
from services.indicators.alerting.schemas import AlertOut
from services.indicators.events import JobEnded
from services.indicators.imports import imports
from services.indicators.schemas import MeasurementOut
from shared.exports import EXPORT, Exported, exporting
from shared.jobs import Jobs

LISTS: Final = {
    "alerts": Exported(AlertFilters, alerts, AlertOut, ALERTS_BY),
    "measurements": Exported(
        queries.MeasurementFilters,
        queries.measurements,
        MeasurementOut,
        queries.MEASUREMENTS_BY,
    ),
}

jobs = Jobs("indicators", JobEnded)
jobs.kind(EXPORT)(exporting(LISTS))
imports.add_to(jobs)
