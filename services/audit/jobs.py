"""What the audit service does that takes its time."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.audit import queries
from services.audit.auditors import queries as auditors
from services.audit.auditors.schemas import AuditorOut
from services.audit.events import JobEnded
from services.audit.imports import imports
from services.audit.programme.certificate_schemas import CertificateOut, CertificateStatus
from services.audit.programme.certified import CERTIFICATES_BY, certificates
from services.audit.programme.queries import ENTRIES_BY, Wanted, entries
from services.audit.programme.schemas import EntryOut
from services.audit.reporting import preparing
from services.audit.schemas import AuditOut, AuditStatus, FindingOut
from shared.exports import EXPORT, Exported, exporting
from shared.jobs import Jobs


@dataclass(frozen=True)
class AuditFilters:
    place: UUID | None = None
    status: AuditStatus | None = None


@dataclass(frozen=True)
class AuditorFilters:
    place: UUID | None = None
    ends_within: int | None = None


@dataclass(frozen=True)
class CertificateFilters:
    place: UUID | None = None
    status: CertificateStatus | None = None


LISTS: Final = {
    "audits": Exported(
        AuditFilters,
        lambda uow, wanted: queries.audits(uow, wanted.place, wanted.status),
        AuditOut,
        queries.AUDITS_BY,
    ),
    "findings": Exported(
        queries.FindingFilters,
        queries.narrowed,
        FindingOut,
        queries.FINDINGS_BY,
    ),
    "auditors": Exported(
        AuditorFilters,
        lambda uow, wanted: auditors.auditors(uow, wanted.place, wanted.ends_within),
        AuditorOut,
        auditors.AUDITORS_BY,
    ),
    "entries": Exported(Wanted, entries, EntryOut, ENTRIES_BY),
    "certificates": Exported(
        CertificateFilters,
        lambda uow, wanted: certificates(uow, wanted.place, wanted.status),
        CertificateOut,
        CERTIFICATES_BY,
    ),
}

jobs = Jobs("audit", JobEnded)
jobs.kind(EXPORT)(exporting(LISTS))
imports.add_to(jobs)
jobs.kind(preparing.PREPARE)(preparing.prepare)
jobs.kind(preparing.COPY)(preparing.copy)
