from collections import defaultdict
from collections.abc import Collection
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


def there(
    uow: UnitOfWork, site_id: UUID, codes: Collection[str], days: Collection[date]
) -> dict[tuple[str, date], Measurement]:
    """What a site reported of some indicators around some days, by indicator and period."""
    since = min(days).replace(month=1, day=1)
    rows = uow.select(Measurement).where(
        Measurement.site_id == site_id,
        Measurement.code.in_(codes),
        Measurement.period.between(since, max(days)),
    )
    return {(row.code, row.period): row for row in uow.session.scalars(rows)}
