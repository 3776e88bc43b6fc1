"""The signatures of a record, for the pages that show one."""

from uuid import UUID

from portal.session import Visit
from shared.schemas import SignatureOut


async def signatures_of(
    visit: Visit, service: str, record_id: UUID, *, when: bool
) -> list[SignatureOut]:
    """Ask only for a record in a state that somebody must have signed."""
    if not when:
        return []
    return await visit.api.get(f"/{service}/signatures/{record_id}", list[SignatureOut])
