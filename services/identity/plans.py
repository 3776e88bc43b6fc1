"""What a workbook of people or places would do, row by row, before any of it is done."""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Text, any_, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import IntegrityError
from uuid_utils.compat import uuid7

from services.identity.commands import (
    PARENTS,
    grant_news,
    node_news,
    person_news,
    require_governor_for,
)
from services.identity.errors import (
    AmbiguousPlace,
    EmailTaken,
    NotAnAddress,
    OwnGrant,
    PersonInactive,
    UnknownPlace,
    WrongParent,
)
from services.identity.models import Grant, Node, Person, Proposal
from services.identity.proposals import new_proposal
from services.identity.queries import pending_proposals, visible_nodes, visible_people
from services.identity.schemas import NodeKind, Role
from services.identity.sheets import KINDS, LANGUAGES, ROLES
from shared.auth import SYSTEM
from shared.db import Entity
from shared.events import Event
from shared.imports import Done, OutcomeChanged, in_parts, those
from shared.sheets import (
    CellMissing,
    CellTooLong,
    Row,
    Rows,
    TwiceInTheWorkbook,
    Wrong,
    day_of,
    one_of,
)
from shared.sheets import within as at_cell
from shared.work import UnitOfWork, unit_of_work

T = TypeVar("T")
E = TypeVar("E", bound=Entity)

ADDRESS: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
LONGEST: Final = {"name": 200, "email": 254, "code": 40, "process": 40, "place": 200}
SHORTEST_NAME: Final = 2
COLUMN_OF: Final = {
    "grant_without_end": "valid_to",
    "grant_too_long": "valid_to",
    "grant_ends_before_it_starts": "valid_to",
    "outsider_on_whole_group": "place",
    "own_grant": "email",
    "person_inactive": "email",
    "forbidden": "role",
}
"""Where in a row the reason of a refusal stands."""


class Places:
    """Places by name or code: those one administers, and those above them to be told apart."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.mine = uow.places
        self.named: dict[str, list[Node]] = defaultdict(list)
        for node in uow.session.scalars(visible_nodes(uow)):
            self.learn(node)

    def learn(self, node: Node) -> None:
        for known_as in {node.name.casefold(), node.code.casefold()} - {""}:
            self.named[known_as].append(node)

    def find(self, text: str) -> Node:
        found = self.named.get(text.casefold(), [])
        if not found:
            raise UnknownPlace(value=text)
        if len(found) > 1:
            raise AmbiguousPlace(value=text)
        return found[0]

    def require_mine(self, place: Node, text: str) -> Node:
        if self.mine is not None and self.mine.isdisjoint(place.path):
            raise UnknownPlace(value=text)
        return place


class PlacesPlan:
    """What is there stays as it is; what is not is opened below what it names."""

    def __init__(self, uow: UnitOfWork, _rows: Rows) -> None:
        self.uow = uow
        self.places = Places(uow)
        self.nodes: list[Node] = []

    def look_at(self, _number: int, row: Row) -> list[str]:
        name, code = required(row, "name"), text(row, "code")
        kind = NodeKind(within("kind", lambda: one_of(KINDS, required(row, "kind"))))
        below = required(row, "parent")
        above = within("parent", lambda: self.places.find(below))
        if above.kind not in PARENTS[kind]:
            refusal = WrongParent(kind=kind, wanted=" / ".join(PARENTS[kind]))
            raise Wrong("parent", refusal)
        if self._is_there(above, code or name):
            return []
        within("parent", lambda: self.places.require_mine(above, below))
        node = Node(
            id=uuid7(), kind=kind, parent_id=above.id, name=name, code=code, path=above.path
        )
        node.path = [*above.path, node.id]
        self.places.learn(node)
        self.nodes.append(node)
        return ["open_place"]

    def write(self, done: Done) -> Sequence[UUID]:
        """Give what was opened from below, the way it is taken back."""
        for part in in_parts(self.nodes, done):
            _write(self.uow, part, node_news)
        return [node.id for node in reversed(self.nodes)]

    def _is_there(self, above: Node, known_as: str) -> bool:
        named = self.places.named.get(known_as.casefold(), [])
        return any(node.parent_id == above.id for node in named)


class PeoplePlan:
    """Who is there stays as they are; who is not is added. Roles are given where none covers."""

    def __init__(self, uow: UnitOfWork, rows: Rows) -> None:
        self.uow = uow
        self.people: list[Person] = []
        self.grants: list[Grant] = []
        self.proposals: list[Proposal] = []
        self.places = Places(uow)
        emails = sorted({str(row["email"]).strip().lower() for _, row in rows})
        self.known = {p.email: p for p in _people(uow, emails)}
        self.taken = _taken(emails) - set(self.known)
        self.new: dict[str, tuple[int, Person]] = {}
        self.held: dict[tuple[object, ...], list[Grant | Proposal]] = defaultdict(list)
        for holding in _holdings(uow, [person.id for person in self.known.values()]):
            self.held[_key(holding)].append(holding)

    def look_at(self, number: int, row: Row) -> list[str]:
        person, does = self._person(number, row)
        holding = self._holding(row, person) if text(row, "role") else None
        if does:
            self.new[person.email] = number, person
            self.people.append(person)
        if holding is None or any(_covers(old, holding) for old in self.held[_key(holding)]):
            return does
        self.held[_key(holding)].append(holding)
        if isinstance(holding, Proposal):
            self.proposals.append(holding)
            return [*does, "propose_role"]
        self.grants.append(holding)
        return [*does, "give_role"]

    def write(self, done: Done) -> Sequence[UUID]:
        """Give what was made, roles before who holds them, the way it is taken back."""
        try:
            for part in in_parts(self.people, done):
                _write(self.uow, part, person_news)
            for held in in_parts(self.grants, done):
                _write(self.uow, held, grant_news)
            self.uow.session.add_all(self.proposals)
            self.uow.session.flush()
        except IntegrityError:
            raise OutcomeChanged from None
        _hand_over(self.uow, {held.person_id for held in self.grants})
        made: list[list[Any]] = [self.proposals, self.grants, self.people]
        return [row.id for rows in made for row in rows]

    def _person(self, number: int, row: Row) -> tuple[Person, list[str]]:
        name, email = required(row, "name"), required(row, "email").lower()
        if not ADDRESS.fullmatch(email):
            raise Wrong("email", NotAnAddress(value=email))
        if email in self.taken:
            raise Wrong("email", EmailTaken())
        if email in self.known:
            return self.known[email], []
        spoken = text(row, "language") or "fr"
        language = within("language", lambda: one_of(LANGUAGES, spoken))
        first, there = self.new.get(email, (number, None))
        if there is None:
            fresh = Person(id=uuid7(), name=name, email=email, language=language, active=True)
            fresh.added_by = self.uow.actor.id
            return fresh, ["add_person"]
        if (there.name, there.language) != (name, language):
            raise Wrong("email", TwiceInTheWorkbook(row=first, value=email))
        return there, []

    def _holding(self, row: Row, person: Person) -> Grant | Proposal:
        role = Role(within("role", lambda: one_of(ROLES, text(row, "role"))))
        named = required(row, "place")
        place = within("place", lambda: self.places.require_mine(self.places.find(named), named))
        held: dict[str, Any] = {
            "person_id": person.id,
            "role": role,
            "node_id": place.id,
            "process": text(row, "process") or None,
            "valid_from": _day(row, "valid_from") or self.uow.now.date(),
            "valid_to": _day(row, "valid_to"),
        }
        grant = Grant(**held)
        within("role", lambda: self._require_givable(person, place, grant))
        return new_proposal(self.uow, **held) if grant.needs_two_people else grant

    def _require_givable(self, person: Person, place: Node, grant: Grant) -> None:
        if person.id == self.uow.actor.id:
            raise OwnGrant
        if not person.active:
            raise PersonInactive(name=person.name)
        require_governor_for(self.uow, grant.role)
        grant.require_order()
        grant.require_limits(place)


def within(column: str, look: Callable[[], T]) -> T:
    return at_cell(column, look, COLUMN_OF)


def required(row: Row, column: str) -> str:
    found = text(row, column)
    if not found or (column == "name" and len(found) < SHORTEST_NAME):
        raise Wrong(column, CellMissing())
    return found


def text(row: Row, column: str) -> str:
    found = str(row[column] if row[column] is not None else "").strip()
    most = LONGEST.get(column, 200)
    if len(found) > most:
        raise Wrong(column, CellTooLong(most=most))
    return found


def _day(row: Row, column: str) -> date | None:
    cell = row[column]
    return None if cell is None else within(column, lambda: day_of(cell))


def _people(uow: UnitOfWork, emails: list[str]) -> Sequence[Person]:
    return uow.session.scalars(visible_people(uow, []).where(_one_of(emails))).all()


def _one_of(emails: list[str]) -> ColumnElement[bool]:
    """Of many, in one parameter."""
    return Person.email == any_(literal(emails, ARRAY(Text)))


def _taken(emails: list[str]) -> set[str]:
    """Which addresses are somebody's, whether or not the caller may know whose."""
    with unit_of_work("identity", SYSTEM) as everywhere:
        rows = select(Person.email).where(_one_of(emails))
        return set(everywhere.session.scalars(rows))


def _holdings(uow: UnitOfWork, people: Sequence[UUID]) -> list[Grant | Proposal]:
    held = uow.session.scalars(uow.select(Grant).where(those(Grant.person_id, people)))
    waiting = pending_proposals(uow).where(those(Proposal.person_id, people))
    return [*held, *uow.session.scalars(waiting)]


def _key(holding: Grant | Proposal) -> tuple[object, ...]:
    return holding.person_id, holding.role, holding.node_id, holding.process


def _covers(old: Grant | Proposal, new: Grant | Proposal) -> bool:
    last = new.valid_to or date.max
    return old.valid_from <= new.valid_from and last <= (old.valid_to or date.max)


def _write(uow: UnitOfWork, rows: Sequence[E], news: Callable[[E], Event]) -> None:
    """All of them in one statement, and so what is told of them."""
    uow.session.add_all(rows)
    uow.session.flush()
    uow.publish_all([(news(row), row) for row in rows])


def _hand_over(uow: UnitOfWork, holders: set[UUID]) -> None:
    """Who holds a role is no longer seen by who let them in alone; in one statement, for speed."""
    waiting = update(Person).where(those(Person.id, [*holders]), Person.added_by.is_not(None))
    seen_by_all = waiting.values(added_by=None, version=Person.version + 1)
    uow.session.execute(seen_by_all.execution_options(synchronize_session=False))
