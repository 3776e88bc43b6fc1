from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter

from services.notifications import commands, queries
from services.notifications.models import Notification
from services.notifications.schemas import Count, NotificationOut
from services.notifications.sentences import title
from shared.pages import Order, Paged, page
from shared.schemas import Page
from shared.work import UnitOfWork, authorised

Read = Annotated[UnitOfWork, authorised("notifications:read")]

router = APIRouter()


@router.get("/inbox", response_model=Page[NotificationOut])
def list_inbox(
    uow: Read,
    paging: Paged,
    *,
    unread: bool = False,
) -> Any:  # noqa: ANN401  shaped by response_model
    """Show what the caller was told, newest first. Nobody reads another's."""
    newest_first = Order(Notification.told_at, descending=True)
    found = page(uow, queries.inbox(uow, unread=unread), newest_first, paging)
    return found | {"items": [_told(uow, row) for row in found["items"]]}


@router.get("/inbox/count")
def count_unread(uow: Read) -> Count:
    return Count(unread=queries.unread(uow))


@router.post("/inbox/{notification_id}/read")
def mark_read(notification_id: UUID, uow: Read) -> NotificationOut:
    return _told(uow, commands.mark_read(uow, notification_id))


@router.post("/inbox/read-all")
def mark_all_read(uow: Read) -> Count:
    commands.mark_all_read(uow)
    return Count(unread=queries.unread(uow))


def _told(uow: UnitOfWork, row: Notification) -> NotificationOut:
    """Show a row with its sentence, in the reader's language."""
    shown = {name: getattr(row, name) for name in NotificationOut.model_fields if name != "title"}
    sentence = title(row.kind, row.facts, row.site_name, uow.actor.language)
    return NotificationOut(**shown, title=sentence)
