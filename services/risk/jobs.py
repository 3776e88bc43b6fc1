"""What the risk service does that takes its time."""

from typing import Final

from services.risk import queries
from services.risk.events import JobEnded
from services.risk.imports import imports
from services.risk.schemas import RiskOut
from shared.exports import EXPORT, Exported, exporting
from shared.jobs import Jobs

LISTS: Final = {"risks": Exported(queries.Filters, queries.risks, RiskOut, queries.RISKS_BY)}

jobs = Jobs("risk", JobEnded)
jobs.kind(EXPORT)(exporting(LISTS))
imports.add_to(jobs)
