"""My sites today: what is late, what is due, what changed, and what waits for me."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from fastapi import APIRouter, Response

from portal.formats import PARIS, today
from portal.guide import guide_for, put_away
from portal.render import page
from portal.session import Visit, Visitor
from portal.standing import COUNTS, MOST_SITES, side_by_side
from portal.visits import last_visit
from services.actions.schemas import ActionOut
from services.audit.schemas import AuditOut, AuditStatus, FindingOut
from services.indicators.alerting.schemas import AlertOut
from services.indicators.definition_schemas import DefinitionOut
from services.indicators.schemas import Unreported
from services.policy.schemas import ReviewRequestOut
from shared.schemas import Page

SOON = timedelta(days=30)
SHOWN = 6
LOOKED_AT = 60

router = APIRouter()


@dataclass(frozen=True)
class Change:
    """Something new at a site: where to read of it, and what state it is in."""

    path: str
    site_id: UUID
    on: date
    state: StrEnum
    title: str = ""
    definition_id: UUID | None = None


@router.get("/")
async def home(visit: Visitor) -> Response:
    since = last_visit(visit.request)
    query = {"place": visit.place, "limit": LOOKED_AT}
    soon = today() + SOON
    await visit.places()
    late, due, done, unreported, sites = await asyncio.gather(
        visit.rows("/actions/actions", ActionOut, **query, late="true"),
        visit.rows("/actions/actions", ActionOut, **query, late="false", due_before=soon),
        visit.rows("/actions/actions", ActionOut, **query, status="done"),
        visit.all_of("/indicators/unreported", Unreported, place=visit.place),
        _sites(visit),
    )
    audits, findings, alerts, reviews, definitions = await asyncio.gather(
        visit.rows("/audit/audits", AuditOut, **query),
        visit.rows("/audit/findings", FindingOut, **query),
        visit.rows("/indicators/alerts", AlertOut, **query),
        visit.rows("/policy/review-requests", ReviewRequestOut, **query, status="pending"),
        visit.rows("/indicators/definitions", DefinitionOut, limit=200),
    )
    guide = await guide_for(visit)
    finished = bool(guide) and all(done for _, done in guide)
    people = [action.owner_id for action in (*late.items, *due.items, *done.items)]
    context = {
        "since": since,
        "guide": [] if finished else guide,
        "unreported": unreported,
        "late": late,
        "due": due,
        "audits": [a for a in audits.items if _is_ahead(a)],
        "alerts": [alert for alert in alerts.items if alert.closed_at is None],
        "changes": _changes(since, findings.items, alerts.items, reviews.items)[:SHOWN],
        "waiting": _waiting(visit, done, audits, reviews),
        "definitions": {definition.id: definition for definition in definitions.items},
        "shown": SHOWN,
        "names": await visit.names(people),
    }
    response = await page(visit, "home.html", {**context, **sites})
    if finished:
        put_away(response)
    return response


@router.post("/guide/away")
async def put_guide_away(visit: Visitor) -> Response:
    response = visit.go("/")
    put_away(response)
    return response


async def _sites(visit: Visit) -> dict[str, object]:
    """Sites side by side: those with the most trouble, or all when they are asked for."""
    return {
        "sites": await side_by_side(visit),
        "counts": [count for count in COUNTS if visit.may(count.permission)],
        "most_sites": None if visit.request.query_params.get("sites") == "all" else MOST_SITES,
    }


def _changes(
    since: datetime,
    findings: list[FindingOut],
    alerts: list[AlertOut],
    reviews: list[ReviewRequestOut],
) -> list[Change]:
    """What is new since somebody was last here, newest first."""
    day = since.astimezone(PARIS).date()
    changes = [
        *(
            Change(f"/findings/{f.id}", f.site_id, f.raised_on, f.grade, f.statement)
            for f in findings
        ),
        *(
            Change(f"/alerts/{a.id}", a.site_id, _day(a.raised_at), a.status, "", a.definition_id)
            for a in alerts
        ),
        *(
            Change(
                f"/review-requests/{r.id}",
                r.site_id,
                _day(r.requested_at),
                r.status,
                definition_id=r.definition_id,
            )
            for r in reviews
        ),
    ]
    return sorted((c for c in changes if c.on >= day), key=lambda c: c.on, reverse=True)


def _day(moment: datetime) -> date:
    return moment.astimezone(PARIS).date()


def _waiting(
    visit: Visit,
    done: Page[ActionOut],
    audits: Page[AuditOut],
    reviews: Page[ReviewRequestOut],
) -> dict[str, list[object]]:
    """What this person may decide, and somebody waits for."""
    me = visit.actor.id
    return {
        "reviews": [r for r in reviews.items if visit.may("policy:decide", r.site_id)],
        "to_verify": [
            a
            for a in done.items
            if visit.may("actions:verify", a.site_id) and me not in (a.done_by, a.owner_id)
        ],
        "without_lead": [
            a
            for a in audits.items
            if a.lead_id is None
            and a.status is AuditStatus.PLANNED
            and visit.may("audit:plan", a.site_id)
        ],
        "to_lead": [
            a
            for a in audits.items
            if a.lead_id == me and a.status in (AuditStatus.UNDER_WAY, AuditStatus.REPORTING)
        ],
    }


def _is_ahead(audit: AuditOut) -> bool:
    if audit.status is AuditStatus.UNDER_WAY:
        return True
    return audit.status is AuditStatus.PLANNED and audit.planned_for <= today() + SOON
