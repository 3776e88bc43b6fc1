"""The inbox: what somebody was told."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response

from portal.render import fragment, page
from portal.session import Visitor, inside
from services.notifications.schemas import Count, Kind, NotificationOut
from shared.schemas import Page

# Asking for the count also tells identity that the session is in use. A page that is left open
# stops asking after ten minutes, so that a session left alone still ends.
MOST_ASKED: Final = 20
PAGES: Final = {
    Kind.FINDING_RAISED: "/findings/{id}",
    Kind.FINDING_ANSWERED: "/findings/{id}",
    Kind.ANSWER_ACCEPTED: "/findings/{id}",
    Kind.ANSWER_SENT_BACK: "/findings/{id}",
    Kind.EVIDENCE_BROUGHT: "/findings/{id}",
    Kind.FINDING_DUE_SOON: "/findings/{id}",
    Kind.FINDING_OVERDUE: "/findings/{id}",
    Kind.AUDIT_PLANNED: "/audits/{id}",
    Kind.COMPETENCE_ENDING: "/auditors/{id}",
    Kind.REPORT_ISSUED: "/reports/{id}",
    Kind.CERTIFICATION_DUE: "/certificates/{id}",
    Kind.CERTIFICATE_EXPIRED: "/certificates/{id}",
    Kind.ALERT_RAISED: "/alerts/{id}",
    Kind.ALERTS_RAISED: "/alerts?definition_id={id}",
    Kind.ALERT_ESCALATED: "/alerts/{id}",
    Kind.CONSULTATION_ASKED: "/indicators/{id}/method",
    Kind.REVIEW_REQUESTED: "/review-requests/{id}",
    Kind.JOB_ENDED: "/jobs",
    Kind.ACTIONS_HANDED_OVER: "/actions?mine=1",
}

router = APIRouter()


@router.get("/inbox")
async def inbox(visit: Visitor, unread: str = "", after: str = "") -> Response:
    query = {"unread": "true" if unread else "", "after": after}
    found = await visit.api.get("/notifications/inbox", Page[NotificationOut], **query)
    targets = {t.id: _page_of(t) for t in found.items}
    context = {"found": found, "only_unread": unread, "targets": targets}
    return await page(visit, "notifications/inbox.html", context)


@router.post("/inbox/{notification_id}/read")
async def read(visit: Visitor, notification_id: UUID) -> Response:
    await visit.api.post(f"/notifications/inbox/{notification_id}/read", NotificationOut)
    return visit.go(inside(str(visit.form.get("next", "/inbox"))))


@router.post("/inbox/read-all")
async def read_all(visit: Visitor) -> Response:
    await visit.api.post("/notifications/inbox/read-all", Count)
    return visit.go("/inbox", "read_all")


@router.get("/inbox/count")
async def count(visit: Visitor, asked: int = 0) -> Response:
    told = await visit.api.get("/notifications/inbox/count", Count)
    again = {"asked": min(asked + 1, MOST_ASKED), "most_asked": MOST_ASKED}
    return fragment(visit, "components/unread.html", {"unread": told.unread} | again)


def _page_of(told: NotificationOut) -> str:
    return PAGES.get(told.kind, "/actions/{id}").format(id=told.subject_id)
