"""Actions as plans: by the aim that they serve, or by what they answer."""

from enum import StrEnum
from uuid import UUID

from shared.schemas import Out, Quantity


class PlanBy(StrEnum):
    OBJECTIVE = "objective"
    SOURCE = "source"


class PlanOut(Out):
    """The actions of one aim or source together: how far they are, what they take and cost."""

    key: str
    actions: int
    finished: int
    done: int
    late: int
    moves: int
    load_days: Quantity
    cost_estimated: Quantity
    cost_real: Quantity
    without_cost: int
    owners: list[UUID]
