"""The doors to auditors' files, and to the team of an audit."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from services.audit.auditors import files, proposals, queries, teams
from services.audit.auditors.models import (
    Auditor,
    AuditorRules,
    Competence,
    Engagement,
    Link,
    Practice,
)
from services.audit.auditors.schemas import (
    AuditorChange,
    AuditorFile,
    AuditorHere,
    AuditorIn,
    AuditorOut,
    CompetenceIn,
    CompetenceOut,
    EngagementIn,
    EngagementOut,
    LinkIn,
    LinkOut,
    PracticeIn,
    PracticeOut,
    RevokeIn,
    RulesIn,
    RulesOut,
    WithdrawIn,
)
from services.audit.auditors.team_schemas import Proposal, TeamIn, TeamOut
from services.audit.models import Audit, Evidence
from shared.catalogue import catalogue_router
from shared.evidence import evidence_router
from shared.pages import Order, Paged, page, sortable
from shared.schemas import Page
from shared.work import UnitOfWork, authorised

Read = Annotated[UnitOfWork, authorised("audit:read")]
Plan = Annotated[UnitOfWork, authorised("audit:plan")]
Conduct = Annotated[UnitOfWork, authorised("audit:conduct")]
Sorted = Annotated[Order, sortable(*queries.AUDITORS_BY)]

router = APIRouter()
router.include_router(
    catalogue_router(
        "/auditor-rules", AuditorRules, RulesIn, RulesOut, ("audit:plan", "audit:plan")
    )
)
router.include_router(
    evidence_router(
        Evidence,
        Competence,
        ("audit:plan", "audit:plan"),
        files.competence_for_evidence,
        path="/competences/evidence",
    )
)


@router.get("/auditors", response_model=Page[AuditorOut])
def list_auditors(
    uow: Plan,
    paging: Paged,
    order: Sorted,
    place: UUID | None = None,
    ends_within: Annotated[int | None, Query(ge=0, le=3660)] = None,
) -> Any:  # noqa: ANN401  shaped by response_model
    return page(uow, queries.auditors(uow, place, ends_within), order, paging)


@router.post("/auditors", response_model=AuditorOut, status_code=201)
def open_file(data: AuditorIn, uow: Plan) -> Auditor:
    return files.open_file(uow, data)


@router.get("/auditors-here")
def list_auditors_here(uow: Plan) -> list[AuditorHere]:
    """Who audits here though another site keeps their file: at most a page of them."""
    return queries.auditors_here(uow)


@router.get("/auditors/{auditor_id}")
def read_file(auditor_id: UUID, uow: Plan) -> AuditorFile:
    return queries.file_of(uow, uow.get(Auditor, auditor_id))


@router.put("/auditors/{auditor_id}", response_model=AuditorOut)
def change_file(auditor_id: UUID, data: AuditorChange, uow: Plan) -> Auditor:
    return files.change_file(uow, auditor_id, data)


@router.post("/auditors/{auditor_id}/competences", response_model=CompetenceOut, status_code=201)
def grant_competence(auditor_id: UUID, data: CompetenceIn, uow: Plan) -> Competence:
    return files.grant_competence(uow, auditor_id, data)


@router.post("/competences/{competence_id}/revoke", response_model=CompetenceOut)
def revoke_competence(competence_id: UUID, data: RevokeIn, uow: Plan) -> Competence:
    return files.revoke_competence(uow, competence_id, data)


@router.post("/auditors/{auditor_id}/practice", response_model=PracticeOut, status_code=201)
def declare_practice(auditor_id: UUID, data: PracticeIn, uow: Plan) -> Practice:
    return files.declare_practice(uow, auditor_id, data)


@router.post("/practice/{practice_id}/withdraw", status_code=204)
def withdraw_practice(practice_id: UUID, data: WithdrawIn, uow: Plan) -> None:
    files.withdraw(uow, Practice, practice_id, data)


@router.post("/auditors/{auditor_id}/engagements", response_model=EngagementOut, status_code=201)
def declare_engagement(auditor_id: UUID, data: EngagementIn, uow: Plan) -> Engagement:
    return files.declare_engagement(uow, auditor_id, data)


@router.post("/engagements/{engagement_id}/withdraw", status_code=204)
def withdraw_engagement(engagement_id: UUID, data: WithdrawIn, uow: Plan) -> None:
    files.withdraw(uow, Engagement, engagement_id, data)


@router.post("/auditors/{auditor_id}/links", response_model=LinkOut, status_code=201)
def declare_link(auditor_id: UUID, data: LinkIn, uow: Plan) -> Link:
    return files.declare_link(uow, auditor_id, data)


@router.post("/links/{link_id}/withdraw", status_code=204)
def withdraw_link(link_id: UUID, data: WithdrawIn, uow: Plan) -> None:
    files.withdraw(uow, Link, link_id, data)


@router.get("/me/auditor")
def read_own_file(uow: Conduct) -> AuditorFile:
    with uow.everywhere() as wide:
        mine = queries.own_file(wide, uow.actor.id)
    return queries.file_of(uow, mine)


@router.post("/me/engagements", response_model=EngagementOut, status_code=201)
def declare_own_engagement(data: EngagementIn, uow: Conduct) -> Engagement:
    return files.declare_own_engagement(uow, data)


@router.post("/me/engagements/{engagement_id}/withdraw", status_code=204)
def withdraw_own_engagement(engagement_id: UUID, data: WithdrawIn, uow: Conduct) -> None:
    files.withdraw_own_engagement(uow, engagement_id, data)


@router.post("/me/links", response_model=LinkOut, status_code=201)
def declare_own_link(data: LinkIn, uow: Conduct) -> Link:
    return files.declare_own_link(uow, data)


@router.get("/audits/{audit_id}/team")
def read_team(audit_id: UUID, uow: Read) -> TeamOut:
    return teams.team_of(uow, uow.get(Audit, audit_id))


@router.get("/audits/{audit_id}/team-proposal")
def propose_team(audit_id: UUID, uow: Plan) -> Proposal:
    """Everybody who audits there, kept or refused with every reason, and who would do."""
    audit = uow.get(Audit, audit_id)
    audit.require_planned()
    return proposals.propose(uow, audit)


@router.post("/audits/{audit_id}/team")
def choose_team(audit_id: UUID, data: TeamIn, uow: Plan) -> TeamOut:
    return teams.choose_team(uow, audit_id, data)
