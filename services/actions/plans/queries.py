from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func

from services.actions.models import FINISHED, UNDONE, Action
from services.actions.plans.schemas import PlanBy
from services.actions.queries import Filters, actions
from services.actions.schemas import ActionStatus
from shared.work import UnitOfWork

BY: Final = {PlanBy.OBJECTIVE: Action.objective, PlanBy.SOURCE: Action.source_kind}
MOST: Final = 200


def plans(uow: UnitOfWork, by: PlanBy, place: UUID | None) -> Sequence[Row[Any]]:
    """What each aim or source has for a plan, in one statement; the largest first."""
    key = BY[by]
    rows = actions(uow, Filters(place)).where(Action.status != ActionStatus.CANCELLED)
    if by is PlanBy.OBJECTIVE:
        rows = rows.where(Action.objective != "")
    columns = rows.with_only_columns(key.label("key"), *_sums(uow))
    ordered = columns.group_by(key).order_by(func.count().desc(), key).limit(MOST)
    return uow.session.execute(ordered).all()


def _sums(uow: UnitOfWork) -> list[ColumnElement[Any]]:
    undone = Action.status.in_(UNDONE)
    return [
        func.count().label("actions"),
        func.count().filter(Action.status.in_(FINISHED)).label("finished"),
        func.count().filter(Action.status == ActionStatus.DONE).label("done"),
        func.count().filter(undone, Action.due_on < uow.now.date()).label("late"),
        func.sum(Action.moves).label("moves"),
        func.coalesce(func.sum(Action.load_days), 0).label("load_days"),
        func.coalesce(func.sum(Action.cost_estimated), 0).label("cost_estimated"),
        func.coalesce(func.sum(Action.cost_real), 0).label("cost_real"),
        func.count().filter(Action.cost_estimated.is_(None)).label("without_cost"),
        func.array_remove(func.array_agg(Action.owner_id.distinct()), None).label("owners"),
    ]
