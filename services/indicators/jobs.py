"""What the indicators service does that takes its time."""

from services.indicators.events import JobEnded
from services.indicators.imports import imports
from shared.jobs import Jobs

jobs = Jobs("indicators", JobEnded)
imports.add_to(jobs)
