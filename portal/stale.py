"""Somebody else was faster: who, when, and what they changed."""

from uuid import UUID

from portal.api import Refused
from portal.session import Visit
from shared.schemas import HistoryEntry


async def changed_by(
    visit: Visit, service: str, id: UUID, refused: Refused | None
) -> HistoryEntry | None:
    """The change that came in between, if that is why something was refused."""
    if refused is None or refused.type != "stale_version":
        return None
    entries = await visit.api.get(f"/{service}/history/{id}", list[HistoryEntry])
    return entries[0] if entries else None
