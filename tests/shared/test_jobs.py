"""Long work has its effect once, for who asked, while they may; and what it left goes away."""

import os
import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2 as httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select, update

from runtime.services import SERVICES
from runtime.web import create_web
from services.identity.events import AccessEnded
from services.identity.schemas import Role
from services.risk import commands
from services.risk.events import JobEnded
from services.risk.jobs import jobs
from services.risk.models import Risk
from shared.auth import SYSTEM, Actor
from shared.errors import DomainError
from shared.job_rows import MOST_OPEN, ask, tables
from shared.jobs import MOST_ATTEMPTS, File, Result, Running
from shared.schemas import JobState
from shared.work import UnitOfWork, clock, unit_of_work
from tests.conftest import Platform
from tests.helpers import Bus, token_of
from tests.processes import eventually, started
from tests.risk.test_commands import risk_in
from tests.world import WORLD

pytestmark = pytest.mark.usefixtures("own_database")

ASIDE: dict[str, Callable[[UUID], None]] = {}
"""What happens to a job while it runs."""


@pytest.fixture(autouse=True)
def adding() -> Iterator[None]:
    """A job that adds a risk, says so, and leaves a file."""

    @jobs.kind("add")
    def add(uow: UnitOfWork, job: Running) -> Result:
        commands.assess_risk(uow, risk_in())
        if "first" in ASIDE:
            ASIDE["first"](job.id)
        job.progress(1, 2)
        if job.wanted.get("fails"):
            raise OSError("no such thing")
        return Result({"added": 1}, File("été.csv", "text/csv", b"a;b"))

    yield
    del jobs.kinds["add"]
    ASIDE.clear()


def asked(actor: Actor = WORLD.alice, **wanted: Any) -> UUID:  # noqa: ANN401
    with unit_of_work("risk", actor, permission="risk:write") as uow:
        return ask(uow, "add", "Un risque", wanted)


def row_of(id: UUID) -> Any:  # noqa: ANN401
    job, _ = tables("risk")
    with unit_of_work("risk", SYSTEM) as uow:
        return uow.session.execute(select(job).where(job.c.id == id)).one_or_none()


def risks() -> int:
    with unit_of_work("risk", SYSTEM) as uow:
        return uow.session.scalar(select(func.count()).select_from(Risk)) or 0


def change(id: UUID, **values: Any) -> None:  # noqa: ANN401
    job, _ = tables("risk")
    with unit_of_work("risk", SYSTEM) as uow:
        uow.session.execute(update(job).where(job.c.id == id).values(values))


def at(actor: Actor, method: str, path: str) -> httpx.Response:
    client = TestClient(create_web(["risk"], with_portal=False))
    return client.request(
        method, f"/api/v1/risk{path}", headers={"Authorization": f"Bearer {token_of(actor)}"}
    )


def gives_up(id: UUID) -> None:
    assert at(WORLD.alice, "POST", f"/jobs/{id}/cancel").status_code == 200


def test_what_is_done_twice_and_at_once_has_one_effect_and_tells_once() -> None:
    id = asked()
    ASIDE["first"] = jobs.run  # the same task, by another worker, in the middle

    jobs.run(id)
    jobs.run(id)

    assert (risks(), row_of(id).state, row_of(id).attempts) == (1, "done", 1)
    assert [told.job_id for told in Bus().published(JobEnded)] == [id]
    answer = at(WORLD.alice, "GET", f"/jobs/{id}/result")
    assert (answer.content, answer.headers["content-disposition"]) == (
        b"a;b",
        "attachment; filename*=UTF-8''%C3%A9t%C3%A9.csv",
    )


def test_what_is_cancelled_halfway_leaves_nothing() -> None:
    id, waiting = asked(), asked()
    ASIDE["first"] = gives_up

    jobs.run(id)
    at(WORLD.alice, "POST", f"/jobs/{waiting}/cancel")
    jobs.run(waiting)

    assert (risks(), row_of(id).state, row_of(waiting).state) == (0, "cancelled", "cancelled")
    assert row_of(waiting).attempts == 0
    assert at(WORLD.alice, "GET", f"/jobs/{id}/result").status_code == 404
    assert Bus().published(JobEnded) == []


def test_what_stops_each_time_is_given_up_and_tells_why() -> None:
    id = asked(fails=True)

    for _ in range(MOST_ATTEMPTS + 2):
        jobs.run(id)

    assert (risks(), row_of(id).state, row_of(id).attempts) == (0, "failed", MOST_ATTEMPTS)
    assert row_of(id).error["type"] == "job_stopped"
    assert [told.state for told in Bus().published(JobEnded)] == [JobState.FAILED]


def test_nobody_else_finds_it_at_any_door() -> None:
    id = asked()
    jobs.run(id)

    for who in (WORLD.greta, WORLD.bob):
        assert at(who, "GET", "/jobs").json()["items"] == []
        for method, path in (("GET", ""), ("POST", "/cancel"), ("GET", "/result")):
            assert at(who, method, f"/jobs/{id}{path}").status_code == 404
        with unit_of_work("risk", who, permission="risk:read") as uow:
            assert uow.session.scalar(select(func.count()).select_from(tables("risk")[0])) == 0


def test_who_loses_a_right_meanwhile_gets_neither_the_work_nor_its_file() -> None:
    done, waiting, running = asked(), asked(), asked()
    jobs.run(done)
    reader = WORLD.person("alice", Role.READER, WORLD.lyon)
    assert at(reader, "GET", f"/jobs/{done}").status_code == 200
    refused = at(reader, "GET", f"/jobs/{done}/result")
    assert (refused.status_code, refused.json()["type"]) == (403, "rights_changed")

    def end(_: UUID) -> None:
        event = AccessEnded(subject_id=WORLD.alice.id, before=clock() + timedelta(seconds=1))
        with unit_of_work("identity", SYSTEM) as uow:
            uow.publish(event)
        Bus().deliver_all()

    ASIDE["first"] = end
    jobs.run(running)
    jobs.run(waiting)

    assert (risks(), row_of(running).state, row_of(waiting).state) == (1, "failed", "failed")
    assert row_of(waiting).error["type"] == row_of(running).error["type"] == "rights_changed"


def test_one_person_has_few_at_a_time_and_the_same_only_once() -> None:
    with unit_of_work("risk", WORLD.alice, permission="risk:write") as uow:
        assert ask(uow, "add", "a", {}, key="one") == ask(uow, "add", "a", {}, key="one")
        for _ in range(MOST_OPEN - 1):
            ask(uow, "add", "b", {})
        with pytest.raises(DomainError, match="let one end first") as refused:
            ask(uow, "add", "c", {})
    assert (refused.value.type, refused.value.status) == ("too_many_jobs", 429)


def test_it_is_gone_after_the_stated_time() -> None:
    id = asked()
    jobs.run(id)
    change(id, kept_until=clock() - timedelta(seconds=1))

    assert at(WORLD.alice, "GET", f"/jobs/{id}/result").status_code == 404
    assert jobs.due() == []
    assert row_of(id) is None


def test_a_worker_killed_in_the_middle_leaves_work_for_the_next(
    platform: Platform, own_database: str, tmp_path: Path
) -> None:
    from runtime.celery import sweep_soon  # noqa: PLC0415  it reads this test's settings

    with unit_of_work("risk", WORLD.alice, permission="risk:write") as uow:
        id = ask(uow, "stuck_once", "Un risque", {"title": "Chute"})
    values = {**os.environ, **platform.environment(own_database), "QSE_HOME": str(tmp_path)}
    with started(["-m", "tests.shared.slow_worker"], values, tmp_path / "worker.log") as worker:
        sweep_soon()
        eventually(lambda: row_of(id).done == 1)
        [child] = Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split()
        os.kill(int(child), signal.SIGKILL)

        def done() -> bool:
            sweep_soon()
            return row_of(id).state == "done"  # type: ignore[no-any-return]

        eventually(done)

    assert (risks(), row_of(id).attempts) == (1, 2)


def test_every_service_that_takes_long_work_ends_it_with_the_access_of_who_asked() -> None:
    for service in SERVICES.values():
        if service.jobs is not None:
            heard = {handler.name for handler in service.handlers.hearing(AccessEnded.topic)}
            assert "end_jobs" in heard, service.name
