from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, exists, or_, select

from services.indicators.method.models import Consultation
from services.indicators.method.schemas import ShippedOut
from services.indicators.models import Definition, Instance
from services.indicators.shipped import definitions
from shared.catalogue import current
from shared.directory import within
from shared.work import UnitOfWork


def shipped(uow: UnitOfWork) -> list[ShippedOut]:
    """What comes with the product, and which of it the group adopted."""
    rows = current(uow, Definition).with_only_columns(Definition.code, Definition.id)
    adopted: dict[str, UUID] = {row[0]: row[1] for row in uow.session.execute(rows)}
    return [
        ShippedOut.model_validate(
            {**data.model_dump(), "definition_id": adopted.get(code)}, from_attributes=True
        )
        for code, data in definitions().items()
    ]


def consultations(uow: UnitOfWork, definition_id: UUID) -> Sequence[Consultation]:
    rows = uow.select(Consultation).where(Consultation.definition_id == definition_id)
    return uow.session.scalars(rows.order_by(Consultation.asked_at, Consultation.id)).all()


def instances(uow: UnitOfWork, code: str, place: UUID | None) -> Select[Instance]:
    """The sites that measure an indicator, or did."""
    rows = uow.select(Instance).where(Instance.code == code)
    return rows if place is None else rows.where(within(uow, Instance, place))


def used_at(uow: UnitOfWork, place: UUID) -> ColumnElement[bool]:
    """The indicators that are measured everywhere, or at one site at least of a place."""
    here = uow.select(Instance).where(
        Instance.code == Definition.code, Instance.ended_on.is_(None), within(uow, Instance, place)
    )
    return or_(Definition.everywhere, here.exists())


def is_measured(uow: UnitOfWork, definition: Definition, site_id: UUID, period: date) -> bool:
    """Whether a site measures an indicator, or measured it then."""
    if definition.everywhere:
        return True
    there = uow.select(Instance).where(
        Instance.code == definition.code, Instance.site_id == site_id, measured_in(period)
    )
    return bool(uow.session.scalar(select(exists(there.subquery()))))


def measured_in(period: date | SQLColumnExpression[date]) -> ColumnElement[bool]:
    """The instances of a period: begun by then, and not over before."""
    over = or_(Instance.ended_on.is_(None), Instance.ended_on >= period)
    return (Instance.since <= period) & over
