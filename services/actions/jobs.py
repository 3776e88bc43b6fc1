"""What the actions service does that takes its time."""

from typing import Final

from services.actions import queries
from services.actions.events import JobEnded
from services.actions.imports import imports
from services.actions.schemas import ActionOut
from shared.exports import EXPORT, Exported, exporting
from shared.jobs import Jobs

LISTS: Final = {
    "actions": Exported(queries.Filters, queries.actions, ActionOut, queries.ACTIONS_BY)
}

jobs = Jobs("actions", JobEnded)
jobs.kind(EXPORT)(exporting(LISTS))
imports.add_to(jobs)
