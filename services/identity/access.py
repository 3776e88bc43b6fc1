"""Signing in and out, and turning what a person holds into a token the services can check."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from services.identity.errors import (
    NotSignedIn,
    TokenLimit,
    TooManyAttempts,
    WrongCredentials,
    WrongPassword,
)
from services.identity.models import Attempt, Node, Person, PersonalToken, SignedIn
from services.identity.queries import (
    failures_since,
    live_sessions,
    own_sessions,
    own_tokens,
    person_by_email,
    personal_token_of,
    places_below,
    session_of,
    valid_grants,
)
from services.identity.schemas import PasswordIn, PersonalTokenIn, SignIn, TokenRequest
from services.identity.tokens import (
    SESSION,
    access_token,
    fingerprint,
    hash_of_strong,
    new_personal_token,
    new_session_token,
    password_fits,
)
from shared.errors import NotFound
from shared.work import UnitOfWork

LONGEST_SESSION = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)
WINDOW = timedelta(minutes=15)
MOST_FAILURES = 5
MOST_TOKENS = 20
MOST_SESSIONS = 5


def check_password(uow: UnitOfWork, data: SignIn) -> Person | None:
    """The person, if the password fits; None otherwise, with the failure counted."""
    account = data.email.lower()
    if failures_since(uow, account, uow.now - WINDOW) >= MOST_FAILURES:
        raise TooManyAttempts(minutes=int(WINDOW.total_seconds() // 60))
    person = person_by_email(uow, account)
    hashed = person.password_hash if person is not None and person.active else None
    if password_fits(data.password.get_secret_value(), hashed):
        return person
    uow.add(Attempt(account=account, failed_at=uow.now))
    return None


def open_session(uow: UnitOfWork, person: Person | None, agent: str = "") -> tuple[str, SignedIn]:
    """Start a session; the oldest of too many ends."""
    if person is None:
        raise WrongCredentials
    theirs = live_sessions(uow).where(SignedIn.person_id == person.id)
    newest_first = uow.session.scalars(theirs.order_by(SignedIn.seen_at.desc())).all()
    for one in newest_first[MOST_SESSIONS - 1 :]:
        one.ended_at = uow.now
    token = new_session_token()
    session = SignedIn(
        person_id=person.id,
        token_hash=fingerprint(token),
        expires_at=uow.now + LONGEST_SESSION,
        seen_at=uow.now,
        confirmed_at=uow.now,
        agent=agent,
    )
    return token, uow.add(session)


def end_session(uow: UnitOfWork, token: str) -> None:
    session = session_of(uow, token)
    if session is not None:
        session.ended_at = uow.now


def exchange(uow: UnitOfWork, data: TokenRequest) -> tuple[str, int]:
    """Turn a session's or a personal token into an access token for some services."""
    shown = _live(uow, data.credential.get_secret_value())
    person = uow.get(Person, shown.person_id)
    if not person.active:
        raise NotSignedIn
    claims = claims_of(uow, person)
    if isinstance(shown, SignedIn):
        claims |= {"sid": str(shown.id), "auth": int(shown.confirmed_at.timestamp())}
    else:
        claims["ro"] = shown.reads_only
    return access_token(claims, data.audience)


def claims_of(uow: UnitOfWork, person: Person) -> dict[str, Any]:
    """Who somebody is and what they hold today, as an access token says it."""
    return {
        "sub": str(person.id),
        "name": person.name,
        "lang": person.language,
        "grants": _grants(uow, person.id),
    }


def change_password(uow: UnitOfWork, person: Person | None, data: PasswordIn) -> None:
    """Set a new password for whoever knew the old one. Their other sessions end."""
    uow.require_session()
    if person is None:
        raise WrongPassword
    mine = uow.get(Person, uow.actor.id, lock=True)
    new = data.new.get_secret_value()
    mine.password_hash = hash_of_strong(new, mine.name, mine.email)
    for session in uow.session.scalars(own_sessions(uow)):
        if session.id != uow.actor.session:
            session.ended_at = uow.now


def confirm(uow: UnitOfWork, person: Person | None) -> tuple[str, SignedIn]:
    """Note that the person of this session proved again who they are. Its token is a new one."""
    uow.require_session()
    if person is None:
        raise WrongPassword
    session = uow.session.scalar(own_sessions(uow).where(SignedIn.id == uow.actor.session))
    if session is None:
        raise NotSignedIn
    token = new_session_token()
    session.token_hash, session.confirmed_at = fingerprint(token), uow.now
    return token, session


def end_own_session(uow: UnitOfWork, session_id: UUID) -> None:
    session = uow.session.scalar(own_sessions(uow).where(SignedIn.id == session_id))
    if session is None:
        raise NotFound(kind="SignedIn", id=session_id)
    session.ended_at = uow.now


def make_personal_token(uow: UnitOfWork, data: PersonalTokenIn) -> tuple[str, PersonalToken]:
    uow.require_session()
    held = len(uow.session.scalars(own_tokens(uow)).all())
    if held >= MOST_TOKENS:
        raise TokenLimit(count=held)
    token = new_personal_token()
    row = PersonalToken(
        person_id=uow.actor.id,
        name=data.name,
        token_hash=fingerprint(token),
        expires_at=uow.now + timedelta(days=data.days),
        reads_only=data.reads_only,
    )
    return token, uow.add(row)


def revoke_personal_token(uow: UnitOfWork, token_id: UUID) -> None:
    row = uow.session.scalar(own_tokens(uow).where(PersonalToken.id == token_id))
    if row is None:
        raise NotFound(kind="PersonalToken", id=token_id)
    row.revoked_at = uow.now


def _live(uow: UnitOfWork, credential: str) -> SignedIn | PersonalToken:
    """The session or the personal token that this is, if it is still worth something."""
    found: SignedIn | PersonalToken | None
    if credential.startswith(SESSION):
        found = session_of(uow, credential)
        if found is not None and uow.now - found.seen_at > SEEN_EVERY:
            found.seen_at = uow.now
    else:
        found = personal_token_of(uow, credential)
    if found is None:
        raise NotSignedIn
    return found


def _grants(uow: UnitOfWork, person_id: UUID) -> list[dict[str, Any]]:
    """Roles with the places they cover: all of them for the group, else the node and below."""
    grants = valid_grants(uow, person_id)
    below = places_below(uow, {grant.node_id for grant in grants})
    groups = set(
        uow.session.scalars(
            uow.select(Node).where(Node.parent_id.is_(None)).with_only_columns(Node.id)
        )
    )
    return [
        {
            "role": grant.role.value,
            "sites": "*" if grant.node_id in groups else [str(id) for id in below[grant.node_id]],
            "process": grant.process,
        }
        for grant in grants
    ]
