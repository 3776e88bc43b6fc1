"""What is sent and answered at the doors of who is not signed in yet."""

from datetime import datetime

from pydantic import Field, SecretStr, StrictBool

from services.identity.schemas import (
    LONGEST_PASSWORD,
    Agent,
    Awaits,
    Code,
    Credential,
    Email,
    FactorOut,
    Password,
)
from shared.schemas import In, Out


class SignIn(In):
    email: Email
    password: Password
    agent: Agent = ""


class CodeIn(In):
    """The second step of signing in, by whoever took the first."""

    credential: Credential
    code: Code


class SessionOut(Out):
    """The opaque token is shown this once; only its hash is kept."""

    token: str
    expires_at: datetime
    awaits: Awaits = Awaits.NOTHING
    factor: FactorOut | None = None
    """For who must set one up before anything else."""
    recovery_codes: list[str] = Field(default_factory=list)


class SessionEnd(In):
    credential: Credential


class LinkIn(In):
    """Ask for a mail that lets one set a new password."""

    email: Email


class RedeemIn(In):
    """A new password, by whoever has the link that was mailed."""

    credential: Credential
    password: SecretStr = Field(min_length=12, max_length=LONGEST_PASSWORD)


class HandshakeIn(In):
    """Go to the identity provider; `again` has it ask for proof even of somebody it knows."""

    again: StrictBool = False


class HandshakeOut(Out):
    """Where to send the browser, and what only this browser may know."""

    address: str
    credential: str


class ProviderAnswer(In):
    """What the browser brought back from the identity provider."""

    credential: Credential
    state: str = Field(max_length=200)
    code: Credential
    agent: Agent = ""


class TokenRequest(In):
    """A session's or a personal token, to be exchanged for a short access token."""

    credential: Credential
    audience: list[str] = Field(min_length=1, max_length=20)


class AccessToken(Out):
    access_token: str
    expires_in: int
