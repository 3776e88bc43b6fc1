"""Turning what a person holds into a token the services can check."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.identity.ending import revoke
from services.identity.errors import NotSignedIn, OutsiderWithToken, TokenLimit
from services.identity.factors import has_factor, must_have_factor
from services.identity.models import Grant, Node, Person
from services.identity.queries import (
    own_tokens,
    personal_token_of,
    places_below,
    provider_account_of,
    session_of,
    valid_grants,
)
from services.identity.schemas import PersonalTokenIn
from services.identity.sign_in_models import PersonalToken, SignedIn
from services.identity.sign_in_schemas import TokenRequest
from services.identity.tokens import SESSION, access_token, fingerprint, new_personal_token
from shared.auth import actor_from
from shared.errors import NotFound
from shared.work import TO_ADMINISTER, UnitOfWork

SEEN_EVERY = timedelta(minutes=1)
MOST_TOKENS = 20


def exchange(uow: UnitOfWork, data: TokenRequest) -> tuple[str, int]:
    """Turn a session's or a personal token into an access token for some services."""
    shown = _live(uow, data.credential.get_secret_value())
    person = uow.get(Person, shown.person_id)
    if not person.active or not _may_go_on(uow, person, shown):
        raise NotSignedIn
    claims = claims_of(uow, person) | {"cid": str(shown.id)}
    if actor_from(claims).is_outsider and isinstance(shown, PersonalToken):
        raise NotSignedIn
    if isinstance(shown, SignedIn):
        claims |= {"sid": str(shown.id), "auth": int(shown.confirmed_at.timestamp())}
        claims["fa"] = has_factor(uow, person.id)
    else:
        claims["ro"] = shown.reads_only
    return access_token(claims, data.audience)


def claims_of(uow: UnitOfWork, person: Person) -> dict[str, Any]:
    """Who somebody is and what they hold now, until the first of it ends, as a token says it."""
    held = valid_grants(uow, person.id)
    claims = {
        "sub": str(person.id),
        "name": person.name,
        "lang": person.language,
        "grants": _grants(uow, held),
    }
    ends = [grant.ends_at for grant in held if grant.ends_at is not None]
    return claims | {"exp": int(min(ends).timestamp())} if ends else claims


def make_personal_token(uow: UnitOfWork, data: PersonalTokenIn) -> tuple[str, PersonalToken]:
    """Give a program of the actor's its own way in. Who comes from outside has none but theirs."""
    uow.require_confirmed(TO_ADMINISTER)
    if uow.actor.is_outsider:
        raise OutsiderWithToken
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
    revoke(uow, [row])


def _may_go_on(uow: UnitOfWork, person: Person, shown: SignedIn | PersonalToken) -> bool:
    """Refuse, wherever they are, those who must hold a second factor and do not (any more)."""
    if not must_have_factor(uow, person.id) or has_factor(uow, person.id):
        return True
    if isinstance(shown, SignedIn):
        return shown.by_provider
    return provider_account_of(uow, person.id) is not None


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


def _grants(uow: UnitOfWork, grants: Sequence[Grant]) -> list[dict[str, Any]]:
    """Roles with the places they cover: all of them for the group, else the node and below."""
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
