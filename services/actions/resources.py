"""Who helps with an action, what it takes and costs, what is in its way, which aim it serves."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy import Numeric, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.actions.errors import ContributorTookPart
from services.actions.schemas import ActionStatus, ResourcesIn
from shared.db import Entity

MONEY = Numeric(14, 2)
DAYS = Numeric(7, 1)


class Resourced(Entity):
    """What an action is given. Money is in the currency of the group."""

    number: Mapped[str]
    status: Mapped[ActionStatus] = mapped_column(default=ActionStatus.OPEN, index=True)
    objective: Mapped[str] = mapped_column(default="", index=True)
    contributor_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    means: Mapped[str] = mapped_column(default="")
    cost_estimated: Mapped[Decimal | None] = mapped_column(MONEY)
    cost_real: Mapped[Decimal | None] = mapped_column(MONEY)
    load_days: Mapped[Decimal | None] = mapped_column(DAYS)
    gain: Mapped[str] = mapped_column(default="")
    constraint_financial: Mapped[str] = mapped_column(default="")
    constraint_material: Mapped[str] = mapped_column(default="")
    constraint_human: Mapped[str] = mapped_column(default="")

    def provide(self, data: ResourcesIn) -> None:
        """Write down what it is given. Whoever helped once the work started stays named."""
        self.require_undone()
        gone = set(self.contributor_ids) - set(data.contributor_ids)
        if gone and self.status is ActionStatus.IN_PROGRESS:
            raise ContributorTookPart(number=self.number)
        for name, value in data.model_dump(exclude={"version"}).items():
            setattr(self, name, value)

    def require_undone(self) -> None:
        raise NotImplementedError
