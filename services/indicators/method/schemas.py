"""How an indicator came to be: who was asked, who validated its method, which sites measure it."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from services.indicators.definition_schemas import ComponentOut
from services.indicators.schemas import Aggregation, Direction, Frequency
from shared.schemas import Change, Day, In, Out


class ShippedOut(Out):
    """An indicator that comes with the product, and its edition in force if it was adopted."""

    code: str
    name_fr: str
    name_en: str
    unit: str
    direction: Direction
    aggregation: Aggregation
    frequency: Frequency
    components: list[ComponentOut]
    definition_id: UUID | None


class InstanceIn(In):
    id: UUID | None = None
    code: str
    site_id: UUID
    since: Day


class InstanceOut(Out):
    """A site that measures an indicator, from the period of `since` to that of `ended_on`."""

    id: UUID
    version: int
    code: str
    site_id: UUID
    since: date
    ended_on: date | None


class EndIn(Change):
    pass


class Opinion(StrEnum):
    AGREES = "agrees"
    RESERVES = "reserves"
    DISAGREES = "disagrees"


class AskIn(In):
    """Ask somebody whether a definition says what has to be known."""

    person_id: UUID


class SayIn(Change):
    """What somebody who was asked says. Who does not simply agree says why."""

    opinion: Opinion
    said: str = Field(default="", max_length=4000)


class ConsultationOut(Out):
    """Somebody who was asked about an edition of an indicator, and what they said, if they did."""

    id: UUID
    version: int
    definition_id: UUID
    person_id: UUID
    asked_by: UUID
    asked_at: datetime
    opinion: Opinion | None
    said: str
    said_at: datetime | None


class ValidateIn(Change):
    pass
