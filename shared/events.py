"""Events: what they look like, and which functions hear them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from shared.work import UnitOfWork


class Event(BaseModel):
    """Something that happened, in the past tense, told to whoever cares.

    A published event only ever gains optional fields. Any other change is a new event.
    """

    model_config = ConfigDict(frozen=True)

    topic: ClassVar[str]


class Envelope(BaseModel):
    """An event on the wire, under CloudEvents 1.0 names, and who caused it, where and why."""

    model_config = ConfigDict(frozen=True)

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    type: str
    source: str
    subject: UUID | None = None
    time: datetime
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: str
    data: dict[str, Any]
    actorid: UUID
    actorname: str = ""
    siteid: UUID | None = None
    correlationid: UUID
    causationid: UUID | None = None
    sequence: int | None = None

    @property
    def publisher(self) -> str:
        return self.type.partition(".")[0]


E = TypeVar("E", bound=Event)
Reaction = Callable[["UnitOfWork", E], None]


@dataclass(frozen=True)
class Handler:
    event: type[Event]
    run: Callable[["UnitOfWork", Any], None]
    slow: bool

    @property
    def name(self) -> str:
        return self.run.__name__


@dataclass(frozen=True)
class Handlers:
    """The events a service listens to; the bus's counterpart of an APIRouter."""

    registered: list[Handler] = field(default_factory=list)

    def on(self, event: type[E], *, slow: bool = False) -> Callable[[Reaction[E]], Reaction[E]]:
        """Call the decorated function once for each such event; on Celery when slow."""

        def register(run: Reaction[E]) -> Reaction[E]:
            self.registered.append(Handler(event, run, slow))
            return run

        return register

    def hearing(self, topic: str) -> list[Handler]:
        return [handler for handler in self.registered if handler.event.topic == topic]

    def knows(self, name: str) -> bool:
        """Whether there is such a handler: an old event may wait for one that is gone."""
        return any(handler.name == name for handler in self.registered)

    def named(self, name: str) -> Handler:
        [handler] = [handler for handler in self.registered if handler.name == name]
        return handler

    @property
    def topics(self) -> list[str]:
        return sorted({handler.event.topic for handler in self.registered})

    @property
    def publishers(self) -> list[str]:
        return sorted({topic.partition(".")[0] for topic in self.topics})
