"""What people ask for at the page of the proof, done by the worker."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select

from runtime.record import jobs
from runtime.record.seal import seal
from runtime.record.verify_proof import check, members
from services.identity import commands as identity
from services.identity import record_jobs
from services.identity.errors import ProofGone, TooManyProofs, VerificationUnderWay
from services.identity.record_models import Proof, Verification, proof_file
from services.identity.record_schemas import JobStatus, Problem, RecordOut
from shared.auth import SYSTEM, Actor
from shared.errors import NotFound
from shared.settings import settings
from shared.work import unit_of_work
from tests import servers
from tests.helpers import together
from tests.policy.factories import requested
from tests.record.filling import LILLE, work_at_lille
from tests.record.test_sealing import folder
from tests.risk.test_commands import assessed
from tests.world import WORLD, id_of

__all__ = ["folder"]


def ask_to_verify(actor: Actor = WORLD.greta) -> UUID:
    with unit_of_work("identity", actor, permission="identity:verify") as uow:
        return record_jobs.ask_for_verification(uow).id


def ask_for_proof(actor: Actor = WORLD.alice) -> UUID:
    with unit_of_work("identity", actor, permission="identity:prove") as uow:
        return record_jobs.ask_for_proof(uow, WORLD.lyon).id


def verification(id: UUID) -> Verification:
    with unit_of_work("identity", SYSTEM) as uow:
        return uow.get(Verification, id)


def proof(id: UUID) -> Proof:
    with unit_of_work("identity", SYSTEM) as uow:
        return uow.get(Proof, id)


def fetched(id: UUID, actor: Actor = WORLD.alice, later: timedelta = timedelta()) -> bytes:
    with unit_of_work("identity", SYSTEM) as uow:
        now = uow.now + later
    with unit_of_work("identity", actor, permission="identity:prove", now=now) as uow:
        return record_jobs.proof(uow, id)[1]


def seen_by(actor: Actor) -> RecordOut:
    with unit_of_work("identity", actor, permission="identity:verify") as uow:
        return record_jobs.record(uow)


def kept() -> int:
    with unit_of_work("identity", SYSTEM) as uow:
        return uow.session.scalar(select(func.count()).select_from(proof_file)) or 0


def alter(service: str, statement: str) -> None:
    altering = f"set session_replication_role = replica; {statement}"
    servers.execute(settings().owner_url_of(service), altering)


def test_a_verification_that_was_asked_for_finds_nothing_where_nothing_was_altered(
    folder: Path,
) -> None:
    assessed()
    asked = ask_to_verify()
    assert jobs.are_due()

    assert together(jobs.work_off, jobs.work_off).count(True) == 1
    done = verification(asked)
    assert (done.status, done.found, done.findings) == (JobStatus.DONE, 0, [])
    assert done.rows == 0
    assert not jobs.are_due()
    assert not jobs.work_off()


def test_an_alteration_is_found_and_named_to_those_who_see_the_whole_group(folder: Path) -> None:
    risk = assessed()
    alter("risk", f"update risk.risk set title = 'x' where id = '{risk.id}'")  # noqa: S608  ours
    asked = ask_to_verify(WORLD.alice)
    jobs.work_off()

    with unit_of_work("identity", WORLD.greta, permission="identity:verify") as uow:
        told = record_jobs.told(uow, uow.get(Verification, asked))
        assert told.intact is False
        assert told.findings == [f"risk: Risk {risk.id} was altered behind its history: title"]
    with unit_of_work("identity", WORLD.alice, permission="identity:verify") as uow:
        told = record_jobs.told(uow, uow.get(Verification, asked))
        assert (told.intact, told.rows, told.found, told.findings) == (False, None, None, [])


def test_two_who_ask_for_a_verification_at_once_get_one(folder: Path) -> None:
    asked = together(ask_to_verify, lambda: ask_to_verify(WORLD.alice))
    assert sorted(type(one).__name__ for one in asked) == ["UUID", "VerificationUnderWay"]
    with pytest.raises(VerificationUnderWay):
        ask_to_verify()
    jobs.work_off()
    ask_to_verify()


def test_a_person_has_three_proofs_under_way_also_when_asked_for_at_once(folder: Path) -> None:
    asked = together(*[ask_for_proof] * 4)
    refused = [one for one in asked if isinstance(one, TooManyProofs)]
    assert len(refused) == 1
    ask_for_proof(WORLD.diane)
    jobs.work_off()
    ask_for_proof()


def test_a_proof_holds_what_its_person_may_read_of_the_site_and_nothing_else(folder: Path) -> None:
    assessed()
    requested()
    work_at_lille()
    ids = {actor.name: ask_for_proof(actor) for actor in (WORLD.alice, WORLD.greta)}
    while jobs.work_off():
        pass

    of = {
        "Alice": fetched(ids["Alice"]),
        "Greta": fetched(ids["Greta"], WORLD.greta),
    }
    for whole in of.values():
        said = check(whole)
        assert any("rows of risk are what was sealed" in line for line in said)
        texts = b"".join(members(whole).values()).decode()
        assert LILLE not in texts
        assert str(WORLD.lille) not in texts
    # The history of the policy is read by the group's coordinators alone.
    assert "rows/policy.jsonl" not in members(of["Alice"])
    assert b"ReviewRequest" in members(of["Greta"])["rows/policy.jsonl"]
    made = proof(ids["Alice"])
    assert made.size == len(of["Alice"])
    assert made.rows == sum(
        content.count(b"\n") for name, content in members(of["Alice"]).items() if "rows/" in name
    )


def test_a_proof_is_for_who_asked_and_for_a_day(folder: Path) -> None:
    asked = ask_for_proof()
    jobs.work_off()
    assert fetched(asked)

    moved = replace(WORLD.charlie, id=WORLD.alice.id)
    for somebody in (WORLD.diane, WORLD.greta, moved):
        with pytest.raises(NotFound):
            fetched(asked, somebody)
    with pytest.raises(ProofGone):
        fetched(asked, later=timedelta(hours=24, minutes=1))
    assert kept() == 1
    with unit_of_work("identity", SYSTEM) as uow:
        tomorrow = uow.now + timedelta(hours=25)
    with unit_of_work("identity", SYSTEM, now=tomorrow) as uow:
        record_jobs.forget_old(uow)
    assert kept() == 0


def test_who_may_read_less_than_when_they_asked_does_not_get_what_was_made_then(
    folder: Path,
) -> None:
    asked = ask_for_proof(WORLD.greta)
    jobs.work_off()
    assert fetched(asked, WORLD.greta)

    with pytest.raises(ProofGone):
        fetched(asked, replace(WORLD.greta, grants=WORLD.alice.grants))


def test_a_new_proof_of_the_same_site_replaces_the_former(folder: Path) -> None:
    first, second = ask_for_proof(), ask_for_proof()
    jobs.work_off()
    assert fetched(first)
    jobs.work_off()
    assert kept() == 1
    assert fetched(second)
    with pytest.raises(ProofGone):
        fetched(first)


def test_who_lost_the_role_meanwhile_gets_no_proof(folder: Path) -> None:
    asked = ask_for_proof()
    with unit_of_work("identity", SYSTEM) as uow:
        yesterday = uow.now.date() - timedelta(days=1)
        identity.end_grant(uow, id_of("grant of Alice"), yesterday)
    jobs.work_off()

    assert (proof(asked).status, proof(asked).problem) == (JobStatus.FAILED, Problem.NOT_YOURS)
    assert kept() == 0


def test_nothing_is_proved_of_a_record_that_was_altered(folder: Path) -> None:
    assessed()
    ask_to_verify()
    asked = ask_for_proof()
    jobs.work_off()
    jobs.work_off()
    assert proof(asked).status is JobStatus.DONE

    alter("identity", "delete from identity.checkpoint")
    again = ask_for_proof()
    jobs.work_off()
    assert proof(again).problem is Problem.DISAGREEMENT
    whole, some = seen_by(WORLD.greta), seen_by(WORLD.alice)
    assert whole.disagrees
    assert some.disagrees
    assert "checkpoint 1 was copied outside" in (whole.disagreement or "")
    assert some.disagreement is None


def test_what_is_too_large_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "LARGEST_PROOF", 1_000)
    asked = ask_for_proof()
    jobs.work_off()
    assert proof(asked).problem is Problem.TOO_LARGE


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def look() -> None:
        raise RuntimeError

    with monkeypatch.context() as mended:
        mended.setattr(jobs, "look", look)
        yield


def test_a_job_that_fails_says_so_and_makes_way(folder: Path, broken: None) -> None:
    asked = ask_to_verify()
    assert jobs.work_off()
    assert (verification(asked).status, verification(asked).problem) == (
        JobStatus.FAILED,
        Problem.STOPPED,
    )
    ask_to_verify()


def test_a_job_whose_worker_died_is_given_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ask_to_verify()
    with monkeypatch.context() as killed:
        killed.setattr(jobs, "_verify", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            jobs.work_off()
    assert verification(asked).status is JobStatus.UNDER_WAY
    assert not jobs.work_off()

    monkeypatch.setattr(jobs, "LOST", timedelta(0))
    assert not jobs.work_off()
    assert verification(asked).problem is Problem.STOPPED
    ask_to_verify()


def test_the_page_is_told_how_many_changes_wait(folder: Path) -> None:
    assessed()
    seal(at_once=True)
    assert seen_by(WORLD.alice).waiting == 0
    assessed()
    seal()
    told = seen_by(WORLD.alice)
    assert told.waiting > 0
    assert told.newest is not None
    assert told.newest.number == 1
