"""What the compliance service does that takes its time."""

from typing import Final

from services.compliance import queries
from services.compliance.events import JobEnded
from services.compliance.imports import imports
from services.compliance.schemas import ReferenceOut
from shared.exports import EXPORT, Exported, exporting
from shared.jobs import Jobs

LISTS: Final = {
    "references": Exported(queries.Filters, queries.references, ReferenceOut, queries.REFERENCES_BY)
}

jobs = Jobs("compliance", JobEnded)
jobs.kind(EXPORT)(exporting(LISTS))
imports.add_to(jobs)
