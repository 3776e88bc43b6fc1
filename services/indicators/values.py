"""Values follow the facts: stored where they changed, told, and held against their bounds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, Text, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningInsert

from services.indicators.aggregation import months
from services.indicators.alerting.judging import judge
from services.indicators.components import COUNTED
from services.indicators.counting import Figure, Key, added_up, counted
from services.indicators.events import Measured, SeriesChanged
from services.indicators.models import Definition, Value, known_node
from services.indicators.queries import editions_at, first_counted
from services.indicators.schemas import Rule, Source
from shared.work import UnitOfWork

TREE_LOCK = 7_302

OF_SERIES = (Rule.PATTERN, Rule.TREND)
"""What a single figure does not show."""

COMPONENTS = ("numerator", "denominator", "reporting", "expected")

SAME = ("site_id", "code", "period")
"""What makes two figures the same one, at different times."""


@dataclass(frozen=True)
class Branch:
    """A site and the nodes above it. Unknown yet, it hangs alone until identity tells of it."""

    site_id: UUID
    above: Sequence[UUID] = ()


class Change(NamedTuple):
    """A figure that changed, the row it is kept in, and whether that is news to others."""

    figure: Figure
    row: Value
    is_news: bool


def held_branch(uow: UnitOfWork, site_id: UUID) -> Branch:
    """Hold the site's group, before anything is written: its figures are added up one at a time.

    Two that add up the same group at once would each miss what the other is about to commit.
    """
    path = uow.session.scalar(_path_held(), {"site_id": site_id})
    return Branch(site_id, path[:-1] if path else ())


def recount(uow: UnitOfWork, branch: Branch, since: date, sources: Iterable[Source]) -> None:
    """Count a site again from the month of something that happened, and what lies above it."""
    periods = months(since, uow.now.date())
    here = store(uow, counted(uow, [branch.site_id], periods, frozenset(sources)))
    tell(uow, here + _stored_above(uow, branch.above, _definitions(here)))


def recount_everything(uow: UnitOfWork) -> None:
    """Count every site as of today, and past months of sites that were not counted then."""
    _hold_everything(uow)
    nodes = uow.session.execute(select(known_node.c.id, known_node.c.kind)).all()
    sites = [node.id for node in nodes if node.kind == "site"]
    above = [node.id for node in nodes if node.kind in ("group", "division")]
    today = uow.now.date()
    periods = months(first_counted(uow) or today, today)
    here = store(uow, counted(uow, sites, periods, COUNTED, only_new=True))
    tell(uow, here + _stored_above(uow, above, _definitions(here)))


def add_up(uow: UnitOfWork, places: Sequence[UUID], definitions: Mapping[Key, Definition]) -> None:
    """Add up some indicators in some periods over divisions and groups."""
    tell(uow, _stored_above(uow, places, definitions))


def add_up_late(uow: UnitOfWork, site_id: UUID) -> None:
    """Add up a site that was counted before its place in the tree was known."""
    branch = held_branch(uow, site_id)
    add_up(uow, branch.above, editions_at(uow, site_id))


def store(uow: UnitOfWork, figures: Iterable[Figure]) -> list[Change]:
    """Keep the figures that changed, in one statement.

    Computed figures need no history: what they come from has it.
    """
    changed = {(f.place, *f.key): (f, f.is_news) for f in figures if f.is_changed}
    if not changed:
        return []
    rows = [figure.row for figure, _ in changed.values()]
    options = {"populate_existing": True, "render_nulls": True}
    found = uow.session.scalars(_upsert(), rows, execution_options=options)
    stored = {(value.site_id, value.code, value.period): value for value in found}
    return [Change(figure, stored[same], news) for same, (figure, news) in changed.items()]


def tell(uow: UnitOfWork, changes: Iterable[Change]) -> None:
    """Announce the figures whose value or status changed, and hold them against their bounds."""
    news = [change for change in changes if change.is_news]
    uow.publish_all([(_measured(change.figure), change.row) for change in news])
    uow.publish_all([(_of_series(change), change.row) for change in news if _is_watched(change)])
    judge(uow, [change.figure for change in news])


@cache
def _path_held() -> Select[Any]:
    path = known_node.c.path
    lock = func.pg_advisory_xact_lock(TREE_LOCK, func.hashtext(cast(path[1], Text)))
    return select(path, lock).where(known_node.c.id == bindparam("site_id"))


@cache
def _upsert() -> ReturningInsert[Any]:
    row = insert(Value)
    computed = (*COMPONENTS, "definition_id", "value", "missing", "status")
    changes = {name: row.excluded[name] for name in computed}
    again = row.on_conflict_do_update(
        index_elements=SAME, set_=changes | {"version": Value.version + 1}
    )
    return again.returning(Value)


def _stored_above(
    uow: UnitOfWork, places: Sequence[UUID], definitions: Mapping[Key, Definition]
) -> list[Change]:
    adding_up = _adding_up(definitions)
    if not places or not adding_up:
        return []
    return store(uow, added_up(uow, places, adding_up))


def _definitions(changes: Iterable[Change]) -> dict[Key, Definition]:
    return {change.figure.key: change.figure.definition for change in changes}


def _adding_up(definitions: Mapping[Key, Definition]) -> dict[Key, Definition]:
    return {key: of for key, of in definitions.items() if of.aggregation.adds_up}


def _is_watched(change: Change) -> bool:
    definition = change.figure.definition
    return any(definition.watches_for(rule) for rule in OF_SERIES)


def _of_series(change: Change) -> SeriesChanged:
    of, place = change.figure.definition, change.figure.place
    return SeriesChanged(definition_id=of.id, code=of.code, site_id=place)


def _measured(figure: Figure) -> Measured:
    return Measured(
        definition_id=figure.definition.id,
        code=figure.definition.code,
        site_id=figure.place,
        period=figure.period,
        value=figure.value,
        status=figure.status,
    )


def _hold_everything(uow: UnitOfWork) -> None:
    roots = select(known_node.c.path[1].label("root")).distinct().order_by("root").subquery()
    lock = func.pg_advisory_xact_lock(TREE_LOCK, func.hashtext(cast(roots.c.root, Text)))
    uow.session.execute(select(lock).select_from(roots))
