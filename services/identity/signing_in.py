"""Signing in and out: what somebody must show, and the session they get for it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import SecretStr

from services.identity.attempts import count, hold_back
from services.identity.ending import end_sessions
from services.identity.errors import (
    CodeNeeded,
    NotSignedIn,
    WrongCode,
    WrongCredentials,
    WrongPassword,
)
from services.identity.factors import code_fits, finish, has_factor, must_have_factor
from services.identity.models import Person
from services.identity.queries import (
    all_roles_of,
    begun_sessions,
    live_sessions,
    own_sessions,
    person_by_email,
    session_of,
)
from services.identity.schemas import (
    LONGEST_OUTSIDERS,
    OUTSIDERS,
    Awaits,
    ConfirmIn,
    Door,
    PasswordIn,
)
from services.identity.sign_in_models import SignedIn
from services.identity.sign_in_schemas import SignIn
from services.identity.tokens import (
    fingerprint,
    hash_of_strong,
    new_session_token,
    password_fits,
)
from shared.errors import DomainError, NotFound
from shared.work import UnitOfWork

LONGEST_SESSION = timedelta(hours=12)
LONGEST_HALF = timedelta(minutes=10)
MOST_SESSIONS = 5


@dataclass(frozen=True)
class Came:
    """With what browser somebody came, from what network, and who vouches for them."""

    agent: str = ""
    network: str = ""
    vouched_at: datetime | None = None
    """When the identity provider last saw them prove who they are."""


def check_password(uow: UnitOfWork, data: SignIn, network: str) -> Person | None:
    """The person, if the password fits; None otherwise, with the failure counted."""
    account = data.email.lower()
    hold_back(uow, Door.SIGN_IN, account, network)
    person = person_by_email(uow, account)
    hashed = person.password_hash if person is not None and person.active else None
    if password_fits(data.password.get_secret_value(), hashed):
        return person
    count(uow, Door.SIGN_IN, account, network)
    return None


def check_code(uow: UnitOfWork, person: Person, code: SecretStr, network: str) -> bool:
    """Whether this is a code of the person's, which is spent then; a failure is counted."""
    hold_back(uow, Door.SIGN_IN, person.email, network)
    if code_fits(uow, person.id, code.get_secret_value()):
        return True
    count(uow, Door.SIGN_IN, person.email, network)
    return False


def what_is_wrong(
    uow: UnitOfWork, person: Person, data: ConfirmIn, network: str
) -> DomainError | None:
    """Why this does not show that it is still the same person; None if it does."""
    given = SignIn(email=person.email, password=data.password)
    if check_password(uow, given, network) is None:
        return WrongPassword()
    if not has_factor(uow, person.id):
        return None
    if data.code is None:
        return CodeNeeded()
    return None if check_code(uow, person, data.code, network) else WrongCode()


def open_session(
    uow: UnitOfWork, person: Person | None, came: Came = Came()
) -> tuple[str, SignedIn]:
    """Start a session; the oldest of too many ends. Who has a factor or needs one is half in."""
    if person is None:
        raise WrongCredentials
    awaits = _still_awaited(uow, person, came)
    life = _longest(uow, person) if awaits is Awaits.NOTHING else LONGEST_HALF
    token = new_session_token()
    session = SignedIn(
        person_id=person.id,
        token_hash=fingerprint(token),
        expires_at=uow.now + life,
        seen_at=uow.now,
        confirmed_at=came.vouched_at or uow.now,
        agent=came.agent,
        network=came.network,
        awaits=awaits,
        by_provider=came.vouched_at is not None,
    )
    if awaits is Awaits.NOTHING:
        _end_oldest(uow, person)
    return token, uow.add(session)


def begun_by(uow: UnitOfWork, credential: SecretStr) -> tuple[SignedIn, Person]:
    """The session that awaits a code, and whose it is."""
    token = fingerprint(credential.get_secret_value())
    half = begun_sessions(uow).where(SignedIn.token_hash == token)
    half = half.where(SignedIn.awaits != Awaits.NOTHING).with_for_update()
    session = uow.session.scalar(half)
    person = uow.get(Person, session.person_id) if session is not None else None
    if session is None or person is None or not person.active:
        raise NotSignedIn
    return session, person


def complete_session(uow: UnitOfWork, credential: SecretStr) -> tuple[str, SignedIn, list[str]]:
    """Let somebody in whose code was right: with a new token, and codes for a new app."""
    session, person = begun_by(uow, credential)
    codes = finish(uow, person.id) if session.awaits is Awaits.FACTOR else []
    _end_oldest(uow, person)
    token = new_session_token()
    session.token_hash, session.awaits = fingerprint(token), Awaits.NOTHING
    session.confirmed_at = session.seen_at = uow.now
    session.expires_at = uow.now + _longest(uow, person)
    return token, session, codes


def end_session(uow: UnitOfWork, token: str) -> None:
    session = session_of(uow, token)
    if session is not None:
        end_sessions(uow, [session])


def change_password(uow: UnitOfWork, data: PasswordIn) -> None:
    """Set a new password for whoever knew the old one. Their other sessions end."""
    uow.require_session()
    mine = uow.get(Person, uow.actor.id, lock=True)
    new = data.new.get_secret_value()
    mine.password_hash = hash_of_strong(new, mine.name, mine.email)
    others = own_sessions(uow).where(SignedIn.id != uow.actor.session)
    end_sessions(uow, uow.session.scalars(others))


def confirm(uow: UnitOfWork) -> tuple[str, SignedIn]:
    """Note that the person of this session proved again who they are. Its token is a new one."""
    uow.require_session()
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
    end_sessions(uow, [session])


def _still_awaited(uow: UnitOfWork, person: Person, came: Came) -> Awaits:
    if came.vouched_at is not None:
        return Awaits.NOTHING
    if has_factor(uow, person.id):
        return Awaits.CODE
    return Awaits.FACTOR if must_have_factor(uow, person.id) else Awaits.NOTHING


def _longest(uow: UnitOfWork, person: Person) -> timedelta:
    """Whose role from outside begins tomorrow would have it in today's session."""
    held = {role for role, _ in all_roles_of(uow, person.id)}
    return LONGEST_SESSION if OUTSIDERS.isdisjoint(held) else LONGEST_OUTSIDERS


def _end_oldest(uow: UnitOfWork, person: Person) -> None:
    """Make room for one more session."""
    theirs = live_sessions(uow).where(SignedIn.person_id == person.id)
    newest_first = uow.session.scalars(theirs.order_by(SignedIn.seen_at.desc())).all()
    end_sessions(uow, newest_first[MOST_SESSIONS - 1 :])
