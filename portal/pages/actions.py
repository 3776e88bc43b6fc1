"""The one register of actions: what is to be done, by whom, by when, and whether it worked."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Response

from portal.api import Refused
from portal.chosen import Bulk, Choice, Tried, carry_out
from portal.exports import workbook
from portal.forms import Form
from portal.i18n import N_
from portal.lists import Column, Listing, asked_for
from portal.render import page
from portal.session import Visit, Visitor
from services.actions.schemas import (
    ActionIn,
    ActionOut,
    ActionStatus,
    ActionType,
    AssignManyIn,
    CancelManyIn,
    Priority,
    SourceKind,
)
from services.identity.admin_schemas import FileFormat
from services.processes.schemas import ProcessOut
from shared.schemas import LAST_DAY, Page
from shared.schemas import ColumnKind as Kind

BULKS: Final[Mapping[str, Bulk]] = {
    "assign": Bulk("/actions/bulk/actions/assign", AssignManyIn, "actions_assigned"),
    "cancel": Bulk("/actions/bulk/actions/cancel", CancelManyIn, "actions_cancelled"),
}

GIVEN: Final = (SourceKind.AUDIT, SourceKind.READ_ACROSS)
"""What opens its actions by itself."""

UNFINISHED: Final = (ActionStatus.OPEN, ActionStatus.IN_PROGRESS)

ACTIONS: Final = Listing(
    "actions",
    N_("Actions"),
    "/actions/actions",
    ActionOut,
    (
        Column("title", N_("Action"), sort="title"),
        Column("number", N_("Numéro"), sort="number", at_first=False),
        Column("site_id", N_("Site"), Kind.SITE),
        Column("owner_id", N_("Pilote"), Kind.PERSON),
        Column("priority", N_("Priorité"), Kind.WORD, sort="priority"),
        Column("due_on", N_("Échéance"), Kind.DAY, sort="due_on", on_phone=True),
        Column("status", N_("État"), Kind.WORD, on_phone=True),
        Column("type", N_("Nature"), Kind.WORD, at_first=False),
        Column("source_kind", N_("Origine"), Kind.WORD, at_first=False),
        Column("source_label", N_("Référence de l'origine"), at_first=False),
        Column("objective", N_("Objectif"), at_first=False),
        Column("cost_estimated", N_("Coût estimé"), Kind.NUMBER, at_first=False),
        Column("cost_real", N_("Coût réel"), Kind.NUMBER, at_first=False),
        Column("load_days", N_("Charge (jours)"), Kind.NUMBER, at_first=False),
        Column("process", N_("Processus"), at_first=False),
        Column("opened_on", N_("Ouverte le"), Kind.DAY, at_first=False),
        Column("due_on_initial", N_("Échéance initiale"), Kind.DAY, at_first=False),
        Column("moves", N_("Reports"), Kind.NUMBER, at_first=False),
        Column("done_on", N_("Réalisée le"), Kind.DAY, at_first=False),
        Column("verified_on", N_("Vérifiée le"), Kind.DAY, at_first=False),
        Column("root_cause", N_("Cause racine"), at_first=False),
        Column("effectiveness_criterion", N_("Critère d'efficacité"), at_first=False),
        Column("effectiveness_indicator", N_("Indicateur d'efficacité"), at_first=False),
        Column("result", N_("Verdict"), Kind.WORD, at_first=False),
    ),
    "due_on",
    "actions:progress",
)

BOARD: Final = (ActionStatus.OPEN, ActionStatus.IN_PROGRESS, ActionStatus.DONE)
"""The states in which an action still waits for somebody."""

STATES: Final = (
    ActionStatus.DONE,
    ActionStatus.EFFECTIVE,
    ActionStatus.CLOSED,
    ActionStatus.CANCELLED,
)
MOST_CARDS: Final = 30

router = APIRouter()


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to in its address; without a state, to what is to be done."""

    status: str = ""
    late: str = ""
    mine: str = ""
    moved: str = ""
    type: str = ""
    source: str = ""
    objective: str = ""

    def query(self, visit: Visit) -> dict[str, object]:
        return {
            "status": "" if self.status == "all" else self.status,
            "due_before": "" if self.status else LAST_DAY,
            "late": "true" if self.late else "",
            "owner_id": visit.actor.id if self.mine else "",
            "moved": "true" if self.moved else "",
            "type": self.type,
            "source_kind": self.source,
            "objective": self.objective,
        }


Filtered = Annotated[Filters, Depends()]


@router.get("/actions")
async def actions(visit: Visitor, filters: Filtered) -> Response:
    return await _list_page(visit, filters)


@router.post("/actions/chosen/{name}")
async def do_to_chosen(visit: Visitor, name: str, filters: Filtered) -> Response:
    tried = await carry_out(visit, BULKS, name)
    if tried is None:
        return visit.go("/actions", BULKS[name].done, **asked_for(visit))
    return await _list_page(visit, filters, tried)


@router.get("/actions/export.{format}")
async def export(visit: Visitor, filters: Filtered, format: FileFormat) -> Response:
    return await workbook(visit, ACTIONS, filters.query(visit), format)


@router.get("/actions/board")
async def board(visit: Visitor, mine: str = "") -> Response:
    """What is to be done, a column for each state; the most urgent first."""
    answers = await asyncio.gather(
        *(
            ACTIONS.page(visit, Filters(state, mine=mine).query(visit), limit=MOST_CARDS)
            for state in BOARD
        )
    )
    owners = {action.owner_id for found in answers for action in found.items}
    context = {
        "columns": list(zip(BOARD, answers, strict=True)),
        "mine": mine,
        "names": await visit.names(owners),
    }
    return await page(visit, "actions/board.html", context)


@router.get("/actions/new")
async def new_action(visit: Visitor) -> Response:
    asked = visit.request.query_params
    known = {name: asked.get(name) for name in ("objective", "source_kind", "source_label")}
    form = Form.of(ActionIn, id=uuid4(), site_id=visit.place, owner_id=visit.actor.id, **known)
    return await _opening_page(visit, form)


@router.post("/actions/new")
async def open_action(visit: Visitor) -> Response:
    form = Form.typed(ActionIn, visit.form)
    data = form.read()
    if data is None:
        return await _opening_page(visit, form)
    try:
        action = await visit.api.post("/actions/actions", ActionOut, data)
    except Refused as refused:
        return await _opening_page(visit, form.refused(refused))
    return visit.go(f"/actions/{action.id}", "action_opened")


async def _list_page(visit: Visit, filters: Filters, tried: Tried | None = None) -> Response:
    view = await ACTIONS.look(visit, filters.query(visit))
    rows = frozenset(a.id for a in view.found.items if _may_choose(visit, a))
    choice = Choice("/actions/chosen", rows, BULKS, tried)
    names, people = await asyncio.gather(
        visit.names(view.people),
        visit.who_may("actions:progress", visit.place) if rows else _nobody(),
    )
    context = {
        "view": view,
        "choice": choice,
        "here": ACTIONS.path,
        "people": people,
        "wanted": filters,
        "states": STATES,
        "types": list(ActionType),
        "sources": list(SourceKind),
        "names": names,
    }
    return await page(visit, "actions/actions.html", context, choice.status)


def _may_choose(visit: Visit, action: ActionOut) -> bool:
    """Whether something can be done to an action together with others."""
    return action.status in UNFINISHED and visit.coordinates(action.site_id)


async def _nobody() -> dict[UUID, str]:
    return {}


async def _opening_page(visit: Visit, form: Form) -> Response:
    processes = await visit.api.get("/processes/processes", Page[ProcessOut], limit=200)
    context = {
        "form": form,
        "types": list(ActionType),
        "priorities": list(Priority),
        "sources": [kind for kind in SourceKind if kind not in GIVEN],
        "processes": processes.items,
        "people": await visit.who_may("actions:progress", visit.place),
    }
    return await page(visit, "actions/open.html", context, form.status)
