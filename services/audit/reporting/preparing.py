"""The files of a report: set by jobs, kept by their hash, fetched by who may."""

import hashlib
import io
from collections.abc import Mapping
from typing import Final
from uuid import UUID

from fastapi.responses import StreamingResponse

from services.audit.reporting.commands import report_to_change
from services.audit.reporting.composing import compose
from services.audit.reporting.content import Content
from services.audit.reporting.errors import NoReportFile
from services.audit.reporting.models import Report, ReportFile
from services.audit.reporting.queries import content_of, file_of, files_of, report_shown
from services.audit.reporting.schemas import CopyIn, ReportLanguage, ReportOut, ReportStatus
from services.audit.schemas import StepIn
from shared.evidence import as_sent, keep
from shared.job_rows import ask
from shared.jobs import File, Result, Running
from shared.reports import DOCX, PDF, to_docx, to_pdf
from shared.work import UnitOfWork

PREPARE: Final = "prepare_report"
COPY: Final = "copy_report"
SET_ANEW: Final = "Une mise en page plus récente"


def ask_for_files(uow: UnitOfWork, report_id: UUID, data: StepIn) -> UUID:
    report = report_to_change(uow, report_id, data)
    report.require_draft()
    wanted = {"report_id": str(report.id), "version": report.version}
    return ask(uow, PREPARE, report.label, wanted, key=f"{report.id} {report.version}")


def ask_for_copy(uow: UnitOfWork, report_id: UUID, data: CopyIn) -> UUID:
    report = report_to_change(uow, report_id, data)
    wanted = {"report_id": str(report.id), "language": data.language.value}
    return ask(uow, COPY, report.label, wanted, key=f"{report.id} {data.language}")


def prepare(uow: UnitOfWork, job: Running) -> Result:
    """Set the report in each language, from what it said when that was asked for."""
    seen = StepIn(version=job.wanted["version"])
    report = report_to_change(uow, UUID(job.wanted["report_id"]), seen)
    report.require_draft()
    content = content_of(uow, report)
    made: dict[ReportLanguage, bytes] = {}

    def tell() -> None:
        job.progress(len(made), len(ReportLanguage))

    for language in ReportLanguage:
        made[language] = to_pdf(compose(content, language, uow.now), tell)
    keep_files(uow, report, content, made)
    return Result(facts={"reference": report.label})


def keep_files(
    uow: UnitOfWork, report: Report, content: Content, made: Mapping[ReportLanguage, bytes]
) -> None:
    """Put the files in the place of those that were set before."""
    before = {row.language: row for row in files_of(uow, report.id)}
    uow.because(SET_ANEW)
    for language, file in made.items():
        row = uow.add(_row(uow, report, content, language, file))
        if language in before:
            before[language].supersede(row.id, SET_ANEW)
        keep(uow, row, io.BytesIO(file))


def copy(uow: UnitOfWork, job: Running) -> Result:
    """A working copy in a language: the result of the job, and no part of the record."""
    report = uow.get(Report, UUID(job.wanted["report_id"]))
    language = ReportLanguage(job.wanted["language"])
    document = compose(content_of(uow, report), language, uow.now)
    made = to_docx(document, lambda: job.progress(0, 1))
    return Result(file=File(_name(report, language, "docx"), DOCX, made))


def send_file(uow: UnitOfWork, report_id: UUID, language: ReportLanguage) -> StreamingResponse:
    report = report_shown(uow, report_id)
    row = file_of(uow, report.id, language)
    if row is None:
        raise NoReportFile
    return as_sent(uow, row)


def shown(uow: UnitOfWork, report: Report) -> ReportOut:
    """A report with its files, and whether they still say what it says."""
    files = files_of(uow, report.id)
    told = ReportOut.model_validate(report).model_copy(update={"prepared": files})
    if report.status is not ReportStatus.DRAFT:
        return told.model_copy(update={"current": True})
    digest = content_of(uow, report).digest
    same = [row for row in files if row.digest == digest]
    return told.model_copy(update={"current": len(same) == len(ReportLanguage)})


def _row(
    uow: UnitOfWork, report: Report, content: Content, language: ReportLanguage, file: bytes
) -> ReportFile:
    return ReportFile(
        object_id=report.id,
        site_id=report.site_id,
        sha256=hashlib.sha256(file).hexdigest(),
        name=_name(report, language, "pdf"),
        media_type=PDF,
        size=len(file),
        uploaded_by=uow.actor.id,
        uploaded_at=uow.now,
        language=language,
        digest=content.digest,
    )


def _name(report: Report, language: ReportLanguage, form: str) -> str:
    return f"{report.reference}-{report.edition}-{language}.{form}"
