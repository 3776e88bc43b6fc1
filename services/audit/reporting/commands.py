"""What can be done to a report. What was issued is never changed: a correction is an edition."""

from datetime import date
from uuid import UUID

from services.audit.errors import AuditNotReporting
from services.audit.events import ReportIssued
from services.audit.models import Audit
from services.audit.reporting.content import Content
from services.audit.reporting.errors import (
    AuditHasNoReport,
    ImprovementsNotChecked,
    NotAnImprovement,
    NotAReader,
    ReportExists,
    ReportIncomplete,
    ReportNotPrepared,
    UnknownCommitment,
)
from services.audit.reporting.models import KnownPolicy, Report
from services.audit.reporting.queries import (
    content_of,
    draft_of,
    files_of,
    first_of,
    improvements_of,
    is_issued,
    may_read_there,
    next_number,
    policy_in_force,
)
from services.audit.reporting.schemas import (
    CorrectionIn,
    ReportIn,
    ReportLanguage,
    ReportStatus,
)
from services.audit.schemas import AuditStatus, StepIn
from shared.directory import project
from shared.schemas import Meaning
from shared.signing import signing
from shared.work import Seen, UnitOfWork

REQUIRED = ("summary", "conformity", "effectiveness", "readers")
SHORTEST_REASON = 5


def begin_report(uow: UnitOfWork, audit_id: UUID, data: StepIn) -> Report:
    """The lead begins it once the fieldwork has ended: findings are all in, conclusions are not."""
    audit = uow.get(Audit, audit_id, lock=True, seen=data)
    audit.require_lead(uow.actor)
    if audit.status is not AuditStatus.REPORTING:
        raise AuditNotReporting(audit=audit.title, status=audit.status)
    known = first_of(uow, audit_id)
    if known is not None:
        raise ReportExists(reference=known.reference)
    report = Report(
        audit_id=audit_id,
        site_id=audit.site_id,
        reference=f"RA-{uow.now.year}-{next_number(uow):04}",
        edition=1,
        author_id=uow.actor.id,
        correlation_id=audit.correlation_id,
    )
    return uow.add(report)


def write_report(uow: UnitOfWork, report_id: UUID, data: ReportIn) -> Report:
    report = report_to_change(uow, report_id, data)
    report.require_draft()
    _require_known(uow, report, data)
    report.write(data)
    uow.session.flush()
    return report


def report_to_change(uow: UnitOfWork, report_id: UUID, seen: Seen) -> Report:
    """Only the audit's lead writes its report, prepares and issues it."""
    report = uow.get(Report, report_id, lock=True, seen=seen)
    uow.get(Audit, report.audit_id).require_lead(uow.actor)
    return report


def issue_report(uow: UnitOfWork, report_id: UUID, data: StepIn) -> Report:
    """Sign the very files that were prepared; from here on they are the record."""
    with signing(uow, Report, report_id, data, Meaning.ISSUED) as report:
        uow.get(Audit, report.audit_id).require_lead(uow.actor)
        report.require_draft()
        _require_whole(report)
        _require_known(uow, report, report)
        _require_checked(uow, report)
        hashes = _prepared(uow, report, content_of(uow, report))
        if report.corrects_id is not None:
            uow.get(Report, report.corrects_id, lock=True).status = ReportStatus.SUPERSEDED
            uow.session.flush()
        report.issue(hashes, at=uow.now)
    issued = ReportIssued(
        report_id=report.id,
        audit_id=report.audit_id,
        site_id=report.site_id,
        reference=report.reference,
        edition=report.edition,
        hashes=hashes,
        readers=report.readers,
    )
    uow.publish(issued, about=report)
    return report


def correct_report(uow: UnitOfWork, report_id: UUID, data: CorrectionIn) -> Report:
    """Begin the next edition. The one that was issued stays what it is, and readable."""
    report = report_to_change(uow, report_id, data)
    begun = draft_of(uow, report.audit_id)
    if begun is not None:
        raise ReportExists(reference=begun.label)
    uow.because(data.reason)
    return uow.add(report.corrected(data.reason, by=uow.actor.id))


def require_issued(uow: UnitOfWork, audit: Audit) -> None:
    """An audit without its report issued is not closed."""
    if not is_issued(uow, audit.id):
        raise AuditHasNoReport(audit=audit.title)


def keep_policy(
    uow: UnitOfWork, policy_id: UUID, edition: int, published_on: date, commitments: list[str]
) -> None:
    values = {"edition": edition, "published_on": published_on, "commitments": commitments}
    project(uow, KnownPolicy.metadata.tables["audit.known_policy"], policy_id, values)


def _require_whole(report: Report) -> None:
    missing = [name for name in REQUIRED if not getattr(report, name)]
    if missing:
        raise ReportIncomplete(missing=", ".join(missing))


def _require_known(uow: UnitOfWork, report: Report, said: Report | ReportIn) -> None:
    """Whom and what it names is there: readers who may read here, commitments, improvements."""
    strangers = set(said.readers) - may_read_there(uow, report.site_id)
    if strangers:
        raise NotAReader(count=len(strangers))
    policy = policy_in_force(uow)
    if set(said.commitments.values()) - set(policy.commitments if policy else []):
        raise UnknownCommitment
    named = {UUID(str(id)) for id in (*said.commitments, *said.reasons)}
    if named - {one.id for one in improvements_of(uow, report.audit_id)}:
        raise NotAnImprovement


def _require_checked(uow: UnitOfWork, report: Report) -> None:
    """Each improvement serves a commitment of the policy, or the lead says why it serves none."""
    free = (
        report.reasons.get(str(one.id), "").strip()
        for one in improvements_of(uow, report.audit_id)
        if str(one.id) not in report.commitments
    )
    unsaid = sum(len(reason) < SHORTEST_REASON for reason in free)
    if unsaid:
        raise ImprovementsNotChecked(count=unsaid)


def _prepared(uow: UnitOfWork, report: Report, content: Content) -> dict[str, str]:
    """The hashes of its files, if each was set from what it says today."""
    files = [row for row in files_of(uow, report.id) if row.digest == content.digest]
    if {row.language for row in files} != set(ReportLanguage):
        raise ReportNotPrepared(reference=report.reference)
    return {row.language.value: row.sha256 for row in files}
