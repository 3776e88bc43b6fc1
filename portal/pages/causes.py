"""How the causes of something are looked for: asking why, by families, and in eight disciplines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel
from starlette.datastructures import FormData

from portal.api import Refused
from portal.forms import Form
from portal.i18n import N_
from portal.render import page
from portal.session import Visit, Visitor
from portal.words import Word
from services.actions.analysis.schemas import (
    FAMILIES,
    OPTIONAL,
    REQUIRED,
    AnalysisOut,
    CauseStatus,
    Discipline,
    FiveWhysIn,
    IshikawaIn,
    Method,
    Scheme,
    StepIn,
)
from services.actions.schemas import ActionOut
from shared.schemas import LARGEST_PAGE, Page

SPARE: Final = 3
"""Empty lines that a form offers for more."""

FACTS: Final[Mapping[str, Word]] = {
    "symptom": Word(N_("Symptôme")),
    "customer_protection": Word(N_("Protection du client")),
    "leader": Word(N_("Pilote")),
    "members": Word(N_("Membres de l'équipe")),
    "what": Word(N_("Quoi")),
    "where": Word(N_("Où")),
    "when": Word(N_("Quand")),
    "how_much": Word(N_("Combien")),
    "is_not": Word(N_("Ce que le problème n'est pas")),
    "stocks": Word(N_("Périmètre et stocks concernés")),
    "actions": Word(N_("Actions")),
    "verification": Word(N_("Vérification")),
    "until": Word(N_("Jusqu'à quand")),
    "cause_of_occurrence": Word(N_("Cause d'apparition")),
    "cause_of_escape": Word(N_("Cause de non-détection")),
    "cause_in_system": Word(N_("Cause dans le système")),
    "proof": Word(N_("Preuve")),
    "validation": Word(N_("Validation")),
    "evidence": Word(N_("Preuves")),
    "results": Word(N_("Résultats")),
    "fmea": Word(N_("AMDEC mise à jour")),
    "control_plan": Word(N_("Plan de surveillance mis à jour")),
    "documents": Word(N_("Documents mis à jour")),
    "read_across": Word(N_("Transversalisation aux autres sites")),
    "summary": Word(N_("Bilan")),
    "closed_on": Word(N_("Date de clôture")),
    "customer_agreement": Word(N_("Accord du client")),
}


@dataclass(frozen=True)
class Way:
    """A method whose answers come in lines: its form, its service's door, what is a line of it."""

    model: type[BaseModel]
    path: str
    lines: str
    text: str
    columns: tuple[str, ...]


WAYS: Final = {
    Method.FIVE_WHYS: Way(
        FiveWhysIn, "five-whys", "whys", "because", ("because", "of", "status", "proof")
    ),
    Method.ISHIKAWA: Way(
        IshikawaIn, "ishikawa", "causes", "cause", ("family", "cause", "status", "proof")
    ),
}

router = APIRouter()


@router.get("/actions/{action_id}/causes")
async def causes(visit: Visitor, action_id: UUID, method: Method = Method.FIVE_WHYS) -> Response:
    return await _causes_page(visit, action_id, method)


@router.post("/actions/{action_id}/causes/eight-d/{step}")
async def write_step(visit: Visitor, action_id: UUID, step: Discipline) -> Response:
    form = Form.typed(StepIn, visit.form)
    data = form.read(facts=_facts_of(form))
    if data is None:
        return await _causes_page(visit, action_id, Method.EIGHT_D, form, step)
    try:
        path = f"/actions/actions/{action_id}/eight-d/{step.value}"
        await visit.api.change("PUT", path, AnalysisOut, data)
    except Refused as refused:
        return await _causes_page(visit, action_id, Method.EIGHT_D, form.refused(refused), step)
    return visit.go(f"/actions/{action_id}/causes", "analysed", method=Method.EIGHT_D.value)


@router.post("/actions/{action_id}/causes/{method}")
async def write(visit: Visitor, action_id: UUID, method: Method) -> Response:
    way = WAYS.get(method)
    if way is None:
        raise Refused(404, "not_found", "There is no such step.", {})
    form = Form.typed(way.model, visit.form)
    lines = lines_of(visit.form, way)
    data = form.read(**{way.lines: numbered(lines)})
    if data is None:
        return await _causes_page(visit, action_id, method, form, lines)
    try:
        path = f"/actions/actions/{action_id}/{way.path}"
        await visit.api.change("PUT", path, AnalysisOut, data)
    except Refused as refused:
        return await _causes_page(visit, action_id, method, form.refused(refused), lines)
    return visit.go(f"/actions/{action_id}/causes", "analysed", method=method.value)


def lines_of(typed: FormData, way: Way) -> list[dict[str, str]]:
    """The lines as they were typed, each under its number; those without text are left out."""
    prefix = f"{way.text}."
    numbers = sorted(int(n) for name in typed if (n := name.removeprefix(prefix)).isdecimal())
    lines = [
        {"number": str(n)} | {column: str(typed.get(f"{column}.{n}", "")) for column in way.columns}
        for n in numbers
    ]
    return [line for line in lines if line[way.text].strip()]


def numbered(lines: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """The lines as the service takes them: counted from 1, each naming others by these numbers."""
    new = {line["number"]: n for n, line in enumerate(lines, 1)}
    found = []
    for line in lines:
        said: dict[str, Any] = {n: v for n, v in line.items() if v and n not in ("number", "of")}
        if line.get("of"):
            said["of"] = new.get(line["of"], len(lines) + 1)
        found.append(said)
    return found


def _facts_of(form: Form) -> dict[str, str]:
    said = {
        name.removeprefix("facts."): value for name, value in form.values.items() if "." in name
    }
    return {name: str(value) for name, value in said.items() if value}


async def _causes_page(
    visit: Visit,
    action_id: UUID,
    method: Method,
    form: Form | None = None,
    tried: Discipline | Sequence[Mapping[str, str]] | None = None,
) -> Response:
    action = await visit.api.get(f"/actions/actions/{action_id}", ActionOut)
    path = f"/actions/actions/{action_id}/analyses"
    found = (await visit.api.get(path, Page[AnalysisOut], limit=LARGEST_PAGE)).items
    current = {one.method: one for one in found if one.round == action.failures + 1}
    analysis = current.get(method)
    step, lines = (tried, None) if isinstance(tried, Discipline) else (None, tried)
    people = {one.changed_by for one in found} | {
        s.completed_by for one in found for s in one.steps
    }
    context = {
        "action": action,
        "method": method,
        "methods": list(Method),
        "current": current,
        "analysis": analysis,
        "earlier": [one for one in found if one.round <= action.failures],
        "form": form or _form(action, method, analysis),
        "lines": _lines(method, analysis) if lines is None else list(lines),
        "spare": SPARE,
        "statuses": list(CauseStatus),
        "schemes": list(Scheme),
        "families": FAMILIES[Scheme.M7],
        "step_tried": step,
        "required": REQUIRED,
        "optional": OPTIONAL,
        "facts": FACTS,
        "steps": list(Discipline),
        "names": await visit.names([action.owner_id, *people]),
    }
    return await page(visit, "actions/causes.html", context, form.status if form else 200)


def _form(action: ActionOut, method: Method, analysis: AnalysisOut | None) -> Form:
    model = WAYS[method].model if method in WAYS else StepIn
    if method is Method.EIGHT_D:
        return Form.of(model)
    said = dict(analysis.content) if analysis else {}
    about = action.description or action.title
    if method is Method.FIVE_WHYS:
        reads_back = "true" if said.get("reads_back") else None
        return Form.of(model, problem=said.get("problem", about), reads_back=reads_back)
    return Form.of(model, effect=said.get("effect", about), scheme=said.get("scheme", "5M"))


def _lines(method: Method, analysis: AnalysisOut | None) -> list[dict[str, str]]:
    if method not in WAYS or analysis is None:
        return []
    kept = analysis.content[WAYS[method].lines]
    return [
        {"number": str(n)} | {name: str(value or "") for name, value in line.items()}
        for n, line in enumerate(kept, 1)
    ]
