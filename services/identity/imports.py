"""People and places by workbook, in and out."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy import delete, func, inspect, select, union, update
from sqlalchemy.exc import IntegrityError

from services.identity import roster
from services.identity.admin_schemas import FileFormat, SheetKind
from services.identity.commands import grant_news, person_news
from services.identity.events import NodeWithdrawn
from services.identity.models import Grant, Model, Node, Person, Proposal
from services.identity.plans import PeoplePlan, PlacesPlan
from services.identity.queries import in_force, visible_grants, visible_nodes
from services.identity.record_jobs import newest_note
from services.identity.roster import Wanted
from services.identity.schemas import Language
from services.identity.sheets import KINDS, LANGUAGES, PEOPLE, PLACES, ROLES, TEMPLATES, sealed
from shared.db import Entity
from shared.events import Event
from shared.imports import Imports, ImportTouched, Register, those
from shared.tabular import Cell, to_csv, to_xlsx
from shared.work import TO_ADMINISTER, UnitOfWork

E = TypeVar("E", bound=Entity)

MOST_EXPORTED = 20_000
EVERYBODY = Wanted(active=True)


def take_people_back(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Roles, proposals and people that a workbook gave; who did anything since stays, and all.

    Other services hear that the roles are over and the people gone. They keep the names, should
    somebody have given them anything meanwhile.
    """
    uow.session.execute(delete(Proposal).where(those(Proposal.id, ids)))
    over = {"valid_to": uow.now.date() - timedelta(days=1)}
    _last_news(uow, Grant, ids, grant_news, over)
    _keep_in_sight(uow, ids)
    uow.session.execute(delete(Grant).where(those(Grant.id, ids)))
    _require_unused(uow, Person, ids)
    _last_news(uow, Person, ids, person_news, {"active": False})
    _remove(uow, Person, ids)


def take_places_back(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Places that a workbook opened, unless anything stands below them or is held there."""
    _require_unused(uow, Node, ids)
    nodes = uow.session.scalars(uow.select(Node).where(those(Node.id, ids))).all()
    uow.publish_all([(NodeWithdrawn(node_id=node.id), node) for node in nodes])
    _remove(uow, Node, ids)


def _keep_in_sight(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Who holds nothing but these roles is seen, without them, by who takes them back."""
    losing = select(Grant.person_id).where(those(Grant.id, ids))
    keeping = select(Grant.person_id).where(~those(Grant.id, ids))
    those_without = Person.id.in_(losing) & Person.id.not_in(keeping)
    seen = (
        update(Person)
        .where(those_without)
        .values(added_by=uow.actor.id, version=Person.version + 1)
    )
    uow.session.execute(seen.execution_options(synchronize_session=False))


def _last_news(
    uow: UnitOfWork,
    model: type[E],
    ids: Sequence[UUID],
    news: Callable[[E], Event],
    values: Mapping[str, object],
) -> None:
    """Have the rows say for the last time how they are, newer than all that was heard before."""
    mine = those(model.id, ids)
    said = update(model).where(mine).values(**values, version=model.version + 1)
    uow.session.execute(said.execution_options(synchronize_session=False))
    fresh = select(model).where(mine).execution_options(populate_existing=True)
    uow.publish_all([(news(row), row) for row in uow.session.scalars(fresh)])


def _remove(uow: UnitOfWork, model: type[Entity], ids: Sequence[UUID]) -> None:
    """Whoever points to one of them at this very moment has touched it."""
    try:
        with uow.session.begin_nested():
            uow.session.execute(delete(model).where(those(model.id, ids)))
    except IntegrityError:
        raise ImportTouched(count=1) from None


def _require_unused(uow: UnitOfWork, model: type[Entity], ids: Sequence[UUID]) -> None:
    """Refuse if other rows point to these: a role, a sign-in, a link, what is below a place."""
    table = inspect(model).local_table
    pointing = [
        select(column).where(those(column, ids), ~those(other.c.id, ids))
        for other in Model.metadata.tables.values()
        for column in other.c
        if column.references(table.c.id)
    ]
    used = union(*pointing).subquery()
    count = uow.session.scalar(select(func.count()).select_from(used)) or 0
    if count:
        raise ImportTouched(count=count)


def exported(
    uow: UnitOfWork,
    kind: SheetKind,
    language: Language,
    form: FileFormat,
    wanted: Wanted = EVERYBODY,
) -> bytes:
    """What the caller administers, in the columns of the import, so that it can come back.

    Of people, those who are `wanted`, as the list of them is narrowed.
    """
    rows = _people(uow, language, wanted) if kind is SheetKind.PEOPLE else _places(uow, language)
    sheet = TEMPLATES[kind].listed(language, rows)
    if form is FileFormat.CSV:
        return to_csv(sheet)
    checkpoint = sealed(newest_note(uow), language)
    return to_xlsx(sheet, TEMPLATES[kind].explained(language), checkpoint)


def _people(uow: UnitOfWork, language: Language, wanted: Wanted) -> list[list[Cell]]:
    """One row for each role of today in the caller's places, and one for who holds none yet."""
    grants = visible_grants(uow, None, None).where(in_force(uow.now.date()))
    people = roster.people(uow, wanted)
    if uow.places is not None:
        grants = grants.where(Grant.node_id.in_(uow.places))
        here = grants.with_only_columns(Grant.person_id)
        people = people.where(Person.id.in_(here) | (Person.added_by == uow.actor.id))
    held: dict[UUID, list[Grant]] = {}
    for grant in uow.session.scalars(grants.order_by(Grant.id)):
        held.setdefault(grant.person_id, []).append(grant)
    names = {node.id: node.code or node.name for node in uow.session.scalars(visible_nodes(uow))}
    rows: list[list[Cell]] = []
    found = people.order_by(Person.name, Person.id).limit(MOST_EXPORTED)
    for person in uow.session.scalars(found):
        about = [person.name, person.email, LANGUAGES[person.language].said(language)]
        rows += [[*about, *_held(grant, names, language)] for grant in held.get(person.id, [])]
        if person.id not in held:
            rows.append([*about, None, None, None, None, None])
    return rows


def _held(grant: Grant, names: dict[UUID, str], language: Language) -> list[Cell]:
    place = names.get(grant.node_id, "")
    role = ROLES[grant.role].said(language)
    return [role, place, grant.process, grant.valid_from, grant.valid_to]


def _places(uow: UnitOfWork, language: Language) -> list[list[Cell]]:
    nodes = list(uow.session.scalars(visible_nodes(uow).limit(MOST_EXPORTED)))
    by_id: dict[UUID, Node] = {node.id: node for node in nodes}
    nodes.sort(key=lambda node: [by_id[id].name.casefold() for id in node.path if id in by_id])
    return [
        [KINDS[node.kind].said(language), node.name, node.code, above.code or above.name]
        for node in nodes
        if node.parent_id and (above := by_id.get(node.parent_id)) is not None
    ]


imports = Imports(
    "identity",
    "identity:admin",
    [
        Register("people", Person, PEOPLE, PeoplePlan, take_people_back, "name"),
        Register("places", Node, PLACES, PlacesPlan, take_places_back, "name"),
    ],
    confirmed_within=TO_ADMINISTER,
)
