"""What the audit service does that takes its time."""

from services.audit.events import JobEnded
from shared.jobs import Jobs

jobs = Jobs("audit", JobEnded)
