"""Two that seal at once, and one that is killed halfway: no fork, and no gap."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import ProgrammingError

from runtime.record import copies
from runtime.record import seal as sealing
from runtime.record.checkpoints import keys
from runtime.record.inspect import inspect, look
from runtime.record.rows import in_utc
from runtime.record.seal import Disagreement, is_due, seal
from runtime.record.sequence import append, oldest_unsealed, sequence
from services.identity.models import checkpoint
from shared.auth import SYSTEM
from shared.notes import split
from shared.settings import settings
from shared.work import unit_of_work
from tests import servers
from tests.helpers import together
from tests.promises import Promise
from tests.risk.test_commands import assessed


@pytest.fixture
def folder(own_database: str, tmp_path: Path) -> Iterator[Path]:
    """A record of the test's own, with commits that are real."""
    servers.adopt({"QSE_CHECKPOINT_FOLDER": str(tmp_path)})
    yield tmp_path
    servers.forget("QSE_CHECKPOINT_FOLDER")


def copied(folder: Path) -> list[str]:
    return list(split((folder / copies.NAME).read_text()))


def findings(folder: Path) -> list[str]:
    return look(folder / copies.NAME).findings


def test_two_sequencers_and_two_sealers_make_neither_fork_nor_gap(folder: Path) -> None:
    for _ in range(5):
        assessed()
        together(
            lambda: seal(at_once=True),
            lambda: seal(at_once=True),
            lambda: sequence("risk"),
            lambda: sequence("risk"),
        )

    assert findings(folder) == []
    numbers = [c.number for c in copies.read(folder / copies.NAME, keys())]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_sequencer_that_is_killed_leaves_nothing_and_the_next_does_it_all(folder: Path) -> None:
    assessed()
    with pytest.raises(KeyboardInterrupt), unit_of_work("risk", SYSTEM) as uow:  # noqa: PT012
        in_utc(uow.session)
        assert append(uow) > 0
        raise KeyboardInterrupt

    seal(at_once=True)
    assert findings(folder) == []


def test_a_sealer_that_is_killed_before_the_copy_is_made_up_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal(at_once=True)
    with monkeypatch.context() as broken:
        broken.setattr(sealing, "_copy", lambda _: None)
        assessed()
        seal(at_once=True)
    assert len(copied(folder)) == 1

    assessed()
    seal(at_once=True)
    assert [c.number for c in copies.read(folder / copies.NAME, keys())] == [1, 2, 3]


def test_nothing_is_signed_when_the_database_lost_what_was_copied(folder: Path) -> None:
    seal(at_once=True)
    servers.execute(
        settings().owner_url_of("identity"),
        "set session_replication_role = replica; delete from identity.checkpoint",
    )
    with pytest.raises(Disagreement, match="checkpoint 1 was copied outside"):
        seal(at_once=True)
    assert inspect(None) == 1


def test_nothing_is_signed_when_a_tree_is_not_what_was_sealed(folder: Path) -> None:
    seal(at_once=True)
    servers.execute(
        settings().owner_url_of("identity"),
        "set session_replication_role = replica;"
        "delete from identity.leaf where position = (select max(position) from identity.leaf)",
    )
    with pytest.raises(Disagreement, match="identity no longer has the first"):
        seal(at_once=True)


def test_an_untouched_record_verifies_at_the_command_line(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seal(at_once=True)
    assert inspect(folder / copies.NAME) == 0
    assert "0 alterations found" in capsys.readouterr().out


@pytest.mark.security
def test_rows_wait_for_a_minute_or_for_a_hundred(folder: Path, promise: Promise) -> None:
    last = seal(at_once=True)
    assert last is not None
    soon, late = last.made_at + timedelta(seconds=5), last.made_at + timedelta(seconds=50)
    with unit_of_work("identity", SYSTEM, now=soon) as early:
        assert not is_due(early, last, last.size + 99, at_once=False)
        assert is_due(early, last, last.size + 100, at_once=False)
        assert is_due(early, last, last.size + 1, at_once=True)
    with unit_of_work("identity", SYSTEM, now=late) as later:
        assert is_due(later, last, last.size + 1, at_once=False)
        assert not is_due(later, last, last.size, at_once=True)
    window = sealing.LONGEST.total_seconds() + sealing.LOOK_EVERY_S
    promise("E1", "a row waits for its checkpoint", f"{window:.0f} s or 100 rows", "60 s or 100")


@pytest.mark.security
def test_verification_is_quick(folder: Path, promise: Promise) -> None:
    count = 30_000
    servers.execute(
        settings().owner_url_of("risk"),
        f"""insert into risk.history
            (at, actor_id, actor_name, correlation_id, action, object_type, object_id, diff)
        select now(), gen_random_uuid(), 'Somebody', gen_random_uuid(), 'created', 'Probe',
            gen_random_uuid(), jsonb_build_object('title', jsonb_build_array(null, 'Text ' || n))
        from generate_series(1, {count}) n""",  # noqa: S608  a number of ours
    )
    started = time.perf_counter()
    seal(at_once=True)
    sealed = time.perf_counter()
    assert findings(folder) == []
    rate = count / (time.perf_counter() - sealed)
    assert rate > 2_000
    promise("E1", "rows verified per second", f"{rate:,.0f}", "16,667: 1 M in 60 s")
    promise("E1", "rows sealed per second", f"{count / (sealed - started):,.0f}", "as they come")


def test_a_waiting_row_is_told(folder: Path) -> None:
    sequence("risk")
    assert oldest_unsealed("risk") == 0
    assessed()
    assert oldest_unsealed("risk") > 0


@pytest.mark.parametrize("table", ["leaf", "checkpoint"])
def test_a_services_login_cannot_take_back_what_sealed_the_record(folder: Path, table: str) -> None:
    seal(at_once=True)
    with unit_of_work("identity", SYSTEM) as uow:
        rows = uow.ledger.leaf if table == "leaf" else checkpoint
        with pytest.raises(ProgrammingError, match="permission denied"), uow.session.begin_nested():
            uow.session.execute(delete(rows))
        assert uow.session.scalar(select(func.count()).select_from(rows))
