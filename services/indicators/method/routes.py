from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter

from services.indicators.definition_schemas import DefinitionIn, DefinitionOut
from services.indicators.method import commands, queries
from services.indicators.method.models import Consultation
from services.indicators.method.schemas import (
    AskIn,
    ConsultationOut,
    EndIn,
    InstanceIn,
    InstanceOut,
    SayIn,
    ShippedOut,
    ValidateIn,
)
from services.indicators.models import Definition, Instance
from shared.catalogue import current
from shared.pages import Order, Paged, page
from shared.schemas import Page
from shared.work import UnitOfWork, authorised

Read = Annotated[UnitOfWork, authorised("indicators:read")]
Measure = Annotated[UnitOfWork, authorised("indicators:measure")]
Define = Annotated[UnitOfWork, authorised("indicators:define")]

router = APIRouter()


@router.get("/definitions", response_model=Page[DefinitionOut])
def list_definitions(uow: Read, paging: Paged) -> Any:  # noqa: ANN401  shaped by response_model
    return page(uow, current(uow, Definition), Order(Definition.code), paging)


@router.post("/definitions", response_model=DefinitionOut, status_code=201)
def define(data: DefinitionIn, uow: Define) -> Definition:
    return commands.define(uow, data)


@router.get("/definitions/{definition_id}", response_model=DefinitionOut)
def read_definition(definition_id: UUID, uow: Read) -> Definition:
    return uow.get(Definition, definition_id)


@router.post(
    "/definitions/{definition_id}/supersede", response_model=DefinitionOut, status_code=201
)
def redefine(definition_id: UUID, data: DefinitionIn, uow: Define) -> Definition:
    """Put another edition in force: other names or bounds, the same meaning."""
    return commands.redefine(uow, definition_id, data)


@router.get("/shipped")
def list_shipped(uow: Read) -> list[ShippedOut]:
    return queries.shipped(uow)


@router.post("/shipped/{code}", response_model=DefinitionOut, status_code=201)
def adopt(code: str, uow: Define) -> Definition:
    return commands.adopt(uow, code)


@router.get("/instances", response_model=Page[InstanceOut])
def list_instances(code: str, paging: Paged, uow: Read, place: UUID | None = None) -> Any:  # noqa: ANN401  shaped by response_model
    return page(uow, queries.instances(uow, code, place), Order(Instance.since), paging)


@router.post("/instances", response_model=InstanceOut, status_code=201)
def measure_here(data: InstanceIn, uow: Measure) -> Instance:
    return commands.measure_here(uow, data)


@router.post("/instances/{instance_id}/end", response_model=InstanceOut)
def measure_no_longer(instance_id: UUID, data: EndIn, uow: Measure) -> Instance:
    return commands.measure_no_longer(uow, instance_id, data)


@router.get("/definitions/{definition_id}/consultations", response_model=list[ConsultationOut])
def list_consultations(definition_id: UUID, uow: Read) -> Sequence[Consultation]:
    return queries.consultations(uow, definition_id)


@router.post(
    "/definitions/{definition_id}/consultations", response_model=ConsultationOut, status_code=201
)
def ask(definition_id: UUID, data: AskIn, uow: Define) -> Consultation:
    return commands.ask(uow, definition_id, data)


@router.post("/consultations/{consultation_id}/say", response_model=ConsultationOut)
def say(consultation_id: UUID, data: SayIn, uow: Read) -> Consultation:
    return commands.say(uow, consultation_id, data)


@router.post("/definitions/{definition_id}/validate", response_model=DefinitionOut)
def validate(definition_id: UUID, data: ValidateIn, uow: Define) -> Definition:
    return commands.validate(uow, definition_id, data)
