"""A signature belongs to one person, one meaning and one content."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from services.actions import commands as acting
from services.actions.models import Action
from services.actions.schemas import ActionStatus
from services.audit import commands as auditing
from services.audit.models import Finding, FindingAction
from services.audit.schemas import Grade, StepIn
from services.policy import commands as governing
from services.policy.schemas import PolicyStatus
from shared.auth import SYSTEM, Actor
from shared.db import Entity
from shared.errors import ConfirmIdentity, NotInASession, StaleVersion
from shared.ledger import ledger
from shared.schemas import SignatureOut
from shared.signing import OwnProcess, OwnWork, is_intact, signatures
from shared.work import TO_SIGN, clock, unit_of_work
from tests.actions.factories import done_action, verdict, verified_action
from tests.audit.factories import raised_finding
from tests.conftest import Api, Work
from tests.policy.factories import approved, published, step, submitted
from tests.promises import Promise
from tests.world import WORLD, World

pytestmark = pytest.mark.usefixtures("undone")

Signs = Callable[[Actor], Entity]
"""Have somebody sign a record that is ready for it."""


def approval() -> Signs:
    policy = submitted()

    def sign(by: Actor) -> Entity:
        with unit_of_work("policy", by, permission="policy:approve") as uow:
            return governing.approve_policy(uow, policy.id, step(policy))

    return sign


def issue() -> Signs:
    policy = approved()

    def sign(by: Actor) -> Entity:
        with unit_of_work("policy", by, permission="policy:write") as uow:
            return governing.publish_policy(uow, policy.id, step(policy))

    return sign


def verification() -> Signs:
    action = done_action()

    def sign(by: Actor) -> Entity:
        with unit_of_work("actions", by, permission="actions:verify") as uow:
            return acting.verify_action(uow, action.id, verdict(action))

    return sign


def closing() -> Signs:
    finding = raised_finding(Grade.OBSERVATION)

    def sign(by: Actor) -> Entity:
        with unit_of_work("audit", by, permission="audit:close") as uow:
            return auditing.close_finding(uow, finding.id, StepIn(version=finding.version))

    return sign


WORKFLOWS = {
    "approval": (approval, "policy"),
    "issue": (issue, "policy"),
    "verification": (verification, "actions"),
    "closing": (closing, "audit"),
}
each_workflow = pytest.mark.parametrize(("ready", "service"), WORKFLOWS.values(), ids=WORKFLOWS)


def signed(service: str, record_id: UUID) -> list[SignatureOut]:
    with unit_of_work(service, SYSTEM) as uow:
        return signatures(uow, record_id)


@each_workflow
def test_who_signed_what_is_kept(ready: Callable[[], Signs], service: str) -> None:
    row = ready()(WORLD.hugo)

    *_, last = signed(service, row.id)
    assert (last.signer_id, last.signer_name, last.roles) == (
        WORLD.hugo.id,
        "Hugo",
        ["group_coordinator"],
    )
    assert (last.record_version, last.intact, last.current) == (row.version - 1, True, True)


@each_workflow
def test_nothing_is_signed_by_a_password_older_than_five_minutes(
    ready: Callable[[], Signs], service: str
) -> None:
    sign = ready()
    late = replace(WORLD.hugo, confirmed_at=clock() - TO_SIGN - timedelta(seconds=1))

    with pytest.raises(ConfirmIdentity):
        sign(late)
    with pytest.raises(NotInASession):
        sign(replace(WORLD.hugo, session=None, confirmed_at=None))

    just_in_time = replace(WORLD.hugo, confirmed_at=clock() - TO_SIGN + timedelta(seconds=5))
    assert len(signed(service, sign(just_in_time).id)) in (1, 2)


@each_workflow
def test_a_signature_sent_again_is_refused(ready: Callable[[], Signs], service: str) -> None:
    sign = ready()
    row = sign(WORLD.hugo)
    before = signed(service, row.id)

    with pytest.raises(StaleVersion):
        sign(WORLD.hugo)

    assert signed(service, row.id) == before


def test_an_editions_approval_and_issue_follow_each_other() -> None:
    policy = published()

    first, second = signed("policy", policy.id)

    assert [first.meaning, second.meaning] == ["approved", "issued"]
    assert (first.signer_id, second.signer_id) == (WORLD.hugo.id, WORLD.greta.id)
    assert first.content_hash == second.content_hash


def test_nobody_closes_a_finding_that_their_own_action_answers(world: World, work: Work) -> None:
    finding = raised_finding(Grade.OBSERVATION)
    with work("audit", SYSTEM, "audit:close") as uow:
        mine = FindingAction(
            id=uuid4(),
            finding_id=finding.id,
            site_id=world.lyon,
            owner_id=world.alice.id,
            effective=True,
            told_version=1,
        )
        uow.add(mine)

    seen = StepIn(version=finding.version)
    with work("audit", world.alice, "audit:close") as uow, pytest.raises(OwnWork):
        auditing.close_finding(uow, finding.id, seen)
    with work("audit", world.greta, "audit:close") as uow:
        assert auditing.close_finding(uow, finding.id, seen).closed_by == world.greta.id


def test_nobody_closes_a_finding_in_a_process_they_own(world: World, work: Work) -> None:
    finding = raised_finding(Grade.OBSERVATION)

    with work("audit", world.paul, "audit:read") as uow, pytest.raises(OwnProcess):
        auditing.close_finding(
            replace(uow, permission=None, actor=replace(world.paul, all_powerful=True)),
            finding.id,
            StepIn(version=finding.version),
        )


def test_a_signature_tells_when_the_record_no_longer_says_what_was_signed() -> None:
    action = verified_action(effective=False)
    [verdict_then] = signed("actions", action.id)
    assert verdict_then.current

    with unit_of_work("actions", SYSTEM) as uow:
        again = uow.get(Action, action.id)
        again.root_cause = "Une autre cause"

    [verdict_now] = signed("actions", action.id)
    assert (verdict_now.intact, verdict_now.current) == (True, False)
    assert again.status is ActionStatus.OPEN


def test_readers_of_the_policy_see_who_approved_it(api: Api, world: World) -> None:
    policy = approved()

    seen = api(world.bob).get(f"/api/v1/policy/signatures/{policy.id}").json()

    assert [one["signer_name"] for one in seen] == ["Hugo"]


def test_another_sites_signatures_are_not_seen(api: Api, world: World) -> None:
    action = verified_action(effective=True)

    assert api(world.bob).get(f"/api/v1/actions/signatures/{action.id}").json()
    assert api(world.charlie).get(f"/api/v1/actions/signatures/{action.id}").json() == []


@pytest.mark.security
def test_every_altered_signature_is_found(promise: Promise) -> None:
    """A thousand copies, each with one thing changed: a byte, a name, a moment, an order."""
    policy = published()
    table = ledger("policy").signature
    with unit_of_work("policy", SYSTEM) as uow:
        mine = select(table).where(table.c.record_id == policy.id).order_by(table.c.signed_at)
        first, second = (dict(row) for row in uow.session.execute(mine).mappings())
    assert is_intact(first, None)
    assert is_intact(second, first["hash"])

    text_of = first["content"]["text"]
    altered = [
        first | {"content": first["content"] | {"text": text_of[:at] + "~" + text_of[at + 1 :]}}
        for at in range(len(text_of))
    ]
    altered += [first | {"record_id": uuid4()} for _ in range(100)]
    altered += [first | {"signer_id": uuid4(), "signer_name": "Mallory"} for _ in range(100)]
    altered += [
        first | {"signed_at": first["signed_at"] + timedelta(seconds=n)} for n in range(1, 201)
    ]
    altered += [first | {"record_version": n} for n in range(100, 400)]
    altered += [first | {"meaning": m} for m in ("issued", "verified", "closed", "")]
    altered += [first | {"roles": [f"role {n}"]} for n in range(100)]
    altered += [first | {"made_by": []}, first | {"confirmed_at": None}]
    altered += [first | {"content_hash": f"{n:064x}"} for n in range(1000 - len(altered))]
    missed = [one for one in altered if is_intact(one, None)]
    swapped = [is_intact(second, None), is_intact(first, second["hash"])]

    assert missed == []
    assert swapped == [False, False]
    promise("E3", "altered signatures found", f"{len(altered) - len(missed)} of 1000", "all")


@pytest.mark.security
def test_the_database_itself_refuses_an_author_and_a_second_signature(promise: Promise) -> None:
    policy = approved()
    table = ledger("policy").signature
    with unit_of_work("policy", SYSTEM) as uow:
        [row] = uow.session.execute(select(table)).mappings().all()
        by_author = dict(row) | {"id": uuid4(), "record_version": 9, "signer_id": WORLD.greta.id}
        twice = dict(row) | {"id": uuid4()}
        for forged in (by_author, twice):
            with pytest.raises(IntegrityError), uow.session.begin_nested():
                uow.session.execute(insert(table), forged)
        for change in ("update {} set meaning = 'issued'", "delete from {}", "truncate {}"):
            with pytest.raises(ProgrammingError), uow.session.begin_nested():
                uow.session.execute(text(change.format("policy.signature")))
    assert policy.status is PolicyStatus.APPROVED
    promise("E5", "signatures by an author that the database takes", 0, 0)


def test_a_closed_finding_says_who_closed_it() -> None:
    row = closing()(WORLD.hugo)
    assert isinstance(row, Finding)
    [signature] = signed("audit", row.id)
    assert signature.meaning == "closed"
