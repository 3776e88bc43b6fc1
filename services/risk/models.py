from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import DeclarativeBase, Mapped, column_property, mapped_column

from services.risk.errors import RatingOffScale
from services.risk.schemas import Domain, RatingIn
from services.risk.scoring import Scale, level, score
from shared.catalogue import Superseded
from shared.db import Entity, OfSite, Traced, schema
from shared.directory import add_directory
from shared.import_rows import add_imports
from shared.job_rows import add_jobs
from shared.search import Findable, by_trigrams


class Model(Entity, DeclarativeBase):
    metadata = schema("risk")


add_directory(Model.metadata)
add_jobs(Model.metadata)
add_imports(Model.metadata)


class Method(Superseded, Model):
    """How risks are rated: a scale, bands, and from which level on a risk is escalated."""

    __tablename__ = "method"
    __table_args__ = (UniqueConstraint("code", "edition"),)

    name_fr: Mapped[str]
    name_en: Mapped[str]
    scale: Mapped[int]
    bands: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    grave_floor_level: Mapped[int]
    escalation_level: Mapped[int]

    def level_of(self, rating: RatingIn) -> int:
        for rated in (rating.gravity, rating.probability):
            if rated > self.scale:
                raise RatingOffScale(method=self.code, scale=self.scale, rating=rated)
        minima = [(band["level"], band["minimum"]) for band in self.bands]
        scale = Scale(self.scale, minima, self.grave_floor_level)
        return level(scale, rating.gravity, rating.probability)


class Risk(OfSite, Traced, Findable, Model):
    """What could happen at a site. Each rating keeps the edition of the method it was made by."""

    __tablename__ = "risk"
    __table_args__ = (
        Index("ix_risk_level", text("coalesce(residual_level, initial_level)")),
        Index("ix_risk_initial", "initial_gravity", "initial_probability"),
        Index("ix_risk_residual", "residual_gravity", "residual_probability"),
        by_trigrams(),
    )

    domain: Mapped[Domain]
    process: Mapped[str]
    title: Mapped[str] = mapped_column(index=True)
    description: Mapped[str]
    method_id: Mapped[UUID] = mapped_column(ForeignKey("risk.method.id"))
    method_reason: Mapped[str]
    initial_gravity: Mapped[int | None]
    initial_probability: Mapped[int | None]
    initial_score: Mapped[int | None]
    initial_level: Mapped[int | None] = mapped_column()
    residual_method_id: Mapped[UUID | None] = mapped_column(ForeignKey("risk.method.id"))
    residual_gravity: Mapped[int | None]
    residual_probability: Mapped[int | None]
    residual_score: Mapped[int | None]
    residual_level: Mapped[int | None] = mapped_column()
    measures: Mapped[str] = mapped_column(default="")
    assessed_on: Mapped[date | None]
    escalated_at: Mapped[datetime | None]

    found_in = ("title", "process")

    rank: Mapped[int] = column_property(func.coalesce(residual_level, initial_level, 0))
    """The level to sort by: what is not rated yet comes below everything that is."""

    @hybrid_property
    def level(self) -> int | None:
        """The level that counts today: the residual one once it is rated."""
        return self.initial_level if self.residual_level is None else self.residual_level

    @level.inplace.expression
    @classmethod
    def _level(cls) -> Any:  # noqa: ANN401  an SQL expression
        return func.coalesce(cls.residual_level, cls.initial_level)

    def rate_initially(self, method: Method, rating: RatingIn, on: date) -> None:
        self.initial_level = method.level_of(rating)
        self.initial_gravity, self.initial_probability = rating.gravity, rating.probability
        self.initial_score = score(rating.gravity, rating.probability)
        self.assessed_on = on

    def rate_residual(self, method: Method, rating: RatingIn, measures: str, on: date) -> None:
        self.residual_level = method.level_of(rating)
        self.residual_method_id = method.id
        self.residual_gravity, self.residual_probability = rating.gravity, rating.probability
        self.residual_score = score(rating.gravity, rating.probability)
        self.measures = measures
        self.assessed_on = on

    def escalates(self, method: Method, at: datetime) -> bool:
        """Whether the risk has just grown beyond what its site may accept by itself.

        It says so once; below the threshold again, it may say so anew.
        """
        if self.level is None or self.level < method.escalation_level:
            self.escalated_at = None
            return False
        if self.escalated_at is not None:
            return False
        self.escalated_at = at
        return True
