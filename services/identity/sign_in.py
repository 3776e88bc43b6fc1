"""The doors of who is not signed in yet. Each is open to whoever has what it asks for."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from services.identity import access, federation, links, signing_in
from services.identity.errors import LinkWorthless, WrongCode
from services.identity.factors import begin
from services.identity.models import Person
from services.identity.schemas import Awaits
from services.identity.sign_in_models import SignedIn
from services.identity.sign_in_schemas import (
    AccessToken,
    CodeIn,
    HandshakeIn,
    HandshakeOut,
    LinkIn,
    ProviderAnswer,
    RedeemIn,
    SessionEnd,
    SessionOut,
    SignIn,
    TokenRequest,
)
from services.identity.signing_in import Came
from shared.addresses import client_address, network_of
from shared.auth import SYSTEM
from shared.work import UnitOfWork, unit_of_work

router = APIRouter()


def _network(request: Request) -> str:
    return network_of(client_address(request))


Network = Annotated[str, Depends(_network)]
"""Where the request comes from: attempts are counted for it."""


@router.post("/sessions", status_code=201)
def sign_in(data: SignIn, network: Network) -> SessionOut:
    """Public: whoever has the password. A failure is counted, whether the account exists or not."""
    with unit_of_work("identity", SYSTEM) as uow:
        person = signing_in.check_password(uow, data, network)
    with unit_of_work("identity", SYSTEM) as uow:
        token, session = signing_in.open_session(uow, person, Came(data.agent, network))
        return _opened(uow, token, session)


@router.post("/sessions/code")
def enter_code(data: CodeIn, network: Network) -> SessionOut:
    """Public: whoever came as far as the second step. A wrong code is a failed sign-in."""
    with unit_of_work("identity", SYSTEM) as uow:
        _, person = signing_in.begun_by(uow, data.credential)
        fits = signing_in.check_code(uow, person, data.code, network)
    if not fits:
        raise WrongCode
    with unit_of_work("identity", SYSTEM) as uow:
        token, session, codes = signing_in.complete_session(uow, data.credential)
        return SessionOut(token=token, expires_at=session.expires_at, recovery_codes=codes)


@router.post("/sessions/end", status_code=204)
def sign_out(data: SessionEnd) -> Response:
    """Public: whoever holds the session's token."""
    with unit_of_work("identity", SYSTEM) as uow:
        signing_in.end_session(uow, data.credential.get_secret_value())
    return Response(status_code=204)


@router.post("/sso")
def go_to_provider(data: HandshakeIn) -> HandshakeOut:
    """Public: whoever wants to sign in by the group's identity provider."""
    with unit_of_work("identity", SYSTEM) as uow:
        return federation.begin(uow, again=data.again)


@router.post("/sso/done", status_code=201)
def come_from_provider(data: ProviderAnswer, network: Network) -> SessionOut:
    """Public: the browser that went there, with what the provider gave it."""
    with unit_of_work("identity", SYSTEM) as uow:
        handshake = federation.claim(uow, data)
    vouched = federation.vouched_by(handshake, data)
    linking = handshake.person_id if handshake else None
    with unit_of_work("identity", SYSTEM) as uow:
        came = Came(data.agent, network, vouched.at)
        token, session = federation.let_in(uow, vouched, linking, came)
        return _opened(uow, token, session)


@router.post("/links", status_code=202, response_class=Response)
def ask_for_link(data: LinkIn, network: Network) -> Response:
    """Public: whoever forgot their password. The answer does not tell whose address it is."""
    with unit_of_work("identity", SYSTEM) as uow:
        links.ask_for_reset(uow, data, network)
    return Response(status_code=202)


@router.post("/links/redeem", status_code=204)
def redeem_link(data: RedeemIn, network: Network) -> Response:
    """Public: whoever was mailed the link."""
    with unit_of_work("identity", SYSTEM) as uow:
        worth = links.is_worth(uow, data, network)
    if not worth:
        raise LinkWorthless
    with unit_of_work("identity", SYSTEM) as uow:
        links.redeem(uow, data)
    return Response(status_code=204)


@router.post("/tokens")
def exchange(data: TokenRequest) -> AccessToken:
    """Public: whoever holds a session's or a personal token gets a minute's access token."""
    with unit_of_work("identity", SYSTEM) as uow:
        token, seconds = access.exchange(uow, data)
    return AccessToken(access_token=token, expires_in=seconds)


def _opened(uow: UnitOfWork, token: str, session: SignedIn) -> SessionOut:
    """The session, with what a new app must know if there has to be one first."""
    needs_factor = session.awaits is Awaits.FACTOR
    return SessionOut(
        token=token,
        expires_at=session.expires_at,
        awaits=session.awaits,
        factor=begin(uow, uow.get(Person, session.person_id)) if needs_factor else None,
    )
