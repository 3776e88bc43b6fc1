"""Facts told, measurements reported: the ways this service comes to have figures."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy import select

from services.actions.events import ActionOpened
from services.actions.schemas import ActionType, Priority
from services.audit.events import FindingRaised
from services.audit.schemas import Grade
from services.indicators import commands
from services.indicators.alerting.models import Alert
from services.indicators.definition_schemas import DefinitionIn
from services.indicators.handlers import handlers
from services.indicators.method import commands as method
from services.indicators.method.models import Consultation
from services.indicators.method.queries import shipped
from services.indicators.method.schemas import AskIn, InstanceIn, Opinion, SayIn
from services.indicators.models import Definition, Instance, Measurement, Value
from services.indicators.schemas import Aggregation, Direction, Frequency, MeasurementIn
from services.indicators.shipped import definitions
from shared.auth import SYSTEM, SYSTEM_ID, Actor
from shared.events import Envelope, Event
from shared.work import unit_of_work
from tests.world import WORLD

TODAY = date(2030, 3, 15)
MARCH = date(2030, 3, 1)


def at(day: date) -> datetime:
    return datetime.combine(day, time(9), UTC)


def tell(event: Event, sequence: int = 1, on: date = TODAY, story: UUID | None = None) -> UUID:
    """Have the service hear an event on a day. Gives the correlation id of its story."""
    story = story or uuid4()
    envelope = Envelope(
        id=uuid4(),
        type=event.topic,
        source=f"/{event.topic.partition('.')[0]}",
        time=at(on),
        dataschema=f"urn:qse:event:{event.topic}",
        data=event.model_dump(mode="json"),
        actorid=SYSTEM_ID,
        correlationid=story,
        sequence=sequence,
    )
    with unit_of_work(
        "indicators", SYSTEM, now=at(on), cause=envelope, correlation_id=story
    ) as uow:
        for handler in handlers.hearing(event.topic):
            handler.run(uow, event)
    return story


def opened(
    site: UUID = WORLD.lyon, on: date = TODAY, due: date = date(2030, 6, 30), id: UUID | None = None
) -> ActionOpened:
    return ActionOpened(
        action_id=id or uuid4(),
        site_id=site,
        number="A-2030-0001",
        finding_id=None,
        type=ActionType.CORRECTIVE,
        priority=Priority.P2,
        owner_id=WORLD.paul.id,
        opened_on=on,
        due_on=due,
    )


def raised(site: UUID = WORLD.lyon, on: date = TODAY, grade: Grade = Grade.MAJOR) -> FindingRaised:
    return FindingRaised(
        finding_id=uuid4(),
        audit_id=uuid4(),
        site_id=site,
        grade=grade,
        process="PROD",
        raised_on=on,
    )


def definition_in(code: str = "EAU_TOT", **facts: object) -> DefinitionIn:
    usual = {
        "code": code,
        "name_fr": "Eau prélevée",
        "name_en": "Water withdrawn",
        "unit": "m3",
        "direction": Direction.LOW,
        "aggregation": Aggregation.SUM,
    }
    return DefinitionIn.model_validate(usual | facts)


def ratio_in(code: str = "TF1", **facts: object) -> DefinitionIn:
    usual = {"unit": "/10^6 h", "aggregation": Aggregation.RATIO_OF_SUMS, "factor": 1_000_000}
    return definition_in(code, **(usual | facts))


def defined(data: DefinitionIn) -> Definition:
    with unit_of_work("indicators", WORLD.greta, permission="indicators:define") as uow:
        return method.define(uow, data)


def measurement_in(  # noqa: PLR0913  what a measurement is made of
    code: str,
    numerator: str | int,
    denominator: str | int | None = None,
    *,
    site: UUID = WORLD.lyon,
    period: date = MARCH,
    unit: str | None = None,
) -> MeasurementIn:
    return MeasurementIn(
        code=code,
        site_id=site,
        period=period,
        numerator=Decimal(numerator),
        denominator=None if denominator is None else Decimal(denominator),
        unit=unit,
    )


def reported(data: MeasurementIn, by: Actor | None = None, on: date = TODAY) -> Measurement:
    who = by or WORLD.greta
    with unit_of_work("indicators", who, permission="indicators:measure", now=at(on)) as uow:
        return commands.report(uow, data)


def value(code: str, place: UUID = WORLD.lyon, period: date = MARCH) -> Value | None:
    with unit_of_work("indicators", SYSTEM) as uow:
        here = (Value.code == code, Value.site_id == place, Value.period == period)
        return uow.session.scalar(uow.select(Value).where(*here))


def number(code: str, place: UUID = WORLD.lyon, period: date = MARCH) -> Decimal | None:
    found = value(code, place, period)
    return None if found is None else found.value


def numbers(code: str, places: Iterable[UUID], period: date = MARCH) -> list[Decimal | None]:
    return [number(code, place, period) for place in places]


def alerts(code: str, place: UUID = WORLD.lyon) -> list[Alert]:
    with unit_of_work("indicators", SYSTEM) as uow:
        rows = uow.select(Alert).where(Alert.code == code, Alert.site_id == place)
        return list(uow.session.scalars(rows.order_by(Alert.raised_at)))


def edition(code: str) -> Definition:
    with unit_of_work("indicators", SYSTEM) as uow:
        rows = select(Definition).where(Definition.code == code, Definition.superseded_at.is_(None))
        return uow.session.scalars(rows).one()


YEARLY = {"frequency": Frequency.YEAR, "unit": "kg"}


def measured_at(
    code: str, site: UUID = WORLD.lyon, since: date = date(2030, 1, 1), by: Actor | None = None
) -> Instance:
    """Have a site measure an indicator that is not measured everywhere."""
    who = by or WORLD.greta
    data = InstanceIn(code=code, site_id=site, since=since)
    with unit_of_work("indicators", who, permission="indicators:measure", now=at(TODAY)) as uow:
        return method.measure_here(uow, data)


def instance_of(id: UUID) -> Instance:
    with unit_of_work("indicators", SYSTEM) as uow:
        return uow.get(Instance, id)


def asked(definition_id: UUID, whom: Actor) -> Consultation:
    with unit_of_work("indicators", WORLD.greta, permission="indicators:define") as uow:
        return method.ask(uow, definition_id, AskIn(person_id=whom.id))


def said(consultation: Consultation, by: Actor, opinion: Opinion = Opinion.AGREES) -> Consultation:
    words = "" if opinion is Opinion.AGREES else "Les heures des intérimaires ?"
    data = SayIn(version=consultation.version, opinion=opinion, said=words)
    with unit_of_work("indicators", by, permission="indicators:read") as uow:
        return method.say(uow, consultation.id, data)


def agreed(definition_id: UUID) -> Definition:
    """A definition that Bob agrees with. It is nobody's, so that whoever may can validate it."""
    said(asked(definition_id, WORLD.bob), WORLD.bob)
    with unit_of_work("indicators", SYSTEM) as uow:
        definition = uow.get(Definition, definition_id)
        definition.defined_by = None
        return definition


def unadopted() -> Iterator[str]:
    """Indicators that come with the product, of which the group has none yet."""
    with unit_of_work("indicators", SYSTEM) as uow:
        rows = shipped(uow)
    return (one.code for one in rows if one.definition_id is None)


def adopted_in(code: str, **facts: object) -> DefinitionIn:
    """An indicator that comes with the product, measured everywhere."""
    return definitions()[code].model_copy(update={"everywhere": True, **facts})
