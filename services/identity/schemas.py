"""The tree, its people and what they may do, as identity shows them."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, SecretStr, StrictBool, StrictInt

from shared import auth
from shared.schemas import Change, Day, In, Out

LONGEST_PASSWORD = 128

Language = Literal["fr", "en"]
Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)]
Password = Annotated[SecretStr, Field(max_length=LONGEST_PASSWORD)]
Credential = Annotated[SecretStr, Field(max_length=2_000)]
Code = Annotated[SecretStr, Field(min_length=1, max_length=40)]
Agent = Annotated[str, Field(max_length=400)]


class NodeKind(StrEnum):
    GROUP = "group"
    DIVISION = "division"
    SITE = "site"
    WORK_UNIT = "work_unit"


class Role(StrEnum):
    PLATFORM_ADMIN = "platform_admin"
    GROUP_COORDINATOR = "group_coordinator"
    SITE_COORDINATOR = "site_coordinator"
    PROCESS_OWNER = "process_owner"
    AUDITOR = "auditor"
    CONTRIBUTOR = "contributor"
    READER = "reader"
    RECORDS_OFFICER = "records_officer"
    CERTIFIER = "certifier"
    INSPECTOR = "inspector"


COORDINATORS = frozenset({Role.GROUP_COORDINATOR, Role.SITE_COORDINATOR})
"""Who may do most: giving these takes two people."""
GOVERNED = frozenset({Role.GROUP_COORDINATOR, Role.PLATFORM_ADMIN})
"""Given and taken by the group's coordinators only."""
OUTSIDERS = frozenset(Role(name) for name in auth.OUTSIDERS)
LONGEST_OUTSIDERS = timedelta(hours=2)
"""How long a session of theirs lasts."""


class Awaits(StrEnum):
    """What a session still needs before it opens anything."""

    NOTHING = "nothing"
    CODE = "code"
    FACTOR = "factor"


class Door(StrEnum):
    """Where attempts are counted."""

    SIGN_IN = "sign_in"
    LINK = "link"


class Purpose(StrEnum):
    """What a mailed link is for."""

    INVITATION = "invitation"
    RESET = "reset"


class NodeIn(In):
    id: UUID | None = None
    kind: NodeKind
    parent_id: UUID | None = None
    name: str = Field(min_length=2, max_length=200)
    code: str = Field(default="", max_length=40)


class NodeChange(Change):
    name: str = Field(min_length=2, max_length=200)
    code: str = Field(default="", max_length=40)


class NodeOut(Out):
    id: UUID
    version: int
    kind: NodeKind
    parent_id: UUID | None
    name: str
    code: str
    path: list[UUID]


class NodeRow(NodeOut):
    """A node in the tree. `below`: how many the caller sees right below it."""

    below: int


class PlaceOut(Out):
    """A place as every page names it: the group, a division or a site."""

    id: UUID
    kind: NodeKind
    name: str
    path: list[UUID]


class PersonIn(In):
    id: UUID | None = None
    name: str = Field(min_length=2, max_length=200)
    email: Email
    language: Language = "fr"
    password: SecretStr | None = Field(default=None, min_length=12, max_length=LONGEST_PASSWORD)


class PersonOut(Out):
    id: UUID
    version: int
    name: str
    email: str
    language: Language
    active: bool


class GrantIn(In):
    id: UUID | None = None
    person_id: UUID
    role: Role
    node_id: UUID
    process: str | None = Field(default=None, max_length=40)
    valid_from: Day
    valid_to: Day | None = None


class GrantOut(Out):
    id: UUID
    version: int
    person_id: UUID
    role: Role
    node_id: UUID
    process: str | None
    valid_from: date
    valid_to: date | None


class PasswordIn(In):
    """A new password of one's own, by whoever knows the old one."""

    current: Password
    new: SecretStr = Field(min_length=12, max_length=LONGEST_PASSWORD)


class ConfirmIn(In):
    """One's own password once more, and a code if one has an app that makes them."""

    password: Password
    code: Code | None = None


class FactorCodeIn(In):
    """A first code of a new app."""

    code: Code


class FactorOut(Out):
    """What the app needs to know, shown this once."""

    secret: str
    address: str


class RecoveryCodes(Out):
    """Shown once."""

    codes: list[str]


class OwnSession(Out):
    """Where one is signed in: since when, with what, and whether it is this very session."""

    id: UUID
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    agent: str
    current: bool


class LanguageIn(In):
    language: Language


class PersonalTokenIn(In):
    name: str = Field(min_length=2, max_length=100)
    days: StrictInt = Field(default=90, ge=1, le=365)
    reads_only: StrictBool = False


class PersonalTokenOut(Out):
    """`token` is shown at creation and never again."""

    id: UUID
    name: str
    expires_at: datetime
    reads_only: bool
    token: str | None = None


class HeldGrant(Out):
    role: Role
    node_id: UUID
    node_name: str
    process: str | None


class Me(Out):
    id: UUID
    name: str
    email: str
    language: Language
    grants: list[HeldGrant]
    permissions: list[str]
    has_factor: bool
    recovery_codes_left: int
    at_provider: bool
    """Whether the identity provider's account is linked."""
