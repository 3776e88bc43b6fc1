"""Signing in by the group's identity provider.

A person is known by what the provider calls them, never by e-mail address; they link it
themselves, signed in, and hold here what was granted to them here.
"""

import hmac
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete

from services.identity import provider
from services.identity.errors import LinkedToAnother, NotLinked, ProviderRefused
from services.identity.models import Person
from services.identity.provider import Vouched
from services.identity.queries import own_provider_accounts
from services.identity.sign_in_models import Handshake, ProviderAccount, SignedIn
from services.identity.sign_in_schemas import HandshakeOut, ProviderAnswer
from services.identity.signing_in import Came, open_session
from services.identity.tokens import derived, fingerprint, new_secret
from shared.work import TO_ADMINISTER, UnitOfWork

LONGEST = timedelta(minutes=10)


def begin(uow: UnitOfWork, *, again: bool = False, by: UUID | None = None) -> HandshakeOut:
    """Send a browser to the provider; `again` has the provider ask for proof even if it knows."""
    secret = new_secret()
    address = provider.sign_in_address(secret, again=again)
    row = Handshake(secret_hash=fingerprint(secret), person_id=by, expires_at=uow.now + LONGEST)
    uow.add(row)
    return HandshakeOut(address=address, credential=secret)


def begin_link(uow: UnitOfWork) -> HandshakeOut:
    uow.require_confirmed(TO_ADMINISTER)
    return begin(uow, by=uow.actor.id)


def unlink(uow: UnitOfWork) -> None:
    uow.require_confirmed(TO_ADMINISTER)
    for account in uow.session.scalars(own_provider_accounts(uow)):
        uow.session.delete(account)


def claim(uow: UnitOfWork, data: ProviderAnswer) -> Handshake | None:
    """The handshake this browser began, over with this; None if it began none like it."""
    secret = data.credential.get_secret_value()
    live = uow.select(Handshake).where(Handshake.secret_hash == fingerprint(secret))
    live = live.where(Handshake.used_at.is_(None), Handshake.expires_at > uow.now)
    handshake = uow.session.scalar(live.with_for_update())
    if handshake is None:
        return None
    handshake.used_at = uow.now
    ours = hmac.compare_digest(derived(secret, "state").encode(), data.state.encode())
    return handshake if ours else None


def vouched_by(handshake: Handshake | None, data: ProviderAnswer) -> Vouched:
    """Ask the provider who came, between two transactions: it may be slow."""
    if handshake is None:
        raise ProviderRefused
    return provider.vouched_for(data.credential.get_secret_value(), data.code.get_secret_value())


def let_in(
    uow: UnitOfWork, vouched: Vouched, linking: UUID | None, came: Came
) -> tuple[str, SignedIn]:
    """Start the session of the person whom the provider means, linked before or just now."""
    known = uow.select(ProviderAccount).where(
        ProviderAccount.issuer == vouched.issuer, ProviderAccount.subject == vouched.subject
    )
    account = uow.session.scalar(known)
    if linking is not None:
        account = _link(uow, vouched, linking, account)
    person = uow.get(Person, account.person_id) if account is not None else None
    if person is None or not person.active:
        raise NotLinked
    return open_session(uow, person, came)


def forget_old(uow: UnitOfWork) -> None:
    uow.session.execute(delete(Handshake).where(Handshake.expires_at < uow.now - LONGEST))


def _link(
    uow: UnitOfWork, vouched: Vouched, person_id: UUID, known: ProviderAccount | None
) -> ProviderAccount:
    if known is None:
        row = ProviderAccount(person_id=person_id, issuer=vouched.issuer, subject=vouched.subject)
        return uow.add(row)
    if known.person_id != person_id:
        raise LinkedToAnother
    return known
