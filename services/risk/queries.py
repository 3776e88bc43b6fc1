from typing import Final
from uuid import UUID

from sqlalchemy import Select

from services.risk.models import Method, Risk
from shared.catalogue import current_edition
from shared.directory import within
from shared.work import UnitOfWork

RISKS_BY: Final = (Risk.title, Risk.rank, Risk.process)
"""What a reader may have the list go by."""


def risks(uow: UnitOfWork, place: UUID | None, level: int | None) -> Select[Risk]:
    found = uow.select(Risk)
    if place is not None:
        found = found.where(within(uow, Risk, place))
    return found if level is None else found.where(Risk.level == level)


def method_in_force(uow: UnitOfWork, code: str) -> Method:
    return current_edition(uow, Method, code)
