"""Somebody else was faster: who, when, and what they changed."""

from uuid import UUID

from portal.api import Refused
from portal.session import Visit
from shared.schemas import HistoryEntry, Page


async def changed_by(
    visit: Visit, service: str, id: UUID, refused: Refused | None
) -> HistoryEntry | None:
    """The change that came in between, if that is why something was refused."""
    if refused is None or refused.type != "stale_version":
        return None
    found = await visit.api.get(f"/{service}/history/{id}", Page[HistoryEntry], limit=1)
    return found.items[0] if found.items else None
