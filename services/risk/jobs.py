"""What the risk service does that takes its time."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.risk import queries
from services.risk.events import JobEnded
from services.risk.imports import imports
from services.risk.schemas import RiskOut
from shared.exports import EXPORT, Exported, exporting
from shared.jobs import Jobs


@dataclass(frozen=True)
class Filters:
    place: UUID | None = None
    level: int | None = None


LISTS: Final = {
    "risks": Exported(
        Filters,
        lambda uow, wanted: queries.risks(uow, wanted.place, wanted.level),
        RiskOut,
        queries.RISKS_BY,
    )
}

jobs = Jobs("risk", JobEnded)
jobs.kind(EXPORT)(exporting(LISTS))
imports.add_to(jobs)
