from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, NamedTuple
from uuid import UUID

from fastapi import Depends, Query
from sqlalchemy import Select, and_, case, func
from sqlalchemy.orm import InstrumentedAttribute

from services.risk.models import Method, Risk
from services.risk.schemas import Cell, Domain, MatrixOut, Rating, RatingIn
from shared.catalogue import current_edition
from shared.directory import within
from shared.work import UnitOfWork

RISKS_BY: Final = (Risk.title, Risk.rank, Risk.process)
"""What a reader may have the list go by."""


class Rated(NamedTuple):
    """Where a rating stands in the row of its risk."""

    method_id: InstrumentedAttribute[Any]
    gravity: InstrumentedAttribute[Any]
    probability: InstrumentedAttribute[Any]


RATED: Final[Mapping[Rating, Rated]] = {
    Rating.INITIAL: Rated(Risk.method_id, Risk.initial_gravity, Risk.initial_probability),
    Rating.RESIDUAL: Rated(
        Risk.residual_method_id, Risk.residual_gravity, Risk.residual_probability
    ),
}

Mark = Annotated[int, Query(ge=1, le=10)]


@dataclass(frozen=True)
class Filters:
    """What the register can be narrowed to. What follows `rating` is asked of that rating."""

    place: UUID | None = None
    domain: Domain | None = None
    level: Mark | None = None
    rating: Rating = Rating.INITIAL
    gravity: Mark | None = None
    probability: Mark | None = None
    method_id: UUID | None = None
    other_than: UUID | None = None
    unrated: bool | None = None


Filtered = Annotated[Filters, Depends()]


def risks(uow: UnitOfWork, wanted: Filters) -> Select[Risk]:
    rated = RATED[wanted.rating]
    found = uow.select(Risk)
    if wanted.place is not None:
        found = found.where(within(uow, Risk, wanted.place))
    if wanted.unrated is not None:
        none = rated.gravity.is_(None)
        found = found.where(none if wanted.unrated else ~none)
    if wanted.other_than is not None:
        found = found.where(rated.gravity.is_not(None), rated.method_id != wanted.other_than)
    exact = (
        (Risk.domain, wanted.domain),
        (Risk.level, wanted.level),
        (rated.gravity, wanted.gravity),
        (rated.probability, wanted.probability),
        (rated.method_id, wanted.method_id),
    )
    return found.where(*(column == value for column, value in exact if value is not None))


def matrix(uow: UnitOfWork, method: Method, wanted: Filters) -> MatrixOut:
    """How many risks each rating of a method has. All are counted once, in one statement."""
    rated = RATED[wanted.rating]
    here = and_(rated.method_id == method.id, rated.gravity.is_not(None))
    gravity, probability = (case((here, column)) for column in (rated.gravity, rated.probability))
    is_rated = rated.gravity.is_not(None)
    counted = risks(uow, wanted).with_only_columns(gravity, probability, is_rated, func.count())
    rows = uow.session.execute(counted.group_by(gravity, probability, is_rated))
    counts = {(row[0], row[1], row[2]): row[3] for row in rows}
    marks = range(1, method.scale + 1)
    return MatrixOut(
        cells=[
            Cell(
                gravity=gravity,
                probability=probability,
                level=method.level_of(RatingIn(gravity=gravity, probability=probability)),
                risks=counts.get((gravity, probability, True), 0),
            )
            for gravity in reversed(marks)
            for probability in marks
        ],
        unrated=counts.get((None, None, False), 0),
        otherwise=counts.get((None, None, True), 0),
    )


def method_in_force(uow: UnitOfWork, code: str) -> Method:
    return current_edition(uow, Method, code)
