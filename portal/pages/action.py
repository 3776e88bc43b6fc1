"""One action: the step that comes next, and all that is known of it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel

from portal.api import Refused
from portal.forms import Form
from portal.i18n import N_
from portal.pages.evidence import files_of, who_sent
from portal.render import act, page
from portal.session import Visit, Visitor
from portal.signed import signatures_of
from portal.stale import changed_by
from portal.words import Word
from services.actions.analysis.schemas import AnalysisOut
from services.actions.schemas import (
    ActionOut,
    ActionStatus,
    ActionType,
    AssignIn,
    CancelIn,
    CloseIn,
    DoneIn,
    MoveDecisionIn,
    MoveIn,
    MoveOut,
    PlanIn,
    ResourcesIn,
    StartIn,
    VerifyIn,
)
from services.actions.sharing.schemas import AskedSiteOut, AskIn, Reach
from services.indicators.definition_schemas import DefinitionOut
from shared.schemas import LARGEST_PAGE, Page


@dataclass(frozen=True)
class Verb:
    """Something that can be done to an action."""

    model: type[BaseModel]
    done: str
    method: str = "post"


VERBS: Final[Mapping[str, Verb]] = {
    "assign": Verb(AssignIn, "action_assigned"),
    "plan": Verb(PlanIn, "action_planned"),
    "resources": Verb(ResourcesIn, "action_resourced", "put"),
    "start": Verb(StartIn, "action_started"),
    "done": Verb(DoneIn, "action_done"),
    "verify": Verb(VerifyIn, "action_verified"),
    "close": Verb(CloseIn, "action_closed"),
    "move": Verb(MoveIn, "move_asked"),
    "move-decision": Verb(MoveDecisionIn, "move_decided"),
    "cancel": Verb(CancelIn, "action_cancelled"),
    "read-across": Verb(AskIn, "sites_asked"),
}

PHASES: Final = (
    Word(N_("Analyse")),
    Word(N_("Plan")),
    Word(N_("Réalisation")),
    Word(N_("Vérification")),
)
ANALYSIS, PLAN, DO, CHECK, OVER = range(5)

router = APIRouter()


@router.get("/actions/{action_id}")
async def action(visit: Visitor, action_id: UUID) -> Response:
    return await _action_page(visit, action_id)


@router.get("/actions/{action_id}/act")
async def act_on(visit: Visitor, action_id: UUID) -> Response:
    shown = await _workable(visit, await _action(visit, action_id), None)
    action: ActionOut = shown["action"]
    about = {"title": action.title, "kind": N_("Action"), "site_id": action.site_id}
    return await act(visit, "actions/work.html", shown, path=f"/actions/{action_id}", **about)


@router.post("/actions/{action_id}/{name}")
async def do(visit: Visitor, action_id: UUID, name: str) -> Response:
    verb = VERBS.get(name)
    if verb is None:
        raise Refused(404, "not_found", "There is no such step.", {})
    form = Form.typed(verb.model, visit.form)
    data = form.read()
    if data is None:
        return await _action_page(visit, action_id, form)
    try:
        await _sent(visit, action_id, name, data)
    except Refused as refused:
        return await _action_page(visit, action_id, form.refused(refused))
    return visit.go(f"/actions/{action_id}", verb.done)


async def _sent(visit: Visit, action_id: UUID, name: str, data: BaseModel) -> None:
    path = f"/actions/actions/{action_id}/{name}"
    if VERBS[name].method == "put":
        await visit.api.change("PUT", path, ActionOut, data)
    elif name == "read-across":
        await visit.api.post(path, list[AskedSiteOut], data)
    else:
        await visit.api.post(path, ActionOut, data)


def phase_of(action: ActionOut) -> int:
    """Which of the four phases an action is in; past them all, once it is over."""
    if action.status is ActionStatus.DONE:
        return CHECK
    if action.status is ActionStatus.IN_PROGRESS:
        return DO
    if action.status is not ActionStatus.OPEN:
        return OVER
    if action.type is ActionType.CORRECTIVE and not action.root_cause:
        return ANALYSIS
    return DO if is_planned(action) else PLAN


def is_planned(action: ActionOut) -> bool:
    """Whether all is settled that must be before the work starts."""
    if action.type in (ActionType.CORRECTION, ActionType.CONTAINMENT):
        return True
    judged = action.effectiveness_indicator or action.no_indicator_because
    return bool(action.effectiveness_criterion and action.effectiveness_check_on and judged)


async def _action(visit: Visit, action_id: UUID) -> ActionOut:
    return await visit.api.get(f"/actions/actions/{action_id}", ActionOut)


async def _action_page(visit: Visit, action_id: UUID, form: Form | None = None) -> Response:
    action = await _action(visit, action_id)
    shown, files, moves, asked, analyses, signed = await asyncio.gather(
        _workable(visit, action, form),
        files_of(visit, "actions", action_id),
        _all(visit, action_id, "moves", MoveOut),
        _all(visit, action_id, "read-across", AskedSiteOut),
        _all(visit, action_id, "analyses", AnalysisOut),
        signatures_of(visit, "actions", action_id, when=action.verified_by is not None),
    )
    involved = {*who_sent(files), action.done_by, action.verified_by, *action.contributor_ids}
    involved |= {one.asked_by for one in moves} | {one.decided_by for one in moves}
    context = shown | {
        "files": files,
        "moves": moves,
        "asked_sites": asked,
        "analyses": analyses,
        "signed": signed,
        "phases": PHASES,
        "others": [(str(id), n) for id, n in shown["people"].items() if id != action.owner_id],
        "names": shown["names"] | await visit.names(involved),
        "changed": await changed_by(visit, "actions", action_id, form.refusal if form else None),
    }
    return await page(visit, "actions/action.html", context, form.status if form else 200)


async def _all(visit: Visit, action_id: UUID, what: str, row: type[BaseModel]) -> list[Any]:
    path = f"/actions/actions/{action_id}/{what}"
    found = await visit.api.get(path, Page[row], limit=LARGEST_PAGE)  # type: ignore[valid-type]
    return found.items


async def _workable(visit: Visit, action: ActionOut, form: Form | None) -> dict[str, Any]:
    """What the steps need that somebody may take with an action."""
    people, indicators = await asyncio.gather(
        visit.who_may("actions:progress", action.site_id),
        visit.rows("/indicators/definitions", DefinitionOut, limit=LARGEST_PAGE),
    )
    return {
        "action": action,
        "phase": phase_of(action),
        "planned": is_planned(action),
        "forms": _forms(action, form),
        "asked": form.model.__name__ if form else "",
        "refused": form.refusal if form else None,
        "people": people,
        "indicators": indicators.items,
        "reaches": list(Reach),
        "names": await visit.names([action.owner_id]) | people,
    }


def _forms(action: ActionOut, tried: Form | None) -> dict[str, Form]:
    """A form for each verb: as it was tried, or filled with what the action says today."""
    filled = {PlanIn, ResourcesIn, AssignIn}
    forms = {
        name: Form.of(verb.model, **_said(action, verb.model) if verb.model in filled else {})
        for name, verb in VERBS.items()
    }
    forms["resources"].values["contributor_ids"] = [str(id) for id in action.contributor_ids]
    forms["read-across"] = Form.of(AskIn, title=action.title, reach=Reach.DIVISION)
    for name, verb in VERBS.items():
        if tried is not None and tried.model is verb.model:
            forms[name] = tried
    return forms


def _said(action: ActionOut, model: type[BaseModel]) -> dict[str, object]:
    return {name: getattr(action, name) for name in model.model_fields if name != "version"}
