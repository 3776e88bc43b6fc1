from datetime import date
from typing import Any
from uuid import UUID

from services.indicators import values
from services.indicators.definition_schemas import DefinitionIn
from services.indicators.errors import OwnerNotKnown
from services.indicators.events import ConsultationAsked, IndicatorDefined, InstanceChanged
from services.indicators.method.errors import (
    AlreadyMeasuredHere,
    AnswersAwaited,
    AskedAlready,
    IndicatorNotShipped,
    MeasuredEverywhere,
    MethodNotInForce,
    NobodyWasConsulted,
    PersonNotKnown,
    ValidatedAlready,
    ValidatorDefinedIt,
)
from services.indicators.method.models import Consultation
from services.indicators.method.queries import consultations
from services.indicators.method.schemas import AskIn, EndIn, InstanceIn, SayIn, ValidateIn
from services.indicators.models import Definition, Instance
from services.indicators.queries import editions_above, require_site
from services.indicators.shipped import definitions
from shared.catalogue import current, current_edition, supersede
from shared.directory import is_active, person
from shared.errors import NotFound
from shared.work import UnitOfWork


def define(uow: UnitOfWork, data: DefinitionIn) -> Definition:
    uow.require_whole_group()
    definition = Definition(**_as_kept(data), defined_by=uow.actor.id)
    definition.require_coherent()
    _require_owner(uow, data)
    uow.publish(_defined(uow.add(definition)), about=definition)
    return definition


def redefine(uow: UnitOfWork, definition_id: UUID, data: DefinitionIn) -> Definition:
    """Put another edition in force, with other names or bounds but the same meaning."""
    uow.require_whole_group()
    old = uow.get(Definition, definition_id, lock=True)
    old.require_same_meaning(data)
    edition = supersede(uow, old, _as_kept(data) | {"defined_by": uow.actor.id})
    edition.require_coherent()
    _require_owner(uow, data)
    uow.publish(_defined(edition), about=edition)
    return edition


def _require_owner(uow: UnitOfWork, data: DefinitionIn) -> None:
    if data.owner_id is not None and not is_active(uow, data.owner_id):
        raise OwnerNotKnown(owner_id=data.owner_id)


def _as_kept(data: DefinitionIn) -> dict[str, Any]:
    return data.model_dump() | data.model_dump(mode="json", include={"components"})


def announce_definitions(uow: UnitOfWork) -> None:
    """Tell of every indicator in force: those that came with the platform told of none."""
    found = uow.session.scalars(current(uow, Definition)).all()
    uow.publish_all([(_defined(definition), definition) for definition in found])


def _defined(definition: Definition) -> IndicatorDefined:
    return IndicatorDefined(definition_id=definition.id, code=definition.code)


def adopt(uow: UnitOfWork, code: str) -> Definition:
    """Put an indicator that comes with the product in force; sites then choose to measure it."""
    data = definitions().get(code)
    if data is None:
        raise IndicatorNotShipped(code=code)
    return define(uow, data)


def measure_here(uow: UnitOfWork, data: InstanceIn) -> Instance:
    """Have a site measure an indicator from a period on: it is asked for the figures from then."""
    known = uow.find(Instance, data.id)
    if known is not None:
        return known
    definition = current_edition(uow, Definition, data.code)
    _require_chosen(definition)
    definition.require_reported()
    instance = Instance(
        **data.model_dump(include={"id", "code", "site_id"}),
        since=definition.period_of(data.since),
    )
    uow.require_scope(instance)
    require_site(uow, data.site_id)
    uow.add_unless(instance, lambda: AlreadyMeasuredHere(code=data.code))
    uow.publish(_changed(instance), about=instance)
    return instance


def measure_no_longer(uow: UnitOfWork, instance_id: UUID, data: EndIn) -> Instance:
    """What the site reported stays; from the period after this one nothing more is asked."""
    instance = uow.get(Instance, instance_id, lock=True, seen=data)
    definition = current_edition(uow, Definition, instance.code)
    instance.end(on=definition.period_of(uow.now.date()))
    uow.session.flush()
    uow.publish(_changed(instance), about=instance)
    return instance


def expect_anew(uow: UnitOfWork, code: str, site_id: UUID, since: date) -> None:
    """Of how many sites the figures above this one are made is another number now."""
    branch = values.held_branch(uow, site_id)
    values.add_up(uow, branch.above, editions_above(uow, code, branch.above, since))


def ask(uow: UnitOfWork, definition_id: UUID, data: AskIn) -> Consultation:
    """Ask somebody concerned what they think of a definition, before it is validated."""
    uow.require_whole_group()
    definition = uow.get(Definition, definition_id, lock=True)
    _require_open(definition)
    if not is_active(uow, data.person_id):
        raise PersonNotKnown(person_id=data.person_id)
    if any(row.person_id == data.person_id for row in consultations(uow, definition_id)):
        raise AskedAlready(person=person(uow, data.person_id).name)
    asked = uow.add(
        Consultation(
            definition_id=definition_id,
            person_id=data.person_id,
            asked_by=uow.actor.id,
            asked_at=uow.now,
        )
    )
    event = ConsultationAsked(
        consultation_id=asked.id,
        definition_id=definition_id,
        code=definition.code,
        name_fr=definition.name_fr,
        name_en=definition.name_en,
        person_id=data.person_id,
    )
    uow.publish(event, about=asked)
    return asked


def say(uow: UnitOfWork, consultation_id: UUID, data: SayIn) -> Consultation:
    """Say what one thinks, as the person who was asked."""
    asked = uow.get(Consultation, consultation_id, lock=True, seen=data)
    if asked.person_id != uow.actor.id:
        raise NotFound(kind="Consultation", id=consultation_id)
    asked.say(data.opinion, data.said, at=uow.now)
    uow.session.flush()
    return asked


def validate(uow: UnitOfWork, definition_id: UUID, data: ValidateIn) -> Definition:
    """Validate a method that was discussed, as somebody who has no hand in it."""
    uow.require_whole_group()
    definition = uow.get(Definition, definition_id, lock=True, seen=data)
    _require_open(definition)
    if uow.actor.id in (definition.defined_by, definition.owner_id):
        raise ValidatorDefinedIt
    asked = consultations(uow, definition_id)
    awaited = [row for row in asked if row.said_at is None]
    if not asked:
        raise NobodyWasConsulted(code=definition.code)
    if awaited:
        raise AnswersAwaited(count=len(awaited))
    definition.validated_by, definition.validated_at = uow.actor.id, uow.now
    uow.session.flush()
    return definition


def _require_open(definition: Definition) -> None:
    if definition.superseded_at is not None:
        raise MethodNotInForce(code=definition.code, edition=definition.edition)
    if definition.validated_at is not None:
        raise ValidatedAlready(day=definition.validated_at.date())


def _require_chosen(definition: Definition) -> None:
    if definition.everywhere:
        raise MeasuredEverywhere(code=definition.code)


def _changed(instance: Instance) -> InstanceChanged:
    return InstanceChanged(
        instance_id=instance.id,
        code=instance.code,
        site_id=instance.site_id,
        since=instance.since,
    )
