"""What can be done to a risk."""

from collections.abc import Sequence
from itertools import chain, pairwise
from uuid import UUID

from sqlalchemy import delete

from services.risk.errors import BandsNotAscending, LevelWithoutBand
from services.risk.events import RiskAssessed, RiskEscalated, RiskWithdrawn
from services.risk.models import Method, Risk
from services.risk.queries import method_in_force
from services.risk.schemas import MethodIn, ResidualIn, RiskIn
from shared.catalogue import supersede
from shared.events import Event
from shared.imports import Done, in_parts, those
from shared.work import UnitOfWork


def assess_risk(uow: UnitOfWork, data: RiskIn) -> Risk:
    """Enter a risk, rated or not yet: unrated is not zero."""
    known = uow.find(Risk, data.id)
    if known is not None:
        return known
    risk = new_risk(uow, data, method_in_force(uow, data.method))
    uow.because(data.method_reason)
    uow.add(risk)
    uow.publish_all(_news(risk, escalates=risk.escalated_at is not None))
    return risk


def new_risk(uow: UnitOfWork, data: RiskIn, method: Method) -> Risk:
    """A risk as it would be entered."""
    values = data.model_dump(exclude={"method", "initial"}, exclude_none=True)
    risk = Risk(**values, method_id=method.id)
    uow.require_scope(risk)
    if data.initial is not None:
        risk.rate_initially(method, data.initial, on=uow.now.date())
    risk.escalates(method, uow.now)
    return risk


def enter_risks(uow: UnitOfWork, risks: Sequence[Risk], done: Done) -> None:
    """Enter many at once. What is beyond what its site may accept is escalated all the same."""
    for part in in_parts(risks, done):
        uow.add_all(part)
        news = [_news(risk, escalates=risk.escalated_at is not None) for risk in part]
        uow.publish_all(list(chain.from_iterable(news)))


def withdraw_risks(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Take risks back that were entered by mistake. The history keeps that they were there."""
    risks = uow.session.scalars(uow.select(Risk).where(those(Risk.id, ids))).all()
    uow.publish_all([(RiskWithdrawn(risk_id=r.id, site_id=r.site_id), r) for r in risks])
    uow.session.execute(
        delete(Risk).where(those(Risk.id, ids)), execution_options={"synchronize_session": False}
    )


def rate_residual(uow: UnitOfWork, risk_id: UUID, data: ResidualIn) -> Risk:
    """Rate what is left with the measures in place, on the method's current edition."""
    risk = uow.get(Risk, risk_id, lock=True, seen=data)
    method = method_in_force(uow, uow.get(Method, risk.method_id).code)
    risk.rate_residual(method, data.residual, data.measures, on=uow.now.date())
    uow.publish_all(_news(risk, escalates=risk.escalates(method, uow.now)))
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


def _news(risk: Risk, *, escalates: bool) -> list[tuple[Event, Risk]]:
    if risk.level is None:
        return []
    at = risk.site_id
    assessed = RiskAssessed(risk_id=risk.id, site_id=at, domain=risk.domain, level=risk.level)
    news: list[tuple[Event, Risk]] = [(assessed, risk)]
    if escalates:
        said = RiskEscalated(risk_id=risk.id, site_id=at, title=risk.title, level=risk.level)
        news.append((said, risk))
    return news
