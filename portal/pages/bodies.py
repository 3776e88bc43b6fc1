"""Certification bodies and their scales: what each calls a finding, and how long it gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from portal.api import Refused
from portal.forms import MESSAGES, WRONG, Wrong, rows_of
from portal.i18n import N_
from portal.render import page
from portal.session import Visit, Visitor
from services.audit.answers.schemas import BodyIn, BodyOut, ScaleGrade
from services.audit.schemas import Grade
from shared.schemas import Page

FIELDS: Final = tuple(ScaleGrade.model_fields)
DAYS: Final = ("answer_days", "closing_days")
DUTIES: Final = ("obliges", "blocks", "working_days")
SPARE: Final = 2
"""Blank grades at the end of the form, for those that are to be added."""
LABELS: Final[Mapping[str, str]] = {
    "name": N_("Nom"),
    "grades": N_("Classements"),
    "code": N_("Code"),
    "kind": N_("Vaut"),
    "title_fr": N_("Intitulé français"),
    "title_en": N_("Intitulé anglais"),
    "definition_fr": N_("Définition française"),
    "definition_en": N_("Définition anglaise"),
    "obliges": N_("Action corrective obligatoire"),
    "blocks": N_("Bloque le certificat"),
    "answer_days": N_("Jours pour répondre"),
    "closing_days": N_("Jours pour solder"),
    "working_days": N_("En jours ouvrés"),
}

router = APIRouter(prefix="/bodies")


@dataclass
class Scale:
    """A body's scale as it is typed: its grades as rows of texts, and what was wrong with them."""

    code: str = ""
    name: str = ""
    rows: list[dict[str, str]] = field(default_factory=list)
    errors: list[tuple[int, str, Wrong]] = field(default_factory=list)
    refusal: Refused | None = None

    @classmethod
    def of(cls, body: BodyOut) -> Self:
        rows = [{name: _text(getattr(grade, name)) for name in FIELDS} for grade in body.grades]
        return cls(body.code, body.name, rows)

    @classmethod
    def typed(cls, data: FormData, code: str = "") -> Self:
        rows = rows_of(data, FIELDS)
        filled = [row for row in rows if row["code"] or row["title_fr"] or row["title_en"]]
        body = code or str(data.get("body", "")).strip()
        return cls(body, str(data.get("name", "")).strip(), filled)

    @property
    def shown(self) -> list[dict[str, str]]:
        blank = dict.fromkeys(FIELDS, "")
        return [*self.rows, *(dict(blank) for _ in range(SPARE))]

    @property
    def status(self) -> int:
        if self.refusal is not None:
            return self.refusal.status
        return 422 if self.errors else 200

    def read(self) -> BodyIn | None:
        """What was typed, as the service wants it; None if it is wrong, and the errors say why."""
        values = {"code": self.code, "name": self.name, "grades": [_parsed(r) for r in self.rows]}
        try:
            return BodyIn.model_validate(values)
        except ValidationError as invalid:
            for error in invalid.errors(include_url=False, include_input=False):
                row = next((part for part in error["loc"] if isinstance(part, int)), -1)
                sentence = MESSAGES.get(error["type"], WRONG)
                wrong = Wrong(sentence, error.get("ctx") or {})
                self.errors.append((row + 1, str(error["loc"][-1]), wrong))
            return None


@router.get("")
async def bodies(visit: Visitor) -> Response:
    found = await visit.api.get("/audit/bodies", Page[BodyOut], limit=200)
    return await page(visit, "audit/bodies.html", {"bodies": found.items})


@router.get("/new")
async def new_body(visit: Visitor) -> Response:
    """The form begins with the grades that are usual."""
    found = await visit.api.get("/audit/bodies", Page[BodyOut], limit=200)
    usual = next((body for body in found.items if body.is_internal), None)
    return await _form_page(visit, Scale(rows=Scale.of(usual).rows if usual else []), None)


@router.post("/new")
async def add_body(visit: Visitor) -> Response:
    return await _save(visit, Scale.typed(visit.form), None)


@router.get("/{body_id}")
async def body(visit: Visitor, body_id: UUID) -> Response:
    """An edition of the scale, in force or not: what was graded by it leads here."""
    found = await visit.api.get(f"/audit/bodies/{body_id}", BodyOut)
    return await page(visit, "audit/body.html", {"body": found})


@router.get("/{body_id}/edition")
async def new_edition(visit: Visitor, body_id: UUID) -> Response:
    found = await visit.api.get(f"/audit/bodies/{body_id}", BodyOut)
    return await _form_page(visit, Scale.of(found), found)


@router.post("/{body_id}/edition")
async def supersede(visit: Visitor, body_id: UUID) -> Response:
    found = await visit.api.get(f"/audit/bodies/{body_id}", BodyOut)
    return await _save(visit, Scale.typed(visit.form, found.code), found)


async def _save(visit: Visit, scale: Scale, old: BodyOut | None) -> Response:
    data = scale.read()
    if data is None:
        return await _form_page(visit, scale, old)
    path = f"/audit/bodies/{old.id}/supersede" if old else "/audit/bodies"
    try:
        saved = await visit.api.post(path, BodyOut, data)
    except Refused as refused:
        scale.refusal = refused
        return await _form_page(visit, scale, old)
    return visit.go(f"/bodies/{saved.id}", "scale_in_force")


async def _form_page(visit: Visit, scale: Scale, old: BodyOut | None) -> Response:
    context = {"scale": scale, "old": old, "kinds": list(Grade), "labels": LABELS}
    return await page(visit, "audit/body_form.html", context, scale.status)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else ""
    return "" if value is None else str(value)


def _parsed(row: Mapping[str, str]) -> dict[str, Any]:
    """Texts as the model wants them: whole numbers, yes or no, and nothing for what is blank."""
    whole = {name: int(row[name]) if row[name].isdecimal() else row[name] for name in DAYS}
    said: dict[str, Any] = {name: text for name, text in row.items() if name not in DUTIES}
    said |= {name: row[name] == "true" for name in DUTIES} | whole
    return {name: value for name, value in said.items() if value != ""}
