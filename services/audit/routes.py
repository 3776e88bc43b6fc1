from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter

from services.audit import commands, queries
from services.audit.answers.routes import router as answers
from services.audit.auditors import routes as auditors
from services.audit.fieldwork.routes import router as fieldwork
from services.audit.models import Audit, Evidence, Finding, FindingAction
from services.audit.programme import certificate_routes as certificates
from services.audit.programme import commands as programming
from services.audit.programme import coverage_routes as covered
from services.audit.programme import feed_routes as feeds
from services.audit.programme import routes as programmes
from services.audit.programme.certified import WINDOWS_DATED
from services.audit.programme.queries import ENTRIES_DATED
from services.audit.reporting.routes import router as reporting
from services.audit.schemas import (
    AuditIn,
    AuditOut,
    AuditStatus,
    CancelIn,
    FindingActionOut,
    FindingIn,
    FindingOut,
    LeadIn,
    Standing,
    StepIn,
)
from shared.dated import dated_router
from shared.evidence import evidence_router
from shared.pages import Order, Paged, page, sortable
from shared.schemas import Page
from shared.search import Kind, search_router
from shared.work import UnitOfWork, authorised

Read = Annotated[UnitOfWork, authorised("audit:read")]
Plan = Annotated[UnitOfWork, authorised("audit:plan")]
Conduct = Annotated[UnitOfWork, authorised("audit:conduct")]
Enter = Annotated[UnitOfWork, authorised("audit:enter")]
Close = Annotated[UnitOfWork, authorised("audit:close")]
AuditsSorted = Annotated[Order, sortable(*queries.AUDITS_BY, descending=True)]
FindingsSorted = Annotated[Order, sortable(*queries.FINDINGS_BY, descending=True)]

router = APIRouter()
router.include_router(dated_router("audit:read", *queries.DATED, ENTRIES_DATED, WINDOWS_DATED))
for part in (programmes, certificates, covered, feeds):
    router.include_router(part.router)
router.include_router(answers)
router.include_router(fieldwork)
router.include_router(reporting)
router.include_router(
    search_router(
        "audit:read",
        Kind("audit", Audit, Audit.title),
        Kind("finding", Finding, Finding.statement, Finding.process),
    )
)
router.include_router(
    evidence_router(
        Evidence, Finding, ("audit:read", "audit:attach"), commands.finding_for_evidence
    )
)
router.include_router(auditors.router)


@router.get("/audits", response_model=Page[AuditOut])
def list_audits(
    uow: Read,
    paging: Paged,
    order: AuditsSorted,
    place: UUID | None = None,
    status: AuditStatus | None = None,
) -> Any:  # noqa: ANN401  shaped by response_model
    return page(uow, queries.audits(uow, place, status), order, paging)


@router.post("/audits", response_model=AuditOut, status_code=201)
def plan_audit(data: AuditIn, uow: Plan) -> Audit:
    return commands.plan_audit(uow, data)


@router.get("/standing")
def read_standing(uow: Read, place: UUID | None = None) -> list[Standing]:
    return queries.standing(uow, place)


@router.get("/audits/{audit_id}", response_model=AuditOut)
def read_audit(audit_id: UUID, uow: Read) -> Audit:
    return uow.get(Audit, audit_id)


@router.post("/audits/{audit_id}/lead", response_model=AuditOut)
def name_lead(audit_id: UUID, data: LeadIn, uow: Plan) -> Audit:
    return commands.name_lead(uow, audit_id, data)


@router.post("/audits/{audit_id}/start", response_model=AuditOut)
def start_audit(audit_id: UUID, data: StepIn, uow: Conduct) -> Audit:
    return commands.start_audit(uow, audit_id, data)


@router.post("/audits/{audit_id}/end-fieldwork", response_model=AuditOut)
def end_fieldwork(audit_id: UUID, data: StepIn, uow: Conduct) -> Audit:
    return programming.end_fieldwork(uow, audit_id, data)


@router.post("/audits/{audit_id}/close", response_model=AuditOut)
def close_audit(audit_id: UUID, data: StepIn, uow: Close) -> Audit:
    return commands.close_audit(uow, audit_id, data)


@router.post("/audits/{audit_id}/cancel", response_model=AuditOut)
def cancel_audit(audit_id: UUID, data: CancelIn, uow: Plan) -> Audit:
    return commands.cancel_audit(uow, audit_id, data)


@router.post("/audits/{audit_id}/findings", response_model=FindingOut, status_code=201)
def raise_finding(audit_id: UUID, data: FindingIn, uow: Enter) -> Finding:
    """Record a finding. Whoever owns the process is told, and an action is opened."""
    return commands.raise_finding(uow, audit_id, data)


@router.get("/findings", response_model=Page[FindingOut])
def list_findings(uow: Read, paging: Paged, order: FindingsSorted, wanted: queries.Narrowed) -> Any:  # noqa: ANN401  shaped by response_model
    return page(uow, queries.narrowed(uow, wanted), order, paging)


@router.get("/findings/{finding_id}", response_model=FindingOut)
def read_finding(finding_id: UUID, uow: Read) -> Finding:
    return uow.get(Finding, finding_id)


@router.get("/findings/{finding_id}/actions", response_model=list[FindingActionOut])
def list_actions_on(finding_id: UUID, uow: Read) -> list[FindingAction]:
    return queries.actions_on(uow, uow.get(Finding, finding_id).id)


@router.post("/findings/{finding_id}/close", response_model=FindingOut)
def close_finding(finding_id: UUID, data: StepIn, uow: Close) -> Finding:
    return commands.close_finding(uow, finding_id, data)
