"""The Celery application: `celery -A runtime.celery worker` and `... beat`.

It runs the handlers marked slow and the jobs by the clock. It is muscle, not memory: what is
due stands in PostgreSQL, and a task that is lost or runs twice changes nothing.
"""

import hashlib
import hmac
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

import structlog
from celery import Celery
from celery.schedules import crontab
from celery.signals import setup_logging, worker_init, worker_process_init

from runtime.record import jobs
from runtime.record.seal import LOOK_EVERY_S, Disagreement, seal
from runtime.services import SERVICES
from runtime.startup import require_fit
from shared import db
from shared.broker import CELERY_PREFIX
from shared.bus import TRANSIENT, handle_alone
from shared.child import die_with
from shared.events import Envelope
from shared.jobs import LONGEST_S
from shared.logging import configure_logging
from shared.outbox import JOBS, SEALER
from shared.settings import Misconfigured, settings
from shared.tasks import Tasks

LONGEST_TASK_S = 240
VISIBILITY_S = 300
SLOWER = 5
SWEEP_S = 30
LONGEST_RETRY_S = 60

log = structlog.get_logger()

app = Celery("qse", broker=settings().celery_url)
app.conf.update(
    accept_content=["json"],
    task_serializer="json",
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_time_limit=LONGEST_TASK_S,
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=1_000,
    worker_send_task_events=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": VISIBILITY_S,
        "unacked_restore_interval": 2,
        "unacked_restore_throttle": 1,
        "global_keyprefix": CELERY_PREFIX,
    },
    beat_scheduler="redbeat.RedBeatScheduler",
    redbeat_redis_url=settings().celery_url,
    redbeat_key_prefix=f"{CELERY_PREFIX}redbeat:",
    redbeat_lock_timeout=15,
    beat_max_loop_interval=5,
    timezone="UTC",
)


@setup_logging.connect  # type: ignore[untyped-decorator]
def _log_as_everywhere(**_: Any) -> None:  # noqa: ANN401  Celery's keywords
    configure_logging(settings().log_level)


@worker_init.connect  # type: ignore[untyped-decorator]
def _check(**_: Any) -> None:  # noqa: ANN401
    require_fit(list(SERVICES))


@worker_process_init.connect  # type: ignore[untyped-decorator]
def _start_child(**_: Any) -> None:  # noqa: ANN401
    """A forked child must not share its parent's connections, nor outlive it.

    What it does is slow by declaration, so it steps back from what people wait for.
    """
    db.disconnect()
    die_with(os.getppid(), signal.SIGKILL)
    os.nice(SLOWER)


@app.task(name="handle", bind=True, max_retries=None)  # type: ignore[untyped-decorator]
def handle_slowly(self: Any, service: str, handler: str, envelope: str, seal: str = "") -> None:  # noqa: ANN401
    """Run a handler marked slow until it succeeds or is put among the dead letters."""
    if not hmac.compare_digest(seal, _seal(service, handler, envelope)):
        log.error("task refused", service=service, handler=handler)
        return
    pause = min(2**self.request.retries, LONGEST_RETRY_S)
    heard = Envelope.model_validate_json(envelope)
    try:
        done = handle_alone(service, SERVICES[service].handlers.named(handler), heard)
    except TRANSIENT as error:
        raise self.retry(exc=error, countdown=pause) from error
    if not done:
        raise self.retry(countdown=pause)


def dispatch(service: str, handler: str, envelope: str) -> None:
    handle_slowly.delay(service, handler, envelope, _seal(service, handler, envelope))


def _seal(service: str, handler: str, envelope: str) -> str:
    """Proof that the hearing service itself hands this over.

    Every service may put something into the queue. What this one's handlers run on comes from
    who has its login to the database, and so may do there what they do.
    """
    login = settings().url_of(service).encode()
    return hmac.digest(login, f"{handler} {envelope}".encode(), hashlib.sha256).hex()


def _by_the_clock(tasks: Tasks, name: str) -> Callable[[], None]:
    def run() -> None:
        tasks.fire(name)

    return run


@app.task(name="seal")  # type: ignore[untyped-decorator]
def seal_the_record(*, at_once: bool = False) -> None:
    """Seal what is new. Why it could not be is logged, and the next look tries again."""
    with suppress(Disagreement, Misconfigured):
        seal(at_once=at_once)
    if jobs.are_due():
        work_off.apply_async(expires=LOOK_EVERY_S)


@app.task(name="work_off", soft_time_limit=jobs.LONGEST_S)  # type: ignore[untyped-decorator]
def work_off() -> None:
    """Do what people asked for at the page of the proof. The next look brings the next job."""
    jobs.work_off()


@app.task(name="sweep")  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Send what waits, and what was left halfway. What is being done just now is left alone."""
    for name, service in SERVICES.items():
        for id in service.jobs.due() if service.jobs else []:
            do_job.apply_async((name, str(id)), expires=SWEEP_S)


@app.task(name="job", time_limit=LONGEST_S + SWEEP_S)  # type: ignore[untyped-decorator]
def do_job(service: str, id: str) -> None:
    """Do what somebody asked for. The row says all of it: a forged task does nothing new."""
    jobs_of = SERVICES[service].jobs
    if jobs_of is not None:
        jobs_of.run(UUID(id))


def sweep_soon() -> None:
    """Somebody asked for something."""
    sweep.apply_async(expires=SWEEP_S)


def seal_soon() -> None:
    """Somebody signed something: its checkpoint does not wait for others."""
    seal_the_record.apply_async(kwargs={"at_once": True}, expires=LOOK_EVERY_S)


CALLS: Final = {SEALER: seal_soon, JOBS: sweep_soon}

app.conf.beat_schedule = {
    "seal": {"task": "seal", "schedule": LOOK_EVERY_S, "options": {"expires": LOOK_EVERY_S}},
    "sweep": {"task": "sweep", "schedule": SWEEP_S, "options": {"expires": SWEEP_S}},
}
for _service in SERVICES.values():
    for _name, (_, _when) in _service.tasks.jobs.items():
        app.task(name=_name)(_by_the_clock(_service.tasks, _name))
        app.conf.beat_schedule[_name] = {"task": _name, "schedule": crontab(**_when)}
