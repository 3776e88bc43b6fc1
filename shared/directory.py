"""What a service knows of the tree, the people and their grants: a copy, kept by events.

identity owns them. A service that needs them adds these tables to its schema, and keeps them
by hearing identity's three snapshots; each applies only if it is newer than what is here.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Date,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    Uuid,
    any_,
    bindparam,
    delete,
    func,
    inspect,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert

from shared.db import OfSite
from shared.events import Event, Handlers
from shared.work import UnitOfWork


def add_directory(metadata: MetaData) -> None:
    Table(
        "known_node",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("version", Integer, nullable=False),
        Column("kind", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("path", ARRAY(Uuid), nullable=False),
    )
    Table(
        "known_person",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("version", Integer, nullable=False),
        Column("name", Text, nullable=False),
        Column("email", Text, nullable=False),
        Column("language", Text, nullable=False),
        Column("active", Boolean, nullable=False),
        Column("manager_id", Uuid),
    )
    Table(
        "known_grant",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("version", Integer, nullable=False),
        Column("person_id", Uuid, nullable=False, index=True),
        Column("role", Text, nullable=False),
        Column("node_id", Uuid, nullable=False, index=True),
        Column("process", Text),
        Column("valid_from", Date, nullable=False),
        Column("valid_to", Date),
    )


@cache
def _tables(service: str) -> MetaData:
    metadata = MetaData(schema=service)
    add_directory(metadata)
    return metadata


def _table(uow: UnitOfWork, name: str) -> Table:
    return _tables(uow.service).tables[f"{uow.service}.{name}"]


def follow(
    handlers: Handlers,
    node: type[Event],
    withdrawn: type[Event],
    person: type[Event],
    grant: type[Event],
) -> None:
    """Have a service keep its copy: called in its handlers.py with identity's events."""

    def keep_node(uow: UnitOfWork, event: Any) -> None:  # noqa: ANN401  identity's event
        values = {"kind": event.kind, "name": event.name, "path": event.path}
        project(uow, _table(uow, "known_node"), event.node_id, values)

    def keep_person(uow: UnitOfWork, event: Any) -> None:  # noqa: ANN401
        values = event.model_dump(exclude={"person_id"})
        project(uow, _table(uow, "known_person"), event.person_id, values)

    def keep_grant(uow: UnitOfWork, event: Any) -> None:  # noqa: ANN401
        values = event.model_dump(exclude={"grant_id"})
        project(uow, _table(uow, "known_grant"), event.grant_id, values)

    def drop_node(uow: UnitOfWork, event: Any) -> None:  # noqa: ANN401
        """Forget a place, unless something was entered there meanwhile: that keeps its name."""
        if not _in_use(uow, event.node_id):
            table = _table(uow, "known_node")
            uow.session.execute(delete(table).where(table.c.id == event.node_id))

    handlers.on(node)(keep_node)
    handlers.on(withdrawn)(drop_node)
    handlers.on(person)(keep_person)
    handlers.on(grant)(keep_grant)


def _in_use(uow: UnitOfWork, place: UUID) -> bool:
    """Whether any row of the service stands at a place."""
    tables = [inspect(model).local_table for model in _of_site(OfSite)]
    here = [t for t in tables if t.schema == uow.service]
    rows = [select(t.c.id).where(t.c.site_id == place).exists() for t in here]
    return bool(rows) and bool(uow.session.scalar(select(or_(*rows))))


def _of_site(model: type[OfSite]) -> Iterator[type[OfSite]]:
    for one in model.__subclasses__():
        if inspect(one, raiseerr=False) is not None:
            yield one
        yield from _of_site(one)


def project(uow: UnitOfWork, table: Table, id: UUID, values: dict[str, Any]) -> bool:
    """Apply a snapshot, unless a newer one was applied: streams promise no order for ever.

    False: what is here is as new or newer.
    """
    version = (uow.cause and uow.cause.sequence) or 0
    row = {"id": id, "version": version, **values}
    upsert = (
        insert(table)
        .values(row)
        .on_conflict_do_update(
            index_elements=[table.c.id],
            set_={name: value for name, value in row.items() if name != "id"},
            where=table.c.version < version,
        )
    )
    return uow.session.scalar(upsert.returning(table.c.id)) is not None


def holders(uow: UnitOfWork, role: str, place: UUID, day: date) -> Sequence[Any]:
    """Who holds a role at a place on a day, nearest first, with its process; nobody who left."""
    wanted = {"role": role, "place": place, "day": day}
    return uow.session.execute(_statements(uow.service).holders, wanted).all()


def all_holders(uow: UnitOfWork, role: str, places: Collection[UUID], day: date) -> Sequence[Any]:
    """The same for several places at once, each named in its rows."""
    wanted = {"role": role, "places": list(places), "day": day}
    return uow.session.execute(_statements(uow.service).all_holders, wanted).all()


def owns_process(uow: UnitOfWork, person_id: UUID, site_id: UUID, process: str) -> bool:
    """Whether somebody answers for this process here; an owner of no named process owns all."""
    found = holders(uow, "process_owner", site_id, uow.now.date())
    return any(row.person_id == person_id and row.process in (None, process) for row in found)


def person(uow: UnitOfWork, id: UUID) -> Any:  # noqa: ANN401  a row of known_person
    return uow.session.execute(_statements(uow.service).person, {"id": id}).one_or_none()


def is_active(uow: UnitOfWork, person_id: UUID) -> bool:
    known = person(uow, person_id)
    return known is not None and bool(known.active)


def manager_of(uow: UnitOfWork, person_id: UUID) -> UUID | None:
    """Whom somebody reports to."""
    known = person(uow, person_id)
    return known.manager_id if known else None


def is_below(uow: UnitOfWork, person_id: UUID, boss_id: UUID) -> bool:
    """Whether somebody reports to the other, at whatever remove."""
    table = _table(uow, "known_person")
    up = select(table.c.manager_id.label("id")).where(table.c.id == person_id).cte(recursive=True)
    up = up.union(select(table.c.manager_id).where(table.c.id == up.c.id))
    return bool(uow.session.scalar(select(up.select().where(up.c.id == boss_id).exists())))


def node(uow: UnitOfWork, id: UUID) -> Any:  # noqa: ANN401  a row of known_node
    return uow.session.execute(_statements(uow.service).node, {"id": id}).one_or_none()


def names_of_places(uow: UnitOfWork) -> dict[UUID, str]:
    table = _table(uow, "known_node")
    return {row.id: row.name for row in uow.session.execute(select(table.c.id, table.c.name))}


def names_of_people(uow: UnitOfWork, ids: Collection[UUID]) -> dict[UUID, str]:
    """Names of those whom the actor may know of: who hold a role at or above their places."""
    person, grant = _table(uow, "known_person"), _table(uow, "known_grant")
    found = select(person.c.id, person.c.name).where(person.c.id.in_(ids))
    if uow.places is not None:
        node = _table(uow, "known_node")
        seen = select(func.unnest(node.c.path)).where(node.c.id.in_(uow.places))
        here = select(grant.c.person_id).where(grant.c.node_id.in_(seen))
        found = found.where(or_(person.c.id.in_(here), person.c.id == uow.actor.id))
    return {row.id: row.name for row in uow.session.execute(found)}


def group(uow: UnitOfWork) -> UUID:
    """The root of the tree: what belongs to no site is the group's."""
    table = _table(uow, "known_node")
    return UUID(str(uow.session.scalars(select(table.c.id).where(table.c.kind == "group")).one()))


@dataclass(frozen=True)
class Statements:
    """What nearly every event looks up. Built once a service: building takes as long as running."""

    holders: Select[Any]
    all_holders: Select[Any]
    person: Select[Any]
    node: Select[Any]


@cache
def _statements(service: str) -> Statements:
    known = _tables(service).tables
    person, node = known[f"{service}.known_person"], known[f"{service}.known_node"]
    held = _holders(known[f"{service}.known_grant"], node, person)
    these = bindparam("places", type_=ARRAY(Uuid))
    return Statements(
        holders=held.where(node.c.id == bindparam("place")),
        all_holders=held.add_columns(node.c.id.label("place_id")).where(node.c.id == any_(these)),
        person=select(person).where(person.c.id == bindparam("id", type_=Uuid)),
        node=select(node).where(node.c.id == bindparam("id", type_=Uuid)),
    )


def _holders(grant: Table, node: Table, person: Table) -> Select[Any]:
    day = bindparam("day", type_=Date)
    gone = select(person.c.id).where(person.c.id == grant.c.person_id, ~person.c.active).exists()
    nearness = func.array_position(node.c.path, grant.c.node_id)
    valid = (grant.c.valid_from <= day) & or_(grant.c.valid_to.is_(None), grant.c.valid_to >= day)
    return (
        select(grant.c.person_id, grant.c.process, grant.c.node_id)
        .join(node, grant.c.node_id == node.c.path.any_())
        .where(grant.c.role == bindparam("role"), valid, ~gone)
        .order_by(nearness.desc(), grant.c.id)
    )


def within(uow: UnitOfWork, model: type[OfSite], place: UUID) -> ColumnElement[bool]:
    """The rows of a place: of the site, or of everything below a division or group."""
    table = _table(uow, "known_node")
    below = select(table.c.id).where(literal(place) == table.c.path.any_())
    return model.site_id.in_(below)


def named_sites(uow: UnitOfWork) -> dict[str, list[UUID]]:
    """The sites where the actor may do what they are at, by name and by `division / name`."""
    site, above = _table(uow, "known_node"), _table(uow, "known_node").alias()
    levels = func.cardinality(site.c.path)
    parent = above.c.id == site.c.path[levels - 1]
    found = select(site.c.id, site.c.name, above.c.name).outerjoin(above, parent)
    named: dict[str, list[UUID]] = defaultdict(list)
    for id, name, above_it in uow.session.execute(found.where(site.c.kind == "site")):
        if uow.places is None or id in uow.places:
            named[name.casefold()].append(id)
            named[f"{above_it} / {name}".casefold()].append(id)
    return named


def active_people(uow: UnitOfWork, emails: Collection[str]) -> dict[str, UUID]:
    """Who has these addresses. Whether the actor may know them is for the caller to see to."""
    person = _table(uow, "known_person")
    these = person.c.email == any_(literal(list(emails), ARRAY(Text)))
    found = select(person.c.email, person.c.id).where(these, person.c.active)
    return {row.email: row.id for row in uow.session.execute(found)}


def sites_below(uow: UnitOfWork, id: UUID) -> list[UUID]:
    table = _table(uow, "known_node")
    below = select(table.c.id).where(table.c.kind == "site", literal(id) == table.c.path.any_())
    return list(uow.session.scalars(below))


def nodes_above(uow: UnitOfWork, id: UUID) -> list[UUID]:
    """The division and the group a site belongs to, nearest last; without the site itself."""
    found = node(uow, id)
    return [above for above in found.path if above != id] if found else []
