from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import SecretStr

from services.identity import access, administration, commands, queries
from services.identity.models import Node, Person, Process, SignedIn
from services.identity.schemas import (
    AccessToken,
    ConfirmIn,
    HeldGrant,
    LanguageIn,
    Me,
    OwnSession,
    PasswordIn,
    PersonalTokenIn,
    PersonalTokenOut,
    PersonOut,
    ProcessIn,
    ProcessOut,
    SessionEnd,
    SessionOut,
    SignIn,
    TokenRequest,
)
from shared.auth import SYSTEM, matrix
from shared.crud import crud_router
from shared.work import UnitOfWork, authorised, unit_of_work

Read = Annotated[UnitOfWork, authorised("identity:read")]

router = APIRouter()
router.include_router(administration.router)
router.include_router(
    crud_router("/processes", Process, ProcessIn, ProcessOut, ("identity:read", "identity:govern"))
)


@router.post("/sessions", status_code=201)
def sign_in(data: SignIn) -> SessionOut:
    """Public: whoever has the password. A failure is counted, whether the account exists or not."""
    with unit_of_work("identity", SYSTEM) as uow:
        person = access.check_password(uow, data)
    with unit_of_work("identity", SYSTEM) as uow:
        token, session = access.open_session(uow, person, data.agent)
        return SessionOut(token=token, expires_at=session.expires_at)


@router.post("/sessions/end", status_code=204)
def sign_out(data: SessionEnd) -> Response:
    """Public: whoever holds the session's token."""
    with unit_of_work("identity", SYSTEM) as uow:
        access.end_session(uow, data.credential.get_secret_value())
    return Response(status_code=204)


@router.post("/tokens")
def exchange(data: TokenRequest) -> AccessToken:
    """Public: whoever holds a session's or a personal token gets a minute's access token."""
    with unit_of_work("identity", SYSTEM) as uow:
        token, seconds = access.exchange(uow, data)
    return AccessToken(access_token=token, expires_in=seconds)


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
    )


@router.patch("/me/language", response_model=PersonOut)
def speak(data: LanguageIn, uow: Read) -> Person:
    return commands.speak(uow, data.language)


@router.post("/me/password", status_code=204)
def change_password(data: PasswordIn, uow: Read) -> Response:
    """Set one's own password. A wrong current one counts as a failed sign-in."""
    access.change_password(uow, _knower(uow, data.current), data)
    return Response(status_code=204)


@router.post("/me/confirm")
def confirm(data: ConfirmIn, uow: Read) -> SessionOut:
    """Prove that it is still oneself. A wrong password counts as a failed sign-in."""
    token, session = access.confirm(uow, _knower(uow, data.password))
    return SessionOut(token=token, expires_at=session.expires_at)


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
    access.end_own_session(uow, session_id)
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


def _knower(uow: UnitOfWork, password: SecretStr) -> Person | None:
    """The caller, if they know their own password. Counted in a transaction of its own."""
    me = uow.get(Person, uow.actor.id)
    with unit_of_work("identity", SYSTEM) as counting:
        return access.check_password(counting, SignIn(email=me.email, password=password))
