"""Links by mail: to join, and to set a new password when the old one is forgotten.

What is asked is the same work whether the address is somebody's or nobody's. The token is made
while the mail is written, by a background task that is given the row's id: it passes through no
event, no queue and no log, and the database keeps its hash.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete

from services.identity import mail
from services.identity.attempts import count, hold_back
from services.identity.ending import end_sessions
from services.identity.errors import AlreadyJoined, LinkWorthless
from services.identity.events import LinkAsked
from services.identity.models import Person
from services.identity.queries import link_of, live_sessions, person_by_email
from services.identity.schemas import Door, Purpose
from services.identity.sign_in_models import Link, SignedIn
from services.identity.sign_in_schemas import LinkIn, RedeemIn
from services.identity.tokens import fingerprint, hash_of_strong, new_secret
from shared.mail import is_set_up, send
from shared.work import UnitOfWork

LIVES = {Purpose.RESET: timedelta(minutes=30), Purpose.INVITATION: timedelta(days=7)}


def invite(uow: UnitOfWork, person: Person) -> None:
    """Have a person who was entered choose a password of their own."""
    if person.password_hash is not None:
        raise AlreadyJoined(person=person.name)
    _ask(uow, Purpose.INVITATION, person)


def ask_for_reset(uow: UnitOfWork, data: LinkIn, network: str) -> None:
    account = data.email.lower()
    hold_back(uow, Door.LINK, account, network)
    count(uow, Door.LINK, account, network)
    _ask(uow, Purpose.RESET, person_by_email(uow, account))


def send_link(uow: UnitOfWork, link_id: UUID) -> None:
    """Write the mail. Sent twice, the last one's link works: the first was never recorded."""
    link = uow.get(Link, link_id, lock=True)
    person = uow.get(Person, link.person_id) if link.person_id else None
    late = link.used_at is not None or link.expires_at <= uow.now
    if person is None or not person.active or late or not is_set_up():
        return
    token = new_secret()
    link.token_hash = fingerprint(token)
    letter = mail.Letter(
        id=link.id,
        purpose=link.purpose,
        to=person.email,
        name=person.name,
        language=person.language,
        asked_at=link.created_at,
        token=token,
    )
    send(mail.message_of(letter))


def is_worth(uow: UnitOfWork, data: RedeemIn, network: str) -> bool:
    """Whether the link is good for something; if not, the attempt is counted."""
    token = data.credential.get_secret_value()
    tried = fingerprint(token)
    hold_back(uow, Door.LINK, tried, network)
    if link_of(uow, token) is not None:
        return True
    count(uow, Door.LINK, tried, network)
    return False


def redeem(uow: UnitOfWork, data: RedeemIn) -> None:
    """Set the password. All sessions end, all other links too; the second factor stays."""
    link = link_of(uow, data.credential.get_secret_value(), lock=True)
    person = uow.get(Person, link.person_id, lock=True) if link and link.person_id else None
    if link is None or person is None or not person.active:
        raise LinkWorthless
    new = data.password.get_secret_value()
    person.password_hash = hash_of_strong(new, person.name, person.email)
    link.used_at = uow.now
    for other in uow.session.scalars(uow.select(Link).where(Link.person_id == person.id)):
        other.used_at = other.used_at or uow.now
    theirs = live_sessions(uow).where(SignedIn.person_id == person.id)
    end_sessions(uow, uow.session.scalars(theirs))


def forget_old(uow: UnitOfWork) -> None:
    uow.session.execute(delete(Link).where(Link.expires_at < uow.now - LIVES[Purpose.INVITATION]))


def _ask(uow: UnitOfWork, purpose: Purpose, person: Person | None) -> None:
    person_id = person.id if person is not None and person.active else None
    expires_at = uow.now + LIVES[purpose]
    link = uow.add(Link(purpose=purpose, person_id=person_id, expires_at=expires_at))
    uow.publish(LinkAsked(link_id=link.id), about=link)
