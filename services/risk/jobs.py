"""What the risk service does that takes its time."""

from services.risk.events import JobEnded
from shared.jobs import Jobs

jobs = Jobs("risk", JobEnded)
