"""Verification while people work: no false alarm, and what was put in afterwards is named."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event
from uuid import uuid4

import pytest

from runtime.record import sequence as sequencing
from runtime.record import verify as verification
from runtime.record.copies import NAME
from runtime.record.inspect import inspect, look
from runtime.record.seal import seal
from services.risk.commands import assess_risk
from shared.settings import settings
from shared.work import clock, unit_of_work
from tests import servers
from tests.audit.factories import raised_finding
from tests.promises import HowMany, Promise
from tests.record.test_sealing import folder
from tests.risk.test_commands import assessed, risk_in
from tests.world import WORLD

__all__ = ["folder"]

PAUSE_S = 0.5


@contextmanager
def busy() -> Iterator[None]:
    """People work in two services, and checkpoints are signed more often than they ever are."""
    over = Event()

    def repeat(work: Callable[[], object]) -> None:
        while not over.wait(PAUSE_S):
            work()

    with ThreadPoolExecutor(2) as pool:
        doing = [pool.submit(repeat, what) for what in (work_a_little, lambda: seal(at_once=True))]
        try:
            yield
        finally:
            over.set()
    for each in doing:
        each.result()


def work_a_little() -> None:
    assessed()
    raised_finding()


@pytest.mark.security
def test_nobody_is_accused_while_people_work_and_checkpoints_are_signed(
    folder: Path, promise: Promise, how_many: HowMany
) -> None:
    runs = how_many(200, 12)
    with busy():
        reports = [look() for _ in range(runs)]

    assert [report.findings for report in reports if report.findings] == []
    assert reports[-1].checkpoints > reports[0].checkpoints
    assert reports[-1].rows > reports[0].rows
    promise("E1", "false alarms while people work", f"0 of {runs}", 0)


FORGED = """set session_replication_role = replica;
    insert into risk.history (seq, at, actor_id, actor_name, correlation_id, action, object_type,
        object_id, diff) overriding system value
    values ({seq}, {at}, gen_random_uuid(), 'Alice', gen_random_uuid(), 'changed', 'Risk',
        '{about}', '{{}}')"""


def forge(seq: int, at: str, about: object) -> None:
    """Write a row of the history as nobody but a superuser could."""
    url = settings().owner_url_of("risk")
    servers.execute(url, FORGED.format(seq=seq, at=at, about=about))


@pytest.mark.parametrize("at", ["now()", "now() + interval '1 year'", "now() - interval '1 year'"])
def test_a_row_the_sealer_would_never_come_by_is_named_at_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """Whatever time it bears; and it stays without a place in the tree."""
    risk = assessed()
    seal(at_once=True)
    for module in (sequencing, verification):
        monkeypatch.setattr(module, "LOOKBACK", 5)
    forge(-10, at, risk.id)

    for _ in range(2):
        [finding] = look().findings
        assert f"history row -10, about Risk {risk.id}" in finding
        assert "was never sealed" in finding
        assessed()
        seal(at_once=True)


def test_a_row_that_says_now_below_rows_sealed_long_ago_is_named_before_and_after_it_is_sealed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    risk = assessed()
    seal(at_once=True)
    forge(-10, "now() + interval '11 minutes'", risk.id)

    for _ in range(2):
        [finding] = look().findings
        assert f"history row -10, about Risk {risk.id}" in finding
        assert "it was put in afterwards" in finding
        seal(at_once=True)


def test_a_row_about_nothing_is_named_at_once_wherever_it_stands(folder: Path) -> None:
    seal(at_once=True)
    made = uuid4()
    forge(1_000, "now()", made)

    for _ in range(2):
        findings = look().findings
        assert findings == [f"risk: Risk {made} is gone, and its history does not tell why"]
        seal(at_once=True)


def test_rows_that_wait_for_a_sealer_that_stands_still_are_no_alterations(folder: Path) -> None:
    """Nothing sealed them overnight, and now somebody looks."""
    seal(at_once=True)
    yesterday = clock() - timedelta(days=1)
    with unit_of_work("risk", WORLD.alice, permission="risk:write", now=yesterday) as uow:
        assess_risk(uow, risk_in(2, 2))

    report = look()
    assert report.findings == []
    assert report.unsealed > 0


def test_without_a_copy_outside_the_record_is_compared_with_itself_and_this_is_said(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seal(at_once=True)
    (folder / NAME).unlink()

    assert inspect(None) == 0
    told = capsys.readouterr().out
    assert f"There is no copy outside, at {folder / NAME}" in told
    assert "0 alterations found" in told


def test_a_copy_that_is_named_and_not_there_is_a_line_and_status_two(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert inspect(folder / "elsewhere.txt") == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == f"qse: there is no file {folder / 'elsewhere.txt'}\n"
