"""The doors to one's own account: password, second factor, sessions, tokens."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response

from services.identity import access, commands, factors, federation, queries, signing_in
from services.identity.errors import WrongPassword
from services.identity.models import Node, Person
from services.identity.schemas import (
    ConfirmIn,
    FactorCodeIn,
    FactorOut,
    HeldGrant,
    LanguageIn,
    Me,
    OwnSession,
    PasswordIn,
    PersonalTokenIn,
    PersonalTokenOut,
    PersonOut,
    RecoveryCodes,
)
from services.identity.sign_in import Network
from services.identity.sign_in_models import SignedIn
from services.identity.sign_in_schemas import HandshakeOut, SessionOut, SignIn
from shared.auth import SYSTEM, matrix
from shared.work import UnitOfWork, authorised, unit_of_work

Read = Annotated[UnitOfWork, authorised("identity:read")]

router = APIRouter()


@router.get("/me")
def me(uow: Read) -> Me:
    person = uow.get(Person, uow.actor.id)
    held = queries.valid_grants(uow, person.id)
    names = {node_id: uow.get(Node, node_id).name for node_id in {g.node_id for g in held}}
    known = sorted(set().union(*matrix().values()))
    return Me(
        id=person.id,
        name=person.name,
        email=person.email,
        language=person.language,
        grants=[
            HeldGrant(role=g.role, node_id=g.node_id, node_name=names[g.node_id], process=g.process)
            for g in held
        ],
        permissions=queries.permissions(uow.actor, known),
        has_factor=factors.has_factor(uow, person.id),
        recovery_codes_left=factors.recovery_codes_left(uow, person.id),
        at_provider=queries.provider_account_of(uow, person.id) is not None,
    )


@router.patch("/me/language", response_model=PersonOut)
def speak(data: LanguageIn, uow: Read) -> Person:
    return commands.speak(uow, data.language)


@router.post("/me/password", status_code=204)
def change_password(data: PasswordIn, uow: Read, network: Network) -> Response:
    """Set one's own password. A wrong current one counts as a failed sign-in."""
    me = uow.get(Person, uow.actor.id)
    with unit_of_work("identity", SYSTEM) as counting:
        given = SignIn(email=me.email, password=data.current)
        knows = signing_in.check_password(counting, given, network) is not None
    if not knows:
        raise WrongPassword
    signing_in.change_password(uow, data)
    return Response(status_code=204)


@router.post("/me/confirm")
def confirm(data: ConfirmIn, uow: Read, network: Network) -> SessionOut:
    """Prove that it is still oneself. What is wrong counts as a failed sign-in."""
    me = uow.get(Person, uow.actor.id)
    with unit_of_work("identity", SYSTEM) as counting:
        wrong = signing_in.what_is_wrong(counting, me, data, network)
    if wrong is not None:
        raise wrong
    token, session = signing_in.confirm(uow)
    return SessionOut(token=token, expires_at=session.expires_at)


@router.post("/me/factor", status_code=201)
def begin_factor(uow: Read) -> FactorOut:
    return factors.begin_own(uow)


@router.post("/me/factor/confirm")
def finish_factor(data: FactorCodeIn, uow: Read, network: Network) -> RecoveryCodes:
    """Show that the app has the secret. A wrong code counts as a failed sign-in."""
    me = uow.get(Person, uow.actor.id)
    with unit_of_work("identity", SYSTEM) as counting:
        fits = signing_in.check_code(counting, me, data.code, network)
    return RecoveryCodes(codes=factors.finish_own(uow, fits=fits))


@router.delete("/me/factor", status_code=204)
def remove_factor(uow: Read) -> Response:
    factors.remove_own(uow)
    return Response(status_code=204)


@router.post("/me/provider")
def link_provider(uow: Read) -> HandshakeOut:
    """Go to the identity provider, to be known by it from then on."""
    return federation.begin_link(uow)


@router.delete("/me/provider", status_code=204)
def unlink_provider(uow: Read) -> Response:
    federation.unlink(uow)
    return Response(status_code=204)


@router.get("/me/sessions")
def list_own_sessions(uow: Read) -> list[OwnSession]:
    rows = uow.session.scalars(queries.own_sessions(uow).order_by(SignedIn.seen_at.desc()))
    shown = ("id", "created_at", "seen_at", "expires_at", "agent")
    return [
        OwnSession(current=row.id == uow.actor.session, **{n: getattr(row, n) for n in shown})
        for row in rows
    ]


@router.delete("/me/sessions/{session_id}", status_code=204)
def end_own_session(session_id: UUID, uow: Read) -> Response:
    signing_in.end_own_session(uow, session_id)
    return Response(status_code=204)


@router.get("/me/tokens", response_model=list[PersonalTokenOut])
def list_own_tokens(uow: Read) -> Any:  # noqa: ANN401  shaped by response_model
    return uow.session.scalars(queries.own_tokens(uow).limit(access.MOST_TOKENS)).all()


@router.post("/me/tokens", status_code=201)
def make_personal_token(data: PersonalTokenIn, uow: Read) -> PersonalTokenOut:
    token, row = access.make_personal_token(uow, data)
    return PersonalTokenOut.model_validate(row).model_copy(update={"token": token})


@router.delete("/me/tokens/{token_id}", status_code=204)
def revoke_personal_token(token_id: UUID, uow: Read) -> Response:
    access.revoke_personal_token(uow, token_id)
    return Response(status_code=204)
