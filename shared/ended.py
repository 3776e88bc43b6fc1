"""Access that ends at once, although access tokens are checked without asking anybody.

identity announces whose tokens from before a moment are void; every service keeps that for as long
as such a token may live, and shared/db.py looks there as each unit of work begins.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func
from sqlalchemy.dialects.postgresql import insert

from shared.auth import LONGEST_LIFE_S
from shared.events import Event, Handlers
from shared.work import UnitOfWork

KEPT = timedelta(seconds=2 * LONGEST_LIFE_S)


def heed(handlers: Handlers, access_ended: type[Event]) -> None:
    """Have a service refuse what identity took back: called in its handlers.py."""

    def void_tokens(uow: UnitOfWork, event: Any) -> None:  # noqa: ANN401  identity's event
        keep(uow, event.subject_id, event.before)

    handlers.on(access_ended)(void_tokens)


def keep(uow: UnitOfWork, subject: UUID, before: datetime) -> None:
    """Events may come again or out of order: the later moment stands."""
    table = uow.ledger.ended
    row = insert(table).values(subject=subject, before=before)
    later = {"before": func.greatest(table.c.before, row.excluded.before)}
    uow.session.execute(row.on_conflict_do_update(index_elements=[table.c.subject], set_=later))
    uow.session.execute(delete(table).where(table.c.before < uow.now - KEPT))
