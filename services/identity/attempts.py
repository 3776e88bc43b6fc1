"""Guessing is slow, for whoever guesses; and hardly ever for whose account it is.

Five attempts are free, then each waits longer. They are counted for the account, and twenty for
the network they come from. Where a person usually signs in from, only what is tried on their
account from there counts: nobody locks others out from afar.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select

from services.identity.errors import TooManyAttempts
from services.identity.models import Person
from services.identity.schemas import Awaits, Door
from services.identity.sign_in_models import Attempt, SignedIn
from shared.work import UnitOfWork

WINDOW = timedelta(minutes=15)
FIRST_PAUSE = timedelta(minutes=1)
FREE_FOR_ACCOUNT = 5
FREE_FOR_NETWORK = 20
LONGEST_GROWTH = 4
FAMILIAR_FOR = timedelta(days=90)


def hold_back(uow: UnitOfWork, door: Door, account: str, network: str) -> None:
    """Refuse who has to wait. Two attempts on one account take turns, so that both are counted."""
    uow.session.execute(select(func.pg_advisory_xact_lock(func.hashtext(account))))
    theirs, here = Attempt.account == account, Attempt.network == network
    if network and _is_familiar(uow, account, network):
        longest = _wait(uow, door, FREE_FOR_ACCOUNT, theirs, here)
    else:
        longest = _wait(uow, door, FREE_FOR_ACCOUNT, theirs)
        if network:
            longest = max(longest, _wait(uow, door, FREE_FOR_NETWORK, here))
    if longest > timedelta():
        raise TooManyAttempts(minutes=-(-longest // timedelta(minutes=1)))


def count(uow: UnitOfWork, door: Door, account: str, network: str) -> None:
    uow.add(Attempt(account=account, network=network, at_door=door, failed_at=uow.now))


def forget_old(uow: UnitOfWork) -> None:
    uow.session.execute(delete(Attempt).where(Attempt.failed_at < uow.now - WINDOW))


def _wait(uow: UnitOfWork, door: Door, free: int, *counted: ColumnElement[bool]) -> timedelta:
    """How long until the next attempt."""
    recent = select(Attempt.failed_at).where(Attempt.failed_at > uow.now - WINDOW, *counted)
    recent = recent.where(Attempt.at_door == door).order_by(Attempt.failed_at.desc())
    failures: Sequence[datetime] = uow.session.scalars(recent.limit(free + LONGEST_GROWTH)).all()
    if len(failures) < free:
        return timedelta()
    pause: timedelta = min(FIRST_PAUSE * 2 ** (len(failures) - free), WINDOW)
    return failures[0] + pause - uow.now


def _is_familiar(uow: UnitOfWork, account: str, network: str) -> bool:
    """Whether this person has lately signed in from there."""
    theirs = uow.select(SignedIn).join(Person, Person.id == SignedIn.person_id)
    theirs = theirs.where(Person.email == account, SignedIn.network == network)
    lately = theirs.where(
        SignedIn.created_at > uow.now - FAMILIAR_FOR, SignedIn.awaits == Awaits.NOTHING
    )
    return bool(uow.session.scalar(select(lately.exists())))
