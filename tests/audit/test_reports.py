"""The gates of a report: who writes and issues it, when, and what it must hold by then."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import func, select

from services.audit import commands as auditing
from services.audit.errors import AuditNotReporting, NotYourAudit
from services.audit.events import ReportIssued
from services.audit.models import Finding
from services.audit.reporting import commands, queries
from services.audit.reporting.errors import (
    AuditHasNoReport,
    ImprovementsNotChecked,
    NotAnImprovement,
    NotAReader,
    ReportExists,
    ReportIncomplete,
    ReportNotDraft,
    ReportNotIssued,
    ReportNotPrepared,
    UnknownCommitment,
)
from services.audit.reporting.models import Report, ReportFile
from services.audit.reporting.schemas import CorrectionIn, ReportStatus
from services.audit.schemas import Grade, StepIn
from services.identity.schemas import Role
from services.notifications.models import Notification
from services.notifications.schemas import Kind
from shared.auth import SYSTEM, Actor
from shared.errors import ConfirmIdentity, Forbidden, NotFound, StaleVersion
from shared.signing import signatures
from shared.work import unit_of_work
from tests.audit import reports
from tests.audit.factories import planned_audit, started_audit
from tests.conftest import Api, Work
from tests.helpers import Bus, together
from tests.policy import factories as policies
from tests.world import WORLD, World, id_of

COMMITMENT = "Améliorer en continu"


def step(row: Report) -> StepIn:
    return StepIn(version=row.version)


def begin(by: Actor, audit_id: UUID, version: int) -> Report:
    with unit_of_work("audit", by, permission="audit:conduct") as uow:
        return commands.begin_report(uow, audit_id, StepIn(version=version))


def issue(by: Actor, report: Report) -> Report:
    with unit_of_work("audit", by, permission="audit:conduct") as uow:
        return commands.issue_report(uow, report.id, step(report))


def test_no_report_is_begun_while_the_fieldwork_runs(world: World) -> None:
    for audit in (planned_audit(), started_audit()):
        with pytest.raises(AuditNotReporting):
            begin(world.diane, audit.id, audit.version)


def test_only_the_lead_begins_writes_and_issues_the_report(world: World, work: Work) -> None:
    audit = reports.reporting_audit()
    other = world.person("alain", Role.AUDITOR, world.lyon)
    with pytest.raises(NotYourAudit):
        begin(other, audit.id, audit.version)
    report = reports.prepared(reports.written(audit))
    with work("audit", other, "audit:conduct") as uow, pytest.raises(NotYourAudit):
        commands.write_report(uow, report.id, reports.said(report))
    with pytest.raises(NotYourAudit):
        issue(other, report)
    with pytest.raises(Forbidden):
        issue(world.alice, report)
    with pytest.raises(NotFound):
        issue(world.anna, report)  # who leads audits at Lille


def test_an_audit_has_one_report_and_its_number_is_the_next(world: World) -> None:
    audit = reports.reporting_audit()
    first = begin(world.diane, audit.id, audit.version)
    with pytest.raises(ReportExists):
        begin(world.diane, audit.id, audit.version)
    second = reports.begun()
    numbers = [int(one.reference.rpartition("-")[2]) for one in (first, second)]
    assert numbers[1] == numbers[0] + 1
    assert (first.edition, first.status) == (1, ReportStatus.DRAFT)


def test_two_who_begin_at_once_begin_one_report(own_database: str) -> None:
    audit = reports.reporting_audit()
    diane = WORLD.diane

    answers = together(*[lambda: begin(diane, audit.id, audit.version)] * 4)

    assert sum(isinstance(answer, Report) for answer in answers) == 1
    with unit_of_work("audit", SYSTEM) as uow:
        assert uow.session.scalar(select(func.count()).select_from(Report)) == 1


def test_two_who_issue_at_once_sign_once(own_database: str) -> None:
    report = reports.prepared()
    diane = WORLD.diane

    answers = together(*[lambda: issue(diane, report)] * 3)

    assert sum(isinstance(answer, Report) for answer in answers) == 1
    assert all(isinstance(a, Report | StaleVersion | ReportNotDraft) for a in answers)
    assert len(Bus().published(ReportIssued)) == 1


def test_a_report_is_written_on_the_version_that_was_shown(world: World, work: Work) -> None:
    report = reports.written()
    old = reports.said(report, version=report.version - 1)
    with work("audit", world.diane, "audit:conduct") as uow, pytest.raises(StaleVersion):
        commands.write_report(uow, report.id, old)


@pytest.mark.parametrize("missing", ["summary", "conformity", "effectiveness", "readers"])
def test_a_report_is_issued_with_all_of_it(world: World, missing: str) -> None:
    blank: object = [] if missing == "readers" else ""
    report = reports.prepared(reports.written(None, **{missing: blank}))
    with pytest.raises(ReportIncomplete, match=missing):
        issue(world.diane, report)


def test_a_report_is_not_issued_before_its_files_are_set(world: World) -> None:
    with pytest.raises(ReportNotPrepared):
        issue(world.diane, reports.written())


def test_what_was_changed_since_the_files_were_set_is_set_again(world: World, work: Work) -> None:
    report = reports.prepared()
    with work("audit", world.diane, "audit:conduct") as uow:
        changed = reports.said(report, summary="Un autre résumé.")
        report = commands.write_report(uow, report.id, changed)
    with pytest.raises(ReportNotPrepared):
        issue(world.diane, report)
    assert issue(world.diane, reports.prepared(report)).status is ReportStatus.ISSUED


def test_an_improvement_is_tied_to_a_commitment_or_to_none_with_a_reason(
    world: World, work: Work
) -> None:
    reports.published_commitments(COMMITMENT)
    audit = reports.reporting_audit(Grade.IMPROVEMENT, Grade.MINOR)
    report = reports.prepared(reports.written(audit))
    with pytest.raises(ImprovementsNotChecked, match="1"):
        issue(world.diane, report)

    [lead] = _findings(work, world, report, Grade.IMPROVEMENT)
    for answer in ({"commitments": {lead.id: COMMITMENT}}, {"reasons": {lead.id: "Hors sujet"}}):
        with work("audit", world.diane, "audit:conduct") as uow:
            report = commands.write_report(uow, report.id, reports.said(report, **answer))
        with work("audit", world.diane, "audit:conduct") as uow:
            commands._require_checked(uow, uow.get(Report, report.id))  # noqa: SLF001


def test_a_reason_of_blanks_is_none(world: World, work: Work) -> None:
    audit = reports.reporting_audit(Grade.IMPROVEMENT)
    report = reports.written(audit)
    [lead] = _findings(work, world, report, Grade.IMPROVEMENT)
    with work("audit", world.diane, "audit:conduct") as uow:
        blank = reports.said(report, reasons={lead.id: "    "})
        report = commands.write_report(uow, report.id, blank)
    with pytest.raises(ImprovementsNotChecked):
        issue(world.diane, reports.prepared(report))


def test_a_commitment_is_one_of_the_policy_in_force(world: World, work: Work) -> None:
    reports.published_commitments(COMMITMENT)
    audit = reports.reporting_audit(Grade.IMPROVEMENT, Grade.MINOR)
    report = reports.written(audit)
    [lead] = _findings(work, world, report, Grade.IMPROVEMENT)
    [minor] = _findings(work, world, report, Grade.MINOR)
    invented = reports.said(report, commitments={lead.id: "Devenir riches"})
    with work("audit", world.diane, "audit:conduct") as uow, pytest.raises(UnknownCommitment):
        commands.write_report(uow, report.id, invented)
    other = reports.said(report, commitments={minor.id: COMMITMENT})
    with work("audit", world.diane, "audit:conduct") as uow, pytest.raises(NotAnImprovement):
        commands.write_report(uow, report.id, other)
    with work("audit", world.diane, "audit:conduct") as uow:
        tied = reports.said(report, commitments={lead.id: COMMITMENT})
        report = reports.prepared(commands.write_report(uow, report.id, tied))
    reports.published_commitments("Consulter les travailleurs")
    with pytest.raises(UnknownCommitment):
        issue(world.diane, report)


def test_the_commitments_come_from_the_policy_that_was_published(
    world: World, bus: Bus, api: Api
) -> None:
    published = policies.published()
    bus.deliver_all()
    told = api(world.diane).get("/api/v1/audit/commitments").json()
    assert told["edition"] == published.edition
    assert told["commitments"] == published.commitments


def test_nobody_is_put_on_the_list_who_may_not_read_there(world: World, work: Work) -> None:
    report = reports.begun()
    for stranger in (world.charlie.id, id_of("nobody")):
        with work("audit", world.diane, "audit:conduct") as uow, pytest.raises(NotAReader):
            commands.write_report(uow, report.id, reports.said(report, readers=[stranger]))


def test_issuing_is_signed_with_a_fresh_password(world: World) -> None:
    report = reports.prepared()
    absent = replace(world.diane, confirmed_at=None)
    with pytest.raises(ConfirmIdentity):
        issue(absent, report)


def test_the_signature_holds_the_hashes_of_the_very_files(world: World, work: Work) -> None:
    report = reports.issued()
    with work("audit", world.diane, "audit:read") as uow:
        [signed] = signatures(uow, report.id)
        files = {row.language.value: row.sha256 for row in queries.files_of(uow, report.id)}
    assert report.hashes == files
    assert (signed.intact, signed.current, signed.meaning) == (True, True, "issued")


def test_an_issued_report_is_never_changed(world: World, work: Work) -> None:
    report = reports.issued()
    with work("audit", world.diane, "audit:conduct") as uow, pytest.raises(ReportNotDraft):
        commands.write_report(uow, report.id, reports.said(report, summary="Autre chose."))
    with pytest.raises(ReportNotDraft):
        issue(world.diane, report)


def test_a_correction_is_a_new_edition_and_the_old_one_stays(world: World, work: Work) -> None:
    old = reports.issued()
    draft = reports.corrected(old)
    assert (draft.reference, draft.edition) == (old.reference, 2)
    assert draft.corrected_for == "Un nom était mal écrit"
    again = CorrectionIn(version=old.version, reason="Encore un nom")
    with work("audit", world.diane, "audit:conduct") as uow, pytest.raises(ReportExists):
        commands.correct_report(uow, old.id, again)

    new = reports.issued(draft)

    with work("audit", world.diane, "audit:read") as uow:
        rows = {row.edition: row for row in uow.session.scalars(uow.select(Report))}
        assert rows[1].status is ReportStatus.SUPERSEDED
        assert rows[1].hashes == old.hashes
        assert len(queries.files_of(uow, old.id)) == 2
        assert rows[2].id == new.id
    wrong = CorrectionIn(version=rows[1].version, reason="Trop tard pour elle")
    with work("audit", world.diane, "audit:conduct") as uow, pytest.raises(ReportNotIssued):
        commands.correct_report(uow, old.id, wrong)


def test_an_audit_closes_only_with_its_report_issued(world: World, work: Work) -> None:
    audit = reports.reporting_audit()
    with work("audit", world.alice, "audit:close") as uow, pytest.raises(AuditHasNoReport):
        auditing.close_audit(uow, audit.id, StepIn(version=audit.version))
    report = reports.written(audit)
    with work("audit", world.alice, "audit:close") as uow, pytest.raises(AuditHasNoReport):
        auditing.close_audit(uow, audit.id, StepIn(version=audit.version))
    reports.issued(report)
    with work("audit", world.alice, "audit:close") as uow:
        assert auditing.close_audit(uow, audit.id, StepIn(version=audit.version)).closed_at


def test_who_is_on_the_list_is_told_with_the_hash_of_their_language(
    world: World, work: Work, bus: Bus
) -> None:
    report = reports.issued()
    bus.deliver_all()
    with work("notifications", SYSTEM, "notifications:read") as uow:
        told = select(Notification).where(Notification.kind == Kind.REPORT_ISSUED)
        rows = {row.person_id: row for row in uow.session.scalars(told)}
    assert set(rows) == {world.alice.id, world.hugo.id}
    assert rows[world.alice.id].facts["sha256_fr"] == report.hashes["fr"]
    assert rows[world.alice.id].subject_id == report.id


def test_a_draft_is_its_leads_own_and_outsiders_read_what_is_meant_for_them(
    world: World, api: Api, work: Work
) -> None:
    certifier = world.person("carla", Role.CERTIFIER, world.lyon)
    path = "/api/v1/audit/reports"
    draft = reports.prepared()
    assert api(world.alice).get(f"{path}/{draft.id}").status_code == 404
    assert api(world.alice).get(f"{path}/{draft.id}/files/fr").status_code == 404
    assert api(world.diane).get(f"{path}/{draft.id}/files/fr").status_code == 200

    issue(world.diane, draft)

    for reader, seen in ((world.alice, 200), (world.bob, 200), (certifier, 404), (world.anna, 404)):
        assert api(reader).get(f"{path}/{draft.id}/files/fr").status_code == seen
        assert (draft.reference in api(reader).get(path).text) == (seen == 200)


def test_an_outsider_on_the_list_downloads_and_their_reading_is_kept(
    world: World, api: Api, work: Work
) -> None:
    report = reports.issued()
    certifier = world.person("carla", Role.CERTIFIER, world.lyon)
    with work("audit", SYSTEM, "audit:conduct") as uow:
        uow.get(Report, report.id).readers = [certifier.id]
    answer = api(certifier).get(f"/api/v1/audit/reports/{report.id}/files/fr")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    kept = api(world.greta).get("/api/v1/audit/readings").json()["items"]
    assert any(one["route"].endswith("/files/{language}") for one in kept)


def test_a_file_of_a_report_cannot_be_altered_in_the_database(world: World, work: Work) -> None:
    report = reports.issued()
    with work("audit", world.diane, "audit:conduct") as uow:
        row = queries.files_of(uow, report.id)[0]
        row.sha256 = "0" * 64
        with pytest.raises(Exception, match="permission denied"):
            uow.session.flush()
        uow.session.rollback()
    assert ReportFile.__tablename__ == "report_file"


def _findings(work: Work, world: World, report: Report, grade: Grade) -> list[Finding]:
    with work("audit", world.diane, "audit:read") as uow:
        mine = uow.select(Finding).where(Finding.audit_id == report.audit_id)
        return list(uow.session.scalars(mine.where(Finding.grade == grade)))
