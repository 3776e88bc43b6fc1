"""Ending access: sessions, personal tokens, and what was handed out for them a moment ago."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final
from uuid import UUID

from services.identity.events import AccessEnded
from services.identity.sign_in_models import PersonalToken, SignedIn
from shared.work import UnitOfWork, clock

MARGIN: Final = timedelta(seconds=1)
"""An exchange that read what was in force just before it ended signs its token a moment later."""


def end_sessions(uow: UnitOfWork, sessions: Iterable[SignedIn]) -> None:
    ended = list(sessions)
    for session in ended:
        session.ended_at = uow.now
    void_tokens_of(uow, *(session.id for session in ended))


def revoke(uow: UnitOfWork, tokens: Iterable[PersonalToken]) -> None:
    revoked = list(tokens)
    for token in revoked:
        token.revoked_at = uow.now
    void_tokens_of(uow, *(token.id for token in revoked))


def void_tokens_of(uow: UnitOfWork, *subjects: UUID) -> None:
    """Have all services refuse the access tokens that these persons, or holders, were given."""
    before = clock() + MARGIN
    uow.publish_all([(AccessEnded(subject_id=id, before=before), None) for id in subjects])
