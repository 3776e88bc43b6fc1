from datetime import date
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from services.indicators.models import Model
from shared.db import OfSite


class Phase(OfSite, Model):
    """From a period on, the limits of a control chart at a place are computed anew, and why.

    They rest on the first `baseline` points of the phase and are frozen then; without a number,
    on all its points, and move with each.
    """

    __tablename__ = "phase"
    __table_args__ = (UniqueConstraint("site_id", "code", "start"),)

    code: Mapped[str]
    start: Mapped[date]
    baseline: Mapped[int | None]
    reason: Mapped[str]
    decided_by: Mapped[UUID]
