"""What the processes service does that takes its time."""

from typing import Final

from services.processes import queries
from services.processes.events import JobEnded
from services.processes.imports import imports
from services.processes.schemas import ProcessOut
from shared.exports import EXPORT, Exported, exporting
from shared.jobs import Jobs

LISTS: Final = {
    "processes": Exported(queries.Filters, queries.processes, ProcessOut, queries.PROCESSES_BY)
}

jobs = Jobs("processes", JobEnded)
jobs.kind(EXPORT)(exporting(LISTS))
imports.add_to(jobs)
