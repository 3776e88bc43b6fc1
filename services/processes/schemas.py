"""The register of processes, as the processes service shows it."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from shared.schemas import Change, In, Out


class Category(StrEnum):
    MANAGEMENT = "management"
    OPERATIONAL = "operational"
    SUPPORT = "support"


class _Described(In):
    code: str = Field(pattern=r"^[A-Z][A-Z0-9_]{1,39}$")
    name_fr: str = Field(min_length=2, max_length=120)
    name_en: str = Field(min_length=2, max_length=120)
    category: Category
    site_ids: list[UUID] = Field(default=[], max_length=2_000)


class ProcessIn(_Described):
    """What the group does from end to end, and the sites that do it."""

    id: UUID | None = None


class ProcessChange(_Described, Change):
    """A process as it is to be. Its code stays: findings, actions and risks name it by that."""


class ProcessOut(Out):
    id: UUID
    version: int
    code: str
    name_fr: str
    name_en: str
    category: Category
    site_ids: list[UUID]
    correlation_id: UUID


class Pilot(Out):
    """Who answers for a process at a site, by the role they hold there today; nobody, if none."""

    process_id: UUID
    site_id: UUID
    person_ids: list[UUID]
