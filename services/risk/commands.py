"""What can be done to a risk."""

from itertools import pairwise
from uuid import UUID

from services.risk.errors import BandsNotAscending, LevelWithoutBand
from services.risk.events import RiskAssessed, RiskEscalated
from services.risk.models import Method, Risk
from services.risk.queries import method_in_force
from services.risk.schemas import MethodIn, ResidualIn, RiskIn
from shared.catalogue import supersede
from shared.work import UnitOfWork


def assess_risk(uow: UnitOfWork, data: RiskIn) -> Risk:
    """Enter a risk, rated or not yet: unrated is not zero."""
    known = uow.find(Risk, data.id)
    if known is not None:
        return known
    method = method_in_force(uow, data.method)
    values = data.model_dump(exclude={"method", "initial"}, exclude_none=True)
    risk = Risk(**values, method_id=method.id)
    if data.initial is not None:
        risk.rate_initially(method, data.initial, on=uow.now.date())
    escalates = risk.escalates(method, uow.now)
    uow.because(data.method_reason)
    uow.add(risk)
    _tell(uow, risk, escalates=escalates)
    return risk


def rate_residual(uow: UnitOfWork, risk_id: UUID, data: ResidualIn) -> Risk:
    """Rate what is left with the measures in place, on the method's current edition."""
    risk = uow.get(Risk, risk_id, lock=True, seen=data)
    method = method_in_force(uow, uow.get(Method, risk.method_id).code)
    risk.rate_residual(method, data.residual, data.measures, on=uow.now.date())
    _tell(uow, risk, escalates=risk.escalates(method, uow.now))
    return risk


def add_method(uow: UnitOfWork, data: MethodIn) -> Method:
    uow.require_whole_group()
    return uow.add(Method(**_checked(data)))


def supersede_method(uow: UnitOfWork, method_id: UUID, data: MethodIn) -> Method:
    values = _checked(data)
    del values["code"]
    return supersede(uow, uow.get(Method, method_id, lock=True), values)


def _checked(data: MethodIn) -> dict[str, object]:
    steps = [(band.level, band.minimum) for band in data.bands]
    ascending = all(a < b and x < y for (a, x), (b, y) in pairwise(steps))
    if not ascending or steps[0][1] != 1:
        raise BandsNotAscending
    levels = [band.level for band in data.bands]
    for level in (data.grave_floor_level, data.escalation_level):
        if level not in levels:
            raise LevelWithoutBand(level=level, levels=", ".join(map(str, levels)))
    return data.model_dump()


def _tell(uow: UnitOfWork, risk: Risk, *, escalates: bool) -> None:
    if risk.level is None:
        return
    uow.publish(
        RiskAssessed(risk_id=risk.id, site_id=risk.site_id, domain=risk.domain, level=risk.level),
        about=risk,
    )
    if escalates:
        uow.publish(
            RiskEscalated(
                risk_id=risk.id, site_id=risk.site_id, title=risk.title, level=risk.level
            ),
            about=risk,
        )
