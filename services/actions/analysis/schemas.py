"""How the causes of something are looked for, as the actions service keeps and shows it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import BaseModel, Field, StrictBool, StrictInt

from shared.schemas import Change, In, Out

Said = Annotated[str, Field(max_length=1000)]


class Method(StrEnum):
    FIVE_WHYS = "five_whys"
    ISHIKAWA = "ishikawa"
    EIGHT_D = "eight_d"


class CauseStatus(StrEnum):
    POSSIBLE = "possible"
    RULED_OUT = "ruled_out"
    CONFIRMED = "confirmed"


class Scheme(StrEnum):
    """How many families of causes are looked at."""

    M5 = "5M"
    M6 = "6M"
    M7 = "7M"


class Family(StrEnum):
    MANPOWER = "manpower"
    MATERIAL = "material"
    MACHINE = "machine"
    METHOD = "method"
    ENVIRONMENT = "environment"
    MEASUREMENT = "measurement"
    MANAGEMENT = "management"


FAMILIES: Final = {
    Scheme.M5: tuple(Family)[:5],
    Scheme.M6: tuple(Family)[:6],
    Scheme.M7: tuple(Family),
}


class Why(In):
    """An answer to a why: of the problem, or of another answer, by its number from 1 on."""

    because: str = Field(min_length=3, max_length=1000)
    of: StrictInt | None = Field(default=None, ge=1)
    status: CauseStatus = CauseStatus.POSSIBLE
    proof: Said = ""


class FiveWhysIn(Change):
    problem: str = Field(min_length=5, max_length=2000)
    whys: list[Why] = Field(default=[], max_length=60)
    reads_back: StrictBool = False
    """Read upwards, each confirmed cause with a “therefore” gives the effect again."""


class Cause(In):
    family: Family
    cause: str = Field(min_length=3, max_length=1000)
    status: CauseStatus = CauseStatus.POSSIBLE
    proof: Said = ""


class IshikawaIn(Change):
    effect: str = Field(min_length=5, max_length=2000)
    scheme: Scheme = Scheme.M5
    causes: list[Cause] = Field(default=[], max_length=100)


class Discipline(StrEnum):
    D0 = "D0"
    D1 = "D1"
    D2 = "D2"
    D3 = "D3"
    D4 = "D4"
    D5 = "D5"
    D6 = "D6"
    D7 = "D7"
    D8 = "D8"


REQUIRED: Final[dict[Discipline, tuple[str, ...]]] = {
    Discipline.D0: ("symptom", "customer_protection"),
    Discipline.D1: ("leader", "members"),
    Discipline.D2: ("what", "where", "when", "how_much"),
    Discipline.D3: ("stocks", "actions", "verification", "until"),
    Discipline.D4: ("cause_of_occurrence", "cause_of_escape", "proof"),
    Discipline.D5: ("actions", "validation"),
    Discipline.D6: ("evidence", "results"),
    Discipline.D7: ("fmea", "control_plan", "documents", "read_across"),
    Discipline.D8: ("summary", "closed_on", "customer_agreement"),
}
"""What each step of an 8D must say before it is complete."""

OPTIONAL: Final[dict[Discipline, tuple[str, ...]]] = {
    Discipline.D2: ("is_not",),
    Discipline.D4: ("cause_in_system",),
}
MOST_FACTS: Final = 10


class StepIn(Change):
    """What a step of an 8D says so far; `complete`, once it says all that is asked for."""

    facts: dict[str, Annotated[str, Field(max_length=2000)]] = Field(max_length=MOST_FACTS)
    complete: StrictBool = False


class StepOut(BaseModel):
    """A step of an 8D, begun or not. `active` may still be written."""

    step: Discipline
    facts: dict[str, str]
    due_on: date | None
    completed_on: date | None
    completed_by: UUID | None
    active: bool


class AnalysisOut(Out):
    """One search for causes, in the round that it belongs to.

    `content` is what the method's own form takes; of an 8D, `steps` say it with what is due.
    """

    id: UUID
    version: int
    action_id: UUID
    round: int
    method: Method
    content: dict[str, Any]
    root_cause: str
    begun_on: date
    changed_at: datetime
    changed_by: UUID
    steps: list[StepOut]
