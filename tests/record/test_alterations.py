"""E1: whoever alters the record is found out, also with every right in the database."""

import time
from random import Random

import pytest
from sqlalchemy import Connection

from runtime.record import verify as verification
from runtime.record.checkpoints import keys
from runtime.record.verify import Report, verify
from runtime.services import SERVICES
from shared.work import clock
from tests.promises import HowMany, Promise
from tests.record.altering import (
    OF_A_ROW,
    OF_ALL,
    TEXTS,
    Alter,
    Sealed,
    edit_behind,
    remove_and_rehash,
    run,
)

SERVED = ("audit", "risk", "policy", "identity")
EACH = 100
AT_ONCE = 20


@pytest.fixture
def rows(superuser: Connection) -> list[Sealed]:
    """The rows that made something, of tables whose texts are known here."""
    statement = """select h.seq, h.object_type, h.object_id from {s}.history h
        join {s}.leaf l on l.seq = h.seq where h.action = 'created' order by h.seq"""
    return [
        Sealed(service, seq, str(id), kind.lower())
        for service in SERVED
        for seq, kind, id in run(superuser, statement, service)
        if kind.lower() in TEXTS
    ]


def looked_at(superuser: Connection, copies: list[str]) -> Report:
    return verify(dict.fromkeys(SERVICES, superuser), keys(), copies, clock())


def found(superuser: Connection, copies: list[str], alter: Alter, rows: list[Sealed]) -> int:
    """Alter these rows, verify, undo; how many of them were named."""
    with superuser.begin_nested() as undoing:
        named = [alter(superuser, row) for row in rows]
        report = looked_at(superuser, copies)
        undoing.rollback()
    said = "\n".join(report.findings)
    return sum(id in said for id in named)


@pytest.mark.security
def test_every_altered_row_is_named(
    sealed: list[str], superuser: Connection, rows: list[Sealed], promise: Promise
) -> None:
    chosen = Random(7)  # noqa: S311  which rows is no secret
    missed = {
        what: EACH
        - sum(
            found(superuser, sealed, alter, chosen.sample(rows, AT_ONCE))
            for _ in range(EACH // AT_ONCE)
        )
        for what, alter in OF_A_ROW.items()
    }

    assert missed == dict.fromkeys(OF_A_ROW, 0)
    made = EACH * len(OF_A_ROW)
    promise("E1", "alterations of rows found and named", f"{made} of {made}", "all of 1,200")


@pytest.mark.security
@pytest.mark.parametrize("what", OF_ALL)
def test_a_consistent_forgery_is_found_too(
    what: str, sealed: list[str], superuser: Connection, rows: list[Sealed], promise: Promise
) -> None:
    chosen = Random(7)  # noqa: S311
    each = [chosen.choice(rows) for _ in range(15)]
    count = sum(found(superuser, sealed, OF_ALL[what], [row]) for row in each)

    assert count == len(each)
    promise("E1", f"forgeries found: {what}", f"{count} of {len(each)}", "all")


@pytest.mark.security
def test_a_record_that_nobody_altered_verifies(
    sealed: list[str], superuser: Connection, promise: Promise, how_many: HowMany
) -> None:
    started = time.perf_counter()
    reports = [looked_at(superuser, sealed) for _ in range(how_many(1_000, 20))]
    assert [report.findings for report in reports if report.findings] == []
    assert {report.unsealed for report in reports} == {0}
    each = 1000 * (time.perf_counter() - started) / len(reports)
    promise("E1", "false alarms", f"0 of {len(reports)} looks of {each:.0f} ms", "0")


@pytest.mark.security
def test_without_the_copies_outside_a_consistent_forgery_would_pass(
    superuser: Connection, sealed: list[str], rows: list[Sealed], promise: Promise
) -> None:
    """The control: this is what the copies are for. The row's object goes with its history."""
    row = next(row for row in rows if row.table == "risk")
    with superuser.begin_nested() as undoing:
        remove_and_rehash(superuser, row)
        of = {"id": row.object_id}
        run(superuser, "delete from {s}.history where object_id = {id}", row.service, **of)
        run(superuser, "delete from {s}.leaf where object_id = {id}", row.service, **of)
        remove_and_rehash(superuser, row)
        run(superuser, "delete from {s}.risk where id = {id}", row.service, **of)
        alone, compared = looked_at(superuser, []), looked_at(superuser, sealed)
        undoing.rollback()

    assert alone.findings == []
    assert compared.findings != []
    promise("E1", "control: a forgery without the copies outside", "missed", "missed")


@pytest.mark.security
def test_without_replay_an_altered_business_row_would_pass(
    superuser: Connection,
    sealed: list[str],
    rows: list[Sealed],
    promise: Promise,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(verification, "differences", lambda *_: iter(()))
    assert found(superuser, sealed, edit_behind, rows[:1]) == 0
    promise("E1", "control: business rows without replay", "missed", "missed")
