"""A story across services: a risk grows too big, and an unscheduled audit answers it."""

from sqlalchemy import select

from services.audit.events import AuditPlanned
from services.audit.models import Audit
from services.audit.schemas import AuditOrigin, AuditStatus
from tests.conftest import Api, Work
from tests.helpers import Bus
from tests.risk.test_commands import assessed, residual
from tests.world import World


def audits(work: Work, world: World) -> list[Audit]:
    with work("audit", world.alice, "audit:read") as uow:
        return list(uow.session.scalars(select(Audit)))


def test_an_escalated_risk_gets_one_unscheduled_audit(
    world: World, work: Work, bus: Bus, api: Api
) -> None:
    risk = assessed(4, 3)
    bus.deliver_all()

    [audit] = audits(work, world)
    assert (audit.risk_id, audit.origin) == (risk.id, AuditOrigin.RISK)
    assert (audit.status, audit.lead_id) == (AuditStatus.PLANNED, None)
    assert bus.published(AuditPlanned)[0].origin is AuditOrigin.RISK
    told = api(world.alice).get("/api/v1/notifications/inbox").json()["items"]
    assert [item["kind"] for item in told] == ["audit_planned"]


def test_while_that_audit_is_ahead_no_second_one_is_planned(
    world: World, work: Work, bus: Bus
) -> None:
    risk = residual(assessed(4, 3), 2, 2)
    bus.deliver_all()

    residual(risk, 4, 4)
    bus.deliver_all()

    assert len(audits(work, world)) == 1
