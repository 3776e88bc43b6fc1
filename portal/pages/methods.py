"""How indicators come to be: the catalogue, definitions, who was asked, and who measures."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel
from starlette.datastructures import FormData

from portal.api import Refused
from portal.formats import french_number
from portal.forms import Form, rows_of
from portal.places import Place
from portal.render import page
from portal.session import Visit, Visitor
from services.indicators.definition_schemas import ComponentOut, DefinitionIn, DefinitionOut
from services.indicators.method.schemas import (
    AskIn,
    ConsultationOut,
    EndIn,
    InstanceIn,
    InstanceOut,
    Opinion,
    SayIn,
    ShippedOut,
    ValidateIn,
)
from services.indicators.schemas import Aggregation, Chart, Direction, Frequency, Rule, Side, Source
from shared.schemas import Page

PARTS: Final = ("code", "name_fr", "name_en", "unit", "side", "weight")
SPARE: Final = 2
"""Blank parts at the end of the form, for those that are to be added."""
MOST_SITES: Final = 200
KEPT: Final = frozenset(DefinitionIn.model_fields)

router = APIRouter(prefix="/indicators")


@dataclass
class Described:
    """A definition as it is typed: its fields, and the parts of its formula as rows of texts."""

    form: Form
    parts: list[dict[str, str]]

    @property
    def shown(self) -> list[dict[str, str]]:
        blank = dict.fromkeys(PARTS, "")
        return [*self.parts, *(dict(blank) for _ in range(SPARE))]

    def read(self) -> DefinitionIn | None:
        parts = [
            {name: text for name, text in part.items() if text}
            | ({"weight": french_number(part["weight"])} if part["weight"] else {})
            for part in self.parts
        ]
        data = self.form.read(components=parts)
        return data if isinstance(data, DefinitionIn) else None


@dataclass(frozen=True)
class Step:
    """One thing done to an indicator: what is sent, where, what comes back, what is said then."""

    sent: type[BaseModel]
    path: str
    answer: type[BaseModel]
    done: str


@router.get("/catalogue")
async def catalogue_page(visit: Visitor) -> Response:
    shipped = await visit.api.get("/indicators/shipped", list[ShippedOut])
    return await page(visit, "indicators/catalogue.html", {"shipped": shipped})


@router.post("/catalogue/{code}")
async def adopt(visit: Visitor, code: str) -> Response:
    made = await visit.api.post(f"/indicators/shipped/{code}", DefinitionOut)
    return visit.go(f"/indicators/{made.id}/method", "indicator_adopted")


@router.get("/new")
async def new_indicator(visit: Visitor) -> Response:
    return await _form_page(visit, Described(Form.of(DefinitionIn), []), None)


@router.post("/new")
async def define(visit: Visitor) -> Response:
    return await _save(visit, _typed(visit.form), None)


@router.get("/{definition_id}/edition")
async def new_edition(visit: Visitor, definition_id: UUID) -> Response:
    old = await visit.api.get(f"/indicators/definitions/{definition_id}", DefinitionOut)
    return await _form_page(visit, _of(old), old)


@router.post("/{definition_id}/edition")
async def redefine(visit: Visitor, definition_id: UUID) -> Response:
    old = await visit.api.get(f"/indicators/definitions/{definition_id}", DefinitionOut)
    return await _save(visit, _typed(visit.form), old)


@router.get("/{definition_id}/method")
async def method(visit: Visitor, definition_id: UUID) -> Response:
    return await _method_page(visit, definition_id)


@router.post("/{definition_id}/ask")
async def ask(visit: Visitor, definition_id: UUID) -> Response:
    path = f"/indicators/definitions/{definition_id}/consultations"
    step = Step(AskIn, path, ConsultationOut, "opinion_asked")
    return await _take(visit, definition_id, step)


@router.post("/{definition_id}/say/{consultation_id}")
async def say(visit: Visitor, definition_id: UUID, consultation_id: UUID) -> Response:
    path = f"/indicators/consultations/{consultation_id}/say"
    return await _take(visit, definition_id, Step(SayIn, path, ConsultationOut, "opinion_said"))


@router.post("/{definition_id}/validate")
async def validate(visit: Visitor, definition_id: UUID) -> Response:
    path = f"/indicators/definitions/{definition_id}/validate"
    step = Step(ValidateIn, path, DefinitionOut, "method_validated")
    return await _take(visit, definition_id, step)


@router.post("/{definition_id}/measured-at")
async def measure_here(visit: Visitor, definition_id: UUID) -> Response:
    step = Step(InstanceIn, "/indicators/instances", InstanceOut, "site_measures")
    return await _take(visit, definition_id, step)


@router.post("/{definition_id}/measured-at/{instance_id}/end")
async def measure_no_longer(visit: Visitor, definition_id: UUID, instance_id: UUID) -> Response:
    path = f"/indicators/instances/{instance_id}/end"
    return await _take(
        visit, definition_id, Step(EndIn, path, InstanceOut, "site_measures_no_longer")
    )


async def _take(visit: Visit, definition_id: UUID, step: Step) -> Response:
    """Do one thing to an indicator, and come back to its method; or say what was wrong with it."""
    form = Form.typed(step.sent, visit.form)
    data = form.read()
    if data is None:
        return await _method_page(visit, definition_id, form)
    try:
        await visit.api.post(step.path, step.answer, data)
    except Refused as refused:
        return await _method_page(visit, definition_id, form.refused(refused))
    return visit.go(f"/indicators/{definition_id}/method", step.done)


async def _method_page(visit: Visit, definition_id: UUID, form: Form | None = None) -> Response:
    path = f"/indicators/definitions/{definition_id}"
    definition, consulted = await asyncio.gather(
        visit.api.get(path, DefinitionOut),
        visit.api.get(f"{path}/consultations", list[ConsultationOut]),
    )
    where = {"code": definition.code, "limit": MOST_SITES}
    measured, places, people = await asyncio.gather(
        visit.api.get("/indicators/instances", Page[InstanceOut], **where),
        visit.places(),
        _people(visit),
    )
    hands = (definition.owner_id, definition.validated_by)
    names = await visit.names([*hands, *(one.person_id for one in consulted)])
    running = [row for row in measured.items if row.ended_on is None]
    forms = {AskIn: Form.of(AskIn), SayIn: Form.of(SayIn), InstanceIn: Form.of(InstanceIn)}
    context = {
        "definition": definition,
        "consulted": consulted,
        "mine": next((one for one in consulted if _waits_for(visit, one)), None),
        "measured": running,
        "to_add": _to_add(visit, places, running),
        "people": people,
        "names": names,
        "opinions": list(Opinion),
        "forms": {kind.__name__: one for kind, one in forms.items()}
        | ({form.model.__name__: form} if form else {}),
        "refused": form.refusal if form else None,
        "reported": definition.source is Source.REPORTED,
        "open": definition.superseded_at is None and definition.validated_at is None,
    }
    return await page(visit, "indicators/method.html", context, form.status if form else 200)


def _waits_for(visit: Visit, asked: ConsultationOut) -> bool:
    return asked.person_id == visit.actor.id and asked.said_at is None


def _to_add(visit: Visit, places: Iterable[Place], running: Iterable[InstanceOut]) -> list[Place]:
    there = {row.site_id for row in running}
    mine = (p for p in places if visit.may("indicators:measure", p.id) and p.id not in there)
    return [place for place in mine if place.kind.value == "site"]


async def _people(visit: Visit) -> dict[UUID, str]:
    """Whom a definition may be discussed with: those who can read it."""
    if not visit.may("indicators:define"):
        return {}
    return await visit.who_may("indicators:read", None)


async def _save(visit: Visit, typed: Described, old: DefinitionOut | None) -> Response:
    data = typed.read()
    if data is None:
        return await _form_page(visit, typed, old)
    path = f"/indicators/definitions/{old.id}/supersede" if old else "/indicators/definitions"
    try:
        saved = await visit.api.post(path, DefinitionOut, data)
    except Refused as refused:
        typed.form.refused(refused)
        return await _form_page(visit, typed, old)
    return visit.go(f"/indicators/{saved.id}/method", "indicator_defined")


async def _form_page(visit: Visit, typed: Described, old: DefinitionOut | None) -> Response:
    context = {
        "form": typed.form,
        "parts": typed.shown,
        "old": old,
        "directions": list(Direction),
        "aggregations": list(Aggregation),
        "frequencies": list(Frequency),
        "sides": list(Side),
        "charts": list(Chart),
        "rules": [rule for rule in Rule if rule is not Rule.LIMIT],
        "people": await _people(visit),
    }
    return await page(visit, "indicators/define.html", context, typed.form.status)


def _of(old: DefinitionOut) -> Described:
    shown = old.model_dump(mode="json", include=set(KEPT - {"components"}))
    shown["everywhere"] = "true" if old.everywhere else "false"
    return Described(Form.of(DefinitionIn, **shown), [_texts(part) for part in old.components])


def _texts(part: ComponentOut) -> dict[str, str]:
    return {name: str(value) for name, value in part.model_dump(mode="json").items()}


def _typed(data: FormData) -> Described:
    rows = rows_of(data, PARTS, "part_")
    filled = [row for row in rows if row["code"] or row["name_fr"] or row["name_en"]]
    return Described(Form.typed(DefinitionIn, data), filled)
