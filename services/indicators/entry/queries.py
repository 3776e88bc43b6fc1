from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.indicators.method.queries import used_at
from services.indicators.models import Definition, Measurement
from services.indicators.schemas import Source
from shared.catalogue import current
from shared.work import UnitOfWork


@dataclass(frozen=True)
class Line:
    definition: Definition
    measurements: list[Measurement]


def grid(uow: UnitOfWork, site_id: UUID, year: int) -> list[Line]:
    """What a site reports, with its figures of a year, in two statements."""
    uow.require_place(site_id)
    reported = current(uow, Definition).where(
        Definition.source == Source.REPORTED, used_at(uow, site_id)
    )
    definitions = uow.session.scalars(reported.order_by(Definition.code)).all()
    rows = uow.select(Measurement).where(
        Measurement.site_id == site_id,
        Measurement.period.between(date(year, 1, 1), date(year, 12, 31)),
    )
    by_code: dict[str, list[Measurement]] = defaultdict(list)
    for measurement in uow.session.scalars(rows.order_by(Measurement.period)):
        by_code[measurement.code].append(measurement)
    return [Line(definition, by_code[definition.code]) for definition in definitions]


def there(uow: UnitOfWork, site_id: UUID, code: str, period: date) -> Measurement | None:
    same = (Measurement.site_id == site_id, Measurement.code == code, Measurement.period == period)
    return uow.session.scalar(uow.select(Measurement).where(*same))
