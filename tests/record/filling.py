"""A record filled through the product's own commands, sealed step by step."""

from runtime.record.checkpoints import Checkpoint
from runtime.record.seal import seal
from services.identity import commands as identity
from services.identity.models import Node
from services.identity.schemas import NodeChange
from services.risk import commands as risk
from shared.work import unit_of_work
from tests.audit.factories import raised_finding
from tests.policy.factories import published
from tests.risk.test_commands import assessed, residual, risk_in
from tests.world import WORLD

STEPS = 6


def fill() -> Checkpoint:
    """Work at two sites in several services, each step under a checkpoint of its own.

    The record has begun before any of it, as on a platform that is sealed from its first minute.
    """
    rename_lyon(STEPS)
    seal(at_once=True)
    for step in range(STEPS):
        for _ in range(4):
            raised_finding()
            residual(assessed(3, 3), 1, 2)
        work_at_lille()
        published()
        rename_lyon(step)
        last = seal(at_once=True)
    assert last is not None
    return last


def work_at_lille() -> None:
    with unit_of_work("risk", WORLD.charlie, permission="risk:write") as uow:
        risk.assess_risk(uow, risk_in(2, 2, site_id=WORLD.lille, title=LILLE))


LILLE = "Chute de hauteur au quai de Lille"


def rename_lyon(step: int) -> None:
    with unit_of_work("identity", WORLD.greta, permission="identity:admin") as uow:
        node = uow.get(Node, WORLD.lyon)
        change = NodeChange(name=f"Lyon {step}", version=node.version)
        identity.rename_node(uow, node.id, change)
