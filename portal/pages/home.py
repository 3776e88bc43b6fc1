"""My sites today: what is late, what is due, what changed, and what waits for me."""

import asyncio
from datetime import timedelta

from fastapi import APIRouter, Response

from portal.api import Page
from portal.formats import today
from portal.render import page
from portal.session import Visit, Visitor
from portal.visits import last_visit
from services.actions.schemas import ActionOut, ActionStatus
from services.audit.schemas import AuditOut, AuditStatus, FindingOut
from services.indicators.schemas import AlertOut, DefinitionOut
from services.policy.schemas import ReviewRequestOut

SOON = timedelta(days=30)
SHOWN = 6
LOOKED_AT = 60
UNFINISHED = (ActionStatus.OPEN, ActionStatus.IN_PROGRESS)

router = APIRouter()


@router.get("/")
async def home(visit: Visitor) -> Response:
    query = {"place": visit.place, "limit": LOOKED_AT}
    late, due, done = await asyncio.gather(
        visit.rows("/actions/actions", ActionOut, **query, late="true"),
        visit.rows("/actions/actions", ActionOut, **query, due_before=today() + SOON),
        visit.rows("/actions/actions", ActionOut, **query, status="done"),
    )
    audits, findings, alerts, reviews, definitions = await asyncio.gather(
        visit.rows("/audit/audits", AuditOut, **query),
        visit.rows("/audit/findings", FindingOut, place=visit.place, limit=SHOWN),
        visit.rows("/indicators/alerts", AlertOut, **query),
        visit.rows("/policy/review-requests", ReviewRequestOut, **query, status="pending"),
        visit.rows("/indicators/definitions", DefinitionOut, limit=200),
    )
    people = [action.owner_id for action in (*late.items, *due.items, *done.items)]
    context = {
        "since": last_visit(visit.request),
        "late": late,
        "due": [a for a in due.items if a.status in UNFINISHED and a.due_on >= today()],
        "audits": [a for a in audits.items if _is_ahead(a)],
        "findings": findings.items,
        "alerts": [alert for alert in alerts.items if alert.closed_at is None],
        "waiting": _waiting(visit, done, audits, reviews),
        "definitions": {definition.id: definition for definition in definitions.items},
        "shown": SHOWN,
        "names": await visit.names(people),
    }
    return await page(visit, "home.html", context)


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
