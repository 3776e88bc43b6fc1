"""What people from outside asked for: each request of theirs leaves a row before it is answered.

That row is committed by itself, so a refusal stays on record too. It is in the history, and so
under the signed checkpoints.
"""

from datetime import datetime
from typing import Any, Final

from fastapi import Request
from uuid_utils.compat import uuid7

from shared.auth import Actor

MOST: Final = 500
"""How many characters are kept of a part of an address that somebody else chose."""


def reading_of(request: Request, actor: Actor, at: datetime) -> dict[str, Any]:
    """The row of a request: whose, when, at which door and about what."""
    return {
        "id": uuid7(),
        "at": at,
        "person_id": actor.id,
        "person_name": actor.name,
        "session_id": actor.session,
        "correlation_id": request.state.correlation_id,
        "method": request.method,
        "route": request.scope["route"].path,
        "ids": {name: str(value)[:MOST] for name, value in request.path_params.items()},
        "query": request.url.query[:MOST],
    }
