"""What the actions service does that takes its time."""

from services.actions.events import JobEnded
from shared.jobs import Jobs

jobs = Jobs("actions", JobEnded)
