"""Two signers and an editor at the same moment, two hundred times for each workflow."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from services.actions import commands as acting
from services.actions.models import Action
from services.audit import commands as auditing
from services.audit.models import Finding
from services.audit.schemas import Grade, StepIn
from services.identity.schemas import Role
from services.policy import commands as governing
from services.policy.models import Policy
from shared.auth import SYSTEM, Actor
from shared.db import Entity
from shared.ledger import ledger
from shared.signing import Signable, hash_of
from shared.work import unit_of_work
from tests.actions.factories import done_action, verdict
from tests.audit.factories import raised_finding
from tests.helpers import together
from tests.policy.factories import approved, step, submitted
from tests.promises import HowMany, Promise
from tests.world import WORLD, sitting

RACES, A_FEW = 200, 40


@dataclass(frozen=True)
class Workflow:
    """How a record is made ready, how it is signed as it was shown, and who edits it meanwhile."""

    name: str
    service: str
    model: type[Signable]
    permission: str
    signers: tuple[Actor, Actor]
    ready: Callable[[], Any]
    sign: Callable[[Any, Any], object]
    edited: str


HENRI = WORLD.person("henri", Role.GROUP_COORDINATOR, WORLD.group)

WORKFLOWS = (
    Workflow(
        "approval of a policy",
        "policy",
        Policy,
        "policy:approve",
        (WORLD.hugo, HENRI),
        submitted,
        lambda uow, policy: governing.approve_policy(uow, policy.id, step(policy)),
        "text",
    ),
    Workflow(
        "issue of a policy",
        "policy",
        Policy,
        "policy:write",
        (WORLD.hugo, WORLD.greta),
        approved,
        lambda uow, policy: governing.publish_policy(uow, policy.id, step(policy)),
        "text",
    ),
    Workflow(
        "verification of an action",
        "actions",
        Action,
        "actions:verify",
        (WORLD.hugo, WORLD.greta),
        done_action,
        lambda uow, action: acting.verify_action(uow, action.id, verdict(action)),
        "evidence",
    ),
    Workflow(
        "closing of a finding",
        "audit",
        Finding,
        "audit:close",
        (WORLD.hugo, WORLD.greta),
        lambda: raised_finding(Grade.OBSERVATION),
        lambda uow, one: auditing.close_finding(uow, one.id, StepIn(version=one.version)),
        "statement",
    ),
)


def signs(flow: Workflow, row: Entity, by: Actor) -> object:
    with unit_of_work(flow.service, by, permission=flow.permission) as uow:
        return flow.sign(uow, row)


def edits(flow: Workflow, id: UUID) -> None:
    """Change what the signers read, as any command of the service could."""
    with unit_of_work(flow.service, SYSTEM) as uow:
        setattr(uow.get(flow.model, id, lock=True), flow.edited, "Un autre texte")


@pytest.mark.security
@pytest.mark.usefixtures("own_database")
@pytest.mark.parametrize("flow", WORKFLOWS, ids=lambda flow: flow.name)
def test_no_record_is_signed_twice_or_unseen(
    flow: Workflow, promise: Promise, how_many: HowMany
) -> None:
    doubled = unseen = unsigned = 0
    races = how_many(RACES, A_FEW)
    for _ in range(races):
        row = flow.ready()
        shown = {name: getattr(row, name) for name in flow.model.words}
        one, other = map(sitting, flow.signers)
        together(
            partial(signs, flow, row, one),
            partial(signs, flow, row, other),
            partial(edits, flow, row.id),
        )
        found = signatures_of(flow, row.id, row.version)
        doubled += len(found) > 1
        unsigned += not found
        unseen += sum(content[flow.edited] != shown[flow.edited] for content, _ in found)
        assert all(hash_of(content) == hashed for content, hashed in found)

    assert (doubled, unseen) == (0, 0)
    assert unsigned < races
    told = f"{doubled} doubled, {unseen} unseen of {races} races"
    promise("E4", flow.name, told, "0, 0")


@pytest.mark.security
@pytest.mark.usefixtures("own_database")
def test_the_races_tell_when_nobody_locks(promise: Promise) -> None:
    """The control: who looks first and writes then is overtaken."""
    doubled = 0
    for _ in range(A_FEW):
        policy = submitted()
        outcomes = together(*[lambda policy=policy: looks_then_approves(policy.id)] * 2)
        doubled += outcomes == [True, True]

    assert doubled
    promise("E4", "control without a lock, doubled", f"{doubled} of {A_FEW}", "some")


def looks_then_approves(id: UUID) -> bool:
    table = Policy.metadata.tables["policy.policy"]
    with unit_of_work("policy", SYSTEM) as uow:
        status = uow.session.scalar(select(table.c.status).where(table.c.id == id))
        if status != "in_review":
            return False
        uow.session.execute(update(table).where(table.c.id == id).values(status="approved"))
        return True


def signatures_of(flow: Workflow, id: UUID, version: int) -> list[tuple[dict[str, Any], str]]:
    table = ledger(flow.service).signature
    mine = (table.c.record_id == id) & (table.c.record_version >= version)
    with unit_of_work(flow.service, SYSTEM) as uow:
        rows = uow.session.execute(select(table.c.content, table.c.content_hash).where(mine))
        return [(content, hashed) for content, hashed in rows]
