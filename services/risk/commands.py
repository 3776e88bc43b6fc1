"""What can be done to a risk."""

from uuid import UUID

from services.risk.errors import BandsNotAscending
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
    uow.add(risk)
    _tell(uow, risk, method)
    return risk


def rate_residual(uow: UnitOfWork, risk_id: UUID, data: ResidualIn) -> Risk:
    """Rate what is left with the measures in place, on the method's current edition."""
    risk = uow.get(Risk, risk_id, lock=True, seen=data)
    used = uow.get(Method, risk.method_id)
    method = method_in_force(uow, used.code)
    risk.method_id = method.id
    risk.rate_residual(method, data.residual, data.measures, on=uow.now.date())
    _tell(uow, risk, method)
    return risk


def add_method(uow: UnitOfWork, data: MethodIn) -> Method:
    return uow.add(Method(**_checked(data)))


def supersede_method(uow: UnitOfWork, method_id: UUID, data: MethodIn) -> Method:
    values = _checked(data)
    del values["code"]
    return supersede(uow, uow.get(Method, method_id, lock=True), values)


def _checked(data: MethodIn) -> dict[str, object]:
    steps = [(band.level, band.minimum) for band in data.bands]
    ascending = all(a < b and x < y for (a, x), (b, y) in zip(steps, steps[1:], strict=False))
    if not ascending or steps[0][1] != 1:
        raise BandsNotAscending
    return data.model_dump()


def _tell(uow: UnitOfWork, risk: Risk, method: Method) -> None:
    if risk.level is None:
        return
    escalates = risk.escalates(method, uow.now)
    about = {"risk_id": risk.id, "site_id": risk.site_id, "level": risk.level}
    uow.publish(RiskAssessed.model_validate(about | {"domain": risk.domain}), about=risk)
    if escalates:
        uow.publish(RiskEscalated.model_validate(about | {"title": risk.title}), about=risk)
