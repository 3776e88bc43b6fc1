"""The second factor: codes of an authenticator app, and recovery codes for who lost it."""

import hmac
import secrets
from base64 import b32encode
from uuid import UUID

import pyotp
from sqlalchemy import func, select

from services.identity.errors import FactorThere, NotSignedIn, WrongCode
from services.identity.models import Person
from services.identity.queries import valid_grants
from services.identity.schemas import OUTSIDERS, FactorOut, Role
from services.identity.sign_in_models import Factor, RecoveryCode
from services.identity.tokens import fingerprint
from shared.settings import settings
from shared.work import TO_ADMINISTER, UnitOfWork

STEP_S = 30
NEAR = (-1, 0, 1)
CODES = 10
CODE_BYTES = 10
WITH_FACTOR = OUTSIDERS | {
    Role.PLATFORM_ADMIN,
    Role.GROUP_COORDINATOR,
    Role.SITE_COORDINATOR,
    Role.AUDITOR,
    Role.RECORDS_OFFICER,
}


def has_factor(uow: UnitOfWork, person_id: UUID) -> bool:
    factor = _factor(uow, person_id)
    return factor is not None and factor.confirmed_at is not None


def must_have_factor(uow: UnitOfWork, person_id: UUID) -> bool:
    wanted = settings().wants_second_factor
    return wanted and any(grant.role in WITH_FACTOR for grant in valid_grants(uow, person_id))


def begin(uow: UnitOfWork, person: Person) -> FactorOut:
    """Make a secret for a new app. It counts once a first code has shown that the app has it."""
    factor = _factor(uow, person.id, lock=True)
    if factor is not None and factor.confirmed_at is not None:
        raise FactorThere
    secret = pyotp.random_base32()
    if factor is None:
        uow.add(Factor(person_id=person.id, secret=secret))
    else:
        factor.secret = secret
    address = pyotp.TOTP(secret).provisioning_uri(name=person.email, issuer_name="QSE")
    return FactorOut(secret=secret, address=address)


def begin_own(uow: UnitOfWork) -> FactorOut:
    uow.require_confirmed(TO_ADMINISTER)
    return begin(uow, uow.get(Person, uow.actor.id))


def finish(uow: UnitOfWork, person_id: UUID) -> list[str]:
    """The app has proved itself: from now on it is asked for. Gives the recovery codes."""
    factor = _factor(uow, person_id, lock=True)
    if factor is None or factor.confirmed_at is not None:
        raise NotSignedIn
    factor.confirmed_at = uow.now
    codes = [b32encode(secrets.token_bytes(CODE_BYTES)).decode().lower() for _ in range(CODES)]
    for code in codes:
        uow.add(RecoveryCode(person_id=person_id, code_hash=fingerprint(code)))
    return ["-".join(code[n : n + 4] for n in range(0, len(code), 4)) for code in codes]


def finish_own(uow: UnitOfWork, *, fits: bool) -> list[str]:
    uow.require_session()
    if not fits:
        raise WrongCode
    return finish(uow, uow.actor.id)


def remove_own(uow: UnitOfWork) -> None:
    """Forget the app, and what recovers it. Confirming it is oneself has just asked for a code."""
    uow.require_confirmed(TO_ADMINISTER)
    for kept in (RecoveryCode, Factor):
        for row in uow.session.scalars(uow.select(kept).where(kept.person_id == uow.actor.id)):
            uow.session.delete(row)


def code_fits(uow: UnitOfWork, person_id: UUID, code: str) -> bool:
    """Whether this is a code of the person's app or list. It is worth nothing from then on."""
    factor = _factor(uow, person_id, lock=True)
    if factor is None:
        return False
    typed = code.replace(" ", "").replace("-", "").lower()
    if typed.isdecimal():
        return _is_of_now(uow, factor, typed)
    return factor.confirmed_at is not None and _is_spent(uow, person_id, typed)


def recovery_codes_left(uow: UnitOfWork, person_id: UUID) -> int:
    left = select(func.count()).where(RecoveryCode.person_id == person_id)
    return uow.session.scalar(left.where(RecoveryCode.used_at.is_(None))) or 0


def _factor(uow: UnitOfWork, person_id: UUID, *, lock: bool = False) -> Factor | None:
    theirs = uow.select(Factor).where(Factor.person_id == person_id)
    if lock:
        theirs = theirs.with_for_update().execution_options(populate_existing=True)
    return uow.session.scalar(theirs)


def _is_of_now(uow: UnitOfWork, factor: Factor, typed: str) -> bool:
    """Clocks differ by a step; a step that was taken, and those before it, are over."""
    app, now = pyotp.TOTP(factor.secret), int(uow.now.timestamp()) // STEP_S
    for step in (now + near for near in NEAR):
        if step > factor.last_step and hmac.compare_digest(app.at(step * STEP_S), typed):
            factor.last_step = step
            return True
    return False


def _is_spent(uow: UnitOfWork, person_id: UUID, typed: str) -> bool:
    theirs = uow.select(RecoveryCode).where(RecoveryCode.person_id == person_id)
    this = theirs.where(
        RecoveryCode.code_hash == fingerprint(typed), RecoveryCode.used_at.is_(None)
    )
    found = uow.session.scalar(this)
    if found is None:
        return False
    found.used_at = uow.now
    return True
