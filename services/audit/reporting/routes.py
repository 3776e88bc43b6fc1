from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response

from services.audit.reporting import commands, preparing, queries
from services.audit.reporting.models import KnownPolicy, Report
from services.audit.reporting.schemas import (
    CopyIn,
    CorrectionIn,
    PolicyCommitments,
    ReportIn,
    ReportLanguage,
    ReportOut,
    ReportRow,
)
from services.audit.schemas import StepIn
from shared.pages import Order, Paged, page, sortable
from shared.schemas import Asked, Page
from shared.work import UnitOfWork, authorised

Read = Annotated[UnitOfWork, authorised("audit:read")]
Conduct = Annotated[UnitOfWork, authorised("audit:conduct")]
ReportsSorted = Annotated[Order, sortable(*queries.REPORTS_BY, descending=True)]

router = APIRouter()


@router.get("/reports", response_model=Page[ReportRow])
def list_reports(
    uow: Read,
    paging: Paged,
    order: ReportsSorted,
    place: UUID | None = None,
    audit_id: UUID | None = None,
) -> Any:  # noqa: ANN401  shaped by response_model
    """A draft is told to its lead alone, and people from outside what is meant for them."""
    return page(uow, queries.reports(uow, place, audit_id), order, paging)


@router.get("/commitments", response_model=PolicyCommitments | None)
def read_commitments(uow: Read) -> KnownPolicy | None:
    return queries.policy_in_force(uow)


@router.post("/audits/{audit_id}/report", response_model=ReportOut, status_code=201)
def begin_report(audit_id: UUID, data: StepIn, uow: Conduct) -> Report:
    return commands.begin_report(uow, audit_id, data)


@router.get("/reports/{report_id}")
def read_report(report_id: UUID, uow: Read) -> ReportOut:
    return preparing.shown(uow, queries.report_shown(uow, report_id))


@router.put("/reports/{report_id}", response_model=ReportOut)
def write_report(report_id: UUID, data: ReportIn, uow: Conduct) -> Report:
    return commands.write_report(uow, report_id, data)


@router.post("/reports/{report_id}/prepare", status_code=202)
def prepare_report(report_id: UUID, data: StepIn, uow: Conduct) -> Asked:
    """Have its files set, in each language: what is issued is what was looked at before."""
    return Asked(job_id=preparing.ask_for_files(uow, report_id, data))


@router.post("/reports/{report_id}/copy", status_code=202)
def copy_report(report_id: UUID, data: CopyIn, uow: Conduct) -> Asked:
    """Have a working copy made that can be edited: the result of the job."""
    return Asked(job_id=preparing.ask_for_copy(uow, report_id, data))


@router.post("/reports/{report_id}/issue", response_model=ReportOut)
def issue_report(report_id: UUID, data: StepIn, uow: Conduct) -> Report:
    return commands.issue_report(uow, report_id, data)


@router.post("/reports/{report_id}/correct", response_model=ReportOut, status_code=201)
def correct_report(report_id: UUID, data: CorrectionIn, uow: Conduct) -> Report:
    return commands.correct_report(uow, report_id, data)


@router.get("/reports/{report_id}/files/{language}", response_class=Response)
def fetch_report(report_id: UUID, language: ReportLanguage, uow: Read) -> Response:
    """The file itself, as it was issued; its lead reads it before that."""
    return preparing.send_file(uow, report_id, language)
