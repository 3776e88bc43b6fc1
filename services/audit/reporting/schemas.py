"""The report of an audit, as the audit service shows it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.schemas import Change, Out

Prose = Annotated[str, Field(max_length=10_000)]
Line = Annotated[str, Field(min_length=2, max_length=300)]
Reason = Annotated[str, Field(max_length=1000)]


class ReportStatus(StrEnum):
    DRAFT = "draft"
    ISSUED = "issued"
    SUPERSEDED = "superseded"


class Confidentiality(StrEnum):
    INTERNAL = "internal"
    RESTRICTED = "restricted"


class ReportLanguage(StrEnum):
    FRENCH = "fr"
    ENGLISH = "en"


class ReportIn(Change):
    """What the lead writes.

    `commitments`: of the policy, by the improvement that serves it; `reasons`: why one serves none.
    """

    summary: Prose = ""
    people_met: list[Line] = Field(default=[], max_length=200)
    deviations: Prose = ""
    not_covered: Prose = ""
    conformity: Prose = ""
    effectiveness: Prose = ""
    divergences: Prose = ""
    commitments: dict[UUID, Reason] = Field(default={}, max_length=500)
    reasons: dict[UUID, Reason] = Field(default={}, max_length=500)
    readers: list[UUID] = Field(default=[], max_length=100)
    confidentiality: Confidentiality = Confidentiality.INTERNAL


class CorrectionIn(Change):
    """What is wrong with the edition that was issued."""

    reason: str = Field(min_length=5, max_length=2000)


class CopyIn(Change):
    language: ReportLanguage


class ReportFileOut(Out):
    """A file of a report, as it was set: never again, once the report is issued."""

    language: ReportLanguage
    sha256: str
    size: int
    name: str
    uploaded_at: datetime


class ReportOut(Out):
    """`prepared`: its files, as they were set last. `current`: they say what it says today."""

    id: UUID
    version: int
    audit_id: UUID
    site_id: UUID
    reference: str
    edition: int
    corrected_for: str
    status: ReportStatus
    author_id: UUID
    summary: str
    people_met: list[str]
    deviations: str
    not_covered: str
    conformity: str
    effectiveness: str
    divergences: str
    commitments: dict[UUID, str]
    reasons: dict[UUID, str]
    readers: list[UUID]
    confidentiality: Confidentiality
    issued_at: datetime | None
    prepared: list[ReportFileOut] = Field(default=[])
    current: bool = False


class ReportRow(Out):
    """A report in a list of them."""

    id: UUID
    audit_id: UUID
    site_id: UUID
    reference: str
    edition: int
    status: ReportStatus
    author_id: UUID
    issued_at: datetime | None


class PolicyCommitments(Out):
    """What the group's policy in force commits to, as far as this service was told."""

    edition: int
    published_on: date
    commitments: list[str]
