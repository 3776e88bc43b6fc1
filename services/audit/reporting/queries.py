"""What a report is made of, and who may see which."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, any_, literal, or_
from sqlalchemy.dialects.postgresql import insert

from services.audit.auditors.schemas import TeamRole
from services.audit.auditors.teams import seats_of
from services.audit.fieldwork.models import Question, Reply, Wording
from services.audit.fieldwork.queries import answered
from services.audit.models import Audit, Finding
from services.audit.queries import findings
from services.audit.reporting.content import (
    AuditFacts,
    Checked,
    Content,
    Found,
    Member,
    cited,
    numbered,
)
from services.audit.reporting.models import KnownPolicy, Report, ReportCounter, ReportFile
from services.audit.reporting.schemas import ReportLanguage, ReportStatus
from services.audit.schemas import Grade
from shared.auth import matrix
from shared.directory import holders, names_of_people, node, within
from shared.errors import NotFound
from shared.work import UnitOfWork

REPORTS_BY: Final = (Report.created_at, Report.reference)
READ: Final = "audit:read"


def reports(uow: UnitOfWork, place: UUID | None, audit_id: UUID | None) -> Select[Report]:
    """Reports that the caller may see; all of them, or those of a place or an audit."""
    found = uow.select(Report).where(_shown(uow))
    if place is not None:
        found = found.where(within(uow, Report, place))
    return found if audit_id is None else found.where(Report.audit_id == audit_id)


def report_shown(uow: UnitOfWork, report_id: UUID) -> Report:
    row = uow.get(Report, report_id)
    if uow.session.scalar(reports(uow, None, None).where(Report.id == report_id)) is None:
        raise NotFound(kind="Report", id=report_id)
    return row


def _shown(uow: UnitOfWork) -> ColumnElement[bool]:
    """A draft is its lead's own. What was issued, people from outside read if it is for them."""
    issued = Report.status != ReportStatus.DRAFT
    if uow.actor.is_outsider:
        return issued & (literal(uow.actor.id) == any_(Report.readers))
    return or_(issued, Report.author_id == uow.actor.id)


def draft_of(uow: UnitOfWork, audit_id: UUID) -> Report | None:
    mine = uow.select(Report).where(Report.audit_id == audit_id)
    return uow.session.scalar(mine.where(Report.status == ReportStatus.DRAFT))


def first_of(uow: UnitOfWork, audit_id: UUID) -> Report | None:
    mine = uow.select(Report).where(Report.audit_id == audit_id)
    return uow.session.scalar(mine.order_by(Report.edition).limit(1))


def is_issued(uow: UnitOfWork, audit_id: UUID) -> bool:
    mine = uow.select(Report).where(Report.audit_id == audit_id)
    issued = mine.where(Report.status == ReportStatus.ISSUED).limit(1)
    return uow.session.scalar(issued) is not None


def next_number(uow: UnitOfWork) -> int:
    """Counted in a row of its own: the caller sees the reports of their own sites only."""
    year = uow.now.year
    counted = insert(ReportCounter).values(year=year, last=1)
    more = {"last": ReportCounter.last + 1, "version": ReportCounter.version + 1}
    counted = counted.on_conflict_do_update(index_elements=[ReportCounter.year], set_=more)
    return uow.session.scalars(counted.returning(ReportCounter.last)).one()


def policy_in_force(uow: UnitOfWork) -> KnownPolicy | None:
    newest = uow.select(KnownPolicy).order_by(KnownPolicy.edition.desc()).limit(1)
    return uow.session.scalar(newest)


def files_of(uow: UnitOfWork, report_id: UUID) -> list[ReportFile]:
    """The files that were set last, each in a language."""
    mine = uow.select(ReportFile).where(ReportFile.object_id == report_id)
    mine = mine.where(ReportFile.superseded_by.is_(None))
    return list(uow.session.scalars(mine.order_by(ReportFile.language.desc())))


def file_of(uow: UnitOfWork, report_id: UUID, language: ReportLanguage) -> ReportFile | None:
    return next((row for row in files_of(uow, report_id) if row.language is language), None)


def may_read_there(uow: UnitOfWork, site_id: UUID) -> set[UUID]:
    """Who holds a role at a site that lets them read audits there."""
    roles = [role for role, permissions in matrix().items() if READ in permissions]
    day = uow.now.date()
    return {row.person_id for role in roles for row in holders(uow, role, site_id, day)}


def improvements_of(uow: UnitOfWork, audit_id: UUID) -> list[Finding]:
    return [one for one in _found(uow, audit_id) if one.grade is Grade.IMPROVEMENT]


def content_of(uow: UnitOfWork, report: Report) -> Content:
    audit = uow.get(Audit, report.audit_id)
    lead = audit.lead_id or report.author_id
    seats = {seat.person_id: seat.role for seat in seats_of(uow, audit.id)} or {lead: TeamRole.LEAD}
    asked = answered(uow, audit.id)
    answering = {given.answered_by for _, _, given in asked if given}
    named = {report.author_id, lead, *report.readers, *seats, *answering}
    names = names_of_people(uow, named)
    policy = policy_in_force(uow)
    return Content(
        reference=report.reference,
        edition=report.edition,
        corrected_for=report.corrected_for,
        author=names.get(report.author_id, ""),
        audit=_facts(uow, audit, names.get(lead, "")),
        summary=report.summary,
        people_met=report.people_met,
        deviations=report.deviations,
        not_covered=report.not_covered,
        conformity=report.conformity,
        effectiveness=report.effectiveness,
        divergences=report.divergences,
        confidentiality=report.confidentiality,
        readers=sorted(names[id] for id in report.readers if id in names),
        policy_edition=policy.edition if policy else None,
        findings=_numbered(report, _found(uow, audit.id)),
        team=[Member(names.get(id, ""), role) for id, role in _in_order(seats, names)],
        checklist=[_checked(*row, names) for row in asked],
    )


def _facts(uow: UnitOfWork, audit: Audit, lead: str) -> AuditFacts:
    place = node(uow, audit.site_id)
    return AuditFacts(
        title=audit.title,
        site=place.name if place else "",
        scope=audit.scope,
        criteria=audit.criteria,
        objectives=audit.objectives,
        method=audit.method,
        method_reason=audit.method_reason,
        processes=audit.processes,
        planned_for=audit.planned_for,
        until=audit.until,
        started_on=audit.started_at.date() if audit.started_at else None,
        lead=lead,
    )


def _in_order(
    seats: Mapping[UUID, TeamRole], names: Mapping[UUID, str]
) -> list[tuple[UUID, TeamRole]]:
    """From who leads to who shows the way."""
    roles = list(TeamRole)
    return sorted(seats.items(), key=lambda seat: (roles.index(seat[1]), names.get(seat[0], "")))


def _checked(
    asked: Question, words: Wording, given: Reply | None, names: Mapping[UUID, str]
) -> Checked:
    standard, clause = cited(asked.requirement)
    if asked.clause:
        standard, clause = asked.requirement.removesuffix(asked.clause).strip(), asked.clause
    question = Checked(
        standard=standard,
        clause=clause,
        requirement=asked.requirement,
        process=asked.process,
        question_fr=words.text_fr,
        question_en=words.text_en,
        dropped_for=asked.dropped_for,
    )
    if given is None:
        return question
    return replace(
        question,
        verdict=given.verdict,
        note=given.note,
        sample=given.sample,
        reason=given.reason,
        answered_by=names.get(given.answered_by, ""),
    )


def _found(uow: UnitOfWork, audit_id: UUID) -> Sequence[Finding]:
    all_of_it = findings(uow, None, audit_id, None, None)
    return uow.session.scalars(all_of_it.order_by(Finding.raised_on, Finding.id)).all()


def _numbered(report: Report, found: Sequence[Finding]) -> list[Found]:
    return numbered(
        Found(
            grade=one.grade,
            process=one.process,
            requirement=one.requirement,
            statement=one.statement,
            evidence=one.evidence,
            raised_on=one.raised_on,
            commitment=report.commitments.get(str(one.id), ""),
            reason=report.reasons.get(str(one.id), ""),
        )
        for one in found
    )
