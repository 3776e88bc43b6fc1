"""The parts that pages are made of, each in its states. Only where the platform is developed."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from portal.api import Refused
from portal.chosen import Bulk, Choice, Tried
from portal.formats import now, today
from portal.forms import Form
from portal.i18n import N_
from portal.lists import View
from portal.pages import calendar
from portal.pages.calendar import WEEK, Cell
from portal.pages.jobs import Told
from portal.pages.risk import RISKS
from portal.pages.search import KINDS, Group
from portal.render import page
from portal.session import Visit, Visitor
from portal.words import WORDS
from services.actions.schemas import ActionStatus, AssignManyIn, Priority
from services.identity.schemas import NodeKind, NodeRow
from services.indicators.schemas import Status
from services.risk.schemas import Cell as RiskCell
from services.risk.schemas import Domain, MethodOut, RiskOut
from shared.bulk_schemas import Outcome, Refusal
from shared.dated_schemas import Entry
from shared.schemas import Day, EvidenceOut, Hit, JobOut, JobState, Page
from shared.settings import settings

METHOD: Final = UUID(int=1)
STALE: Final = {"version": 3, "current_version": 4}
LEVELS: Final = (None, 1, 2, 3, 4)
STEPS: Final = (ActionStatus.OPEN, ActionStatus.IN_PROGRESS, ActionStatus.DONE)

router = APIRouter()


class SampleIn(BaseModel):
    """A form with a field of each kind."""

    title: str = Field(min_length=3, max_length=80)
    description: str = Field(default="", max_length=400)
    priority: Priority
    due_on: Day
    domains: list[Domain] = Field(min_length=1)


class AgainIn(SampleIn):
    """The same, as it comes back."""


@router.get("/_components")
async def components(visit: Visitor) -> Response:
    if settings().env == "production":
        raise Refused(HTTPStatus.NOT_FOUND, "not_found", "This is shown to developers only.", {})
    method = await _method(visit)
    context = {
        "names": {visit.actor.id: visit.actor.name},
        "fresh": Form.of(SampleIn),
        "wrong": _wrong_form(),
        "refused": Refused(409, "stale_version", "Somebody else changed this.", STALE),
        "view": _view(visit),
        "several": _several(),
        "groups": _found(visit),
        "files": _files(visit),
        "methods": {METHOD: method},
        "cells": _cells(method),
        "levels": LEVELS,
        "words": _words(),
        "steps": STEPS,
        "board_of": _board(),
        "heat": _heat(),
        "works": _works(),
        "weeks": [_week()],
        "small_weeks": WEEK.monthdatescalendar(2026, 1),
        "busy": {date(2026, 1, 5): 1, date(2026, 1, 6): 5, date(2026, 1, 7): 40},
        "kinds": calendar.KINDS,
        "today": today(),
        "months": [date(2026, month, 1) for month in range(1, 6)],
        "branches": [_node(1, NodeKind.GROUP, 2)],
        "branches_below": {UUID(int=1): Page(items=[_node(2, NodeKind.DIVISION, 9), _node(3)])},
        "priorities": list(Priority),
        "domains": list(Domain),
        "moments": [now() - timedelta(minutes=5), now() - timedelta(days=40)],
        "deadlines": [today() - timedelta(days=9), today() + timedelta(days=12)],
    }
    return await page(visit, "components.html", context)


def _wrong_form() -> Form:
    """As somebody who filled it in gets it back: what was typed, and what is wrong with it."""
    form = Form(AgainIn, {"title": "Ab", "domains": []})
    form.read()
    return form


def _files(visit: Visit) -> list[EvidenceOut]:
    """One that replaced another."""
    said: dict[str, Any] = {
        "object_id": METHOD,
        "site_id": METHOD,
        "version": 1,
        "media_type": "text/plain",
        "size": 48_500,
        "sha256": "c0ffee" * 10 + "beef",
        "uploaded_by": visit.actor.id,
        "uploaded_at": now() - timedelta(days=2),
    }
    new, old = UUID(int=2), UUID(int=3)
    return [
        EvidenceOut(id=new, name="Plan B.txt", superseded_by=None, superseded_for="", **said),
        EvidenceOut(id=old, name="Plan A.txt", superseded_by=new, superseded_for="Indice", **said),
    ]


def _words() -> list[tuple[str, list[StrEnum]]]:
    """All states that there are, by their kinds."""
    return [(kind.__name__, list(kind)) for kind in WORDS if len(kind) > 1]


def _found(visit: Visit) -> list[Group]:
    """A search that found two kinds of things, one at a site and with a number."""
    site = visit.place or METHOD
    number = Hit(kind="action", id=METHOD, title="Presse 4", reference="A-2026-0012", site_id=site)
    plain = Hit(kind="audit", id=METHOD, title="Presses", reference="", site_id=None)
    return [Group(KINDS[0], [(number, "/")]), Group(KINDS[2], [(plain, "/")])]


def _board() -> list[tuple[ActionStatus, Page[Hit]]]:
    """A column that goes on, one with a card, one with none."""
    hits = [
        Hit(kind="action", id=UUID(int=n), title="Presse 4", reference=f"A-{n}", site_id=None)
        for n in (1, 2, 3)
    ]
    pages = Page(items=hits[:2], next="more"), Page(items=hits[2:]), Page[Hit](items=[])
    return list(zip(STEPS, pages, strict=True))


def _cells(method: MethodOut | None) -> list[RiskCell]:
    """A matrix in which some ratings have risks, one of them many."""
    marks = range(1, method.scale + 1) if method else range(0)
    risks = {(4, 4): 2, (3, 2): 1240, (1, 1): 7}
    return [
        RiskCell(
            gravity=g, probability=p, level=min(4, max(1, g * p // 3)), risks=risks.get((g, p), 0)
        )
        for g in reversed(marks)
        for p in marks
    ]


def _week() -> list[Cell]:
    """A week with a late day, a full one, one of which only the number is known, and free ones."""
    known: dict[str, Any] = {
        "title": "Audit des presses",
        "reference": "",
        "site_id": METHOD,
        "waits": True,
    }
    days = [today() + timedelta(days=n - 2) for n in range(7)]
    late, soon = (
        [
            Entry(id=UUID(int=n), kind=kind, day=day, **known)
            for n, kind in enumerate(calendar.KINDS)
        ]
        for day in (days[0], days[3])
    )
    held = {0: (late, 3), 3: (soon, 12), 4: ([], 40)}
    return [
        Cell(day, n == len(days) - 1, *_held(*held.get(n, ([], 0)))) for n, day in enumerate(days)
    ]


def _held(entries: list[Entry], count: int) -> tuple[list[Entry], Counter[str]]:
    return entries, Counter({"audit_planned": count}) if count else Counter()


def _works() -> list[Told]:
    """Long work in each of its states: how far it is, why it failed, its file."""
    known: dict[str, Any] = dict.fromkeys(JobOut.model_fields)
    said = {"kind": "export", "label": "Actions", "cancel_asked": False, "attempts": 1}
    said |= {"created_at": now(), "kept_until": now(), "done": 1200, "total": 5000}
    more: dict[JobState, dict[str, Any]] = {
        JobState.DONE: {"file": "actions.xlsx"},
        JobState.FAILED: {"error": {"type": "too_many_jobs", "detail": "", "facts": {"count": 3}}},
    }
    return [
        Told(
            "actions",
            JobOut.model_construct(**known | said | {"id": METHOD, "state": s} | more.get(s, {})),
        )
        for s in JobState
    ]


def _heat() -> list[tuple[str, list[tuple[Decimal | None, Status]]]]:
    """Each state with a figure, then none at all."""
    figures = [(Decimal(n * 1250), state) for n, state in enumerate(Status)]
    return [("Lyon", [*figures, (None, Status.GREY)]), ("Lille", [(None, Status.GREY)] * 5)]


async def _method(visit: Visit) -> MethodOut | None:
    found = await visit.rows("/risk/methods", MethodOut, limit=1)
    return next(iter(found.items), None)


def _several() -> Choice:
    """Both rows of the register chosen, of which one was left as it was."""
    rows = [UUID(int=0), UUID(int=1)]
    why = Refusal(type="stale_version", detail="Somebody else changed this.", facts=STALE)
    told = [Outcome(id=rows[0]), Outcome(id=rows[1], name=N_("Un autre"), refused=why)]
    typed = Form(AssignManyIn, {f"rows.{id}": "1" for id in rows})
    bulk = Bulk("", AssignManyIn, "")
    return Choice("/_components", frozenset(rows), {"assign": bulk}, Tried("assign", typed, told))


def _node(number: int, kind: NodeKind = NodeKind.SITE, below: int = 0) -> NodeRow:
    name = f"{number:02}"
    id = UUID(int=number)
    return NodeRow(
        id=id, version=1, kind=kind, parent_id=None, name=name, code="", path=[id], below=below
    )


def _view(visit: Visit) -> View[RiskOut]:
    """A register of two, one rated and one not."""
    known: dict[str, Any] = dict.fromkeys(RiskOut.model_fields)
    rows = [
        RiskOut.model_construct(
            **known
            | {
                "id": UUID(int=number),
                "version": 1,
                "title": title,
                "domain": Domain.SAFETY,
                "method_id": METHOD,
                "initial_level": level,
            }
        )
        for number, (title, level) in enumerate(((N_("Un risque coté"), 3), (N_("Un autre"), None)))
    ]
    return View(RISKS, Page(items=rows), {}, RISKS.order, RISKS.columns_of(visit))
