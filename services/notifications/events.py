"""What the notifications service announces."""

from uuid import UUID

from services.notifications.schemas import Kind
from shared.events import Event


class Notified(Event):
    """Somebody has something in their inbox; an e-mail follows."""

    topic = "notifications.notified"

    notification_id: UUID
    person_id: UUID
    kind: Kind
