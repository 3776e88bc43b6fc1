"""A Celery worker that also knows a job which never gets past its middle the first time."""

import time

from runtime.celery import app
from services.risk import commands
from services.risk.jobs import jobs
from shared.jobs import Result, Running
from shared.work import UnitOfWork
from tests.risk.test_commands import risk_in


@jobs.kind("stuck_once")
def stuck_once(uow: UnitOfWork, job: Running) -> Result:
    """Adds a risk and waits to be killed; whoever comes next goes on to the end."""
    commands.assess_risk(uow, risk_in(title=job.wanted["title"]))
    job.progress(1, 2)
    if job.attempt == 1:
        time.sleep(60)
    return Result({"added": 1})


if __name__ == "__main__":
    app.worker_main(["worker", "-c", "1", "--without-mingle", "--loglevel", "WARNING"])
