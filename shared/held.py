"""What somebody holds on a day, as a service knows it: for what is done without their token."""

from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import MetaData, func, or_, select

from shared.auth import Grant
from shared.directory import add_directory
from shared.work import UnitOfWork


def grants_of(uow: UnitOfWork, person_id: UUID, day: date) -> tuple[Grant, ...]:
    """Their roles with the places they cover: all of them for the group, else a place and below."""
    tables = _directory(uow.service).tables
    grant, node = tables[f"{uow.service}.known_grant"], tables[f"{uow.service}.known_node"]
    below = node.alias()
    covered = (
        select(func.array_agg(below.c.id))
        .where(grant.c.node_id == below.c.path.any_())
        .scalar_subquery()
    )
    ends = or_(grant.c.valid_to.is_(None), grant.c.valid_to >= day)
    held = (
        select(grant.c.role, grant.c.process, node.c.kind, covered.label("places"))
        .join(node, node.c.id == grant.c.node_id)
        .where(grant.c.person_id == person_id, grant.c.valid_from <= day, ends)
        .order_by(grant.c.id)
    )
    return tuple(_grant(row) for row in uow.session.execute(held))


def _grant(row: Any) -> Grant:  # noqa: ANN401  a row of the query above
    return Grant(row.role, None if row.kind == "group" else frozenset(row.places), row.process)


@cache
def _directory(service: str) -> MetaData:
    metadata = MetaData(schema=service)
    add_directory(metadata)
    return metadata
