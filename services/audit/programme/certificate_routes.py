from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter

from services.audit.programme import certified, certifying
from services.audit.programme.certificate_models import Certificate, Window
from services.audit.programme.certificate_schemas import (
    CertificateChange,
    CertificateIn,
    CertificateOut,
    CertificateStatus,
    DecisionIn,
    MetIn,
    SampleIn,
    SampleOut,
    StatusIn,
    WindowOut,
)
from shared.pages import Order, Paged, page, sortable
from shared.schemas import Page
from shared.work import UnitOfWork, authorised

Read = Annotated[UnitOfWork, authorised("audit:read")]
Plan = Annotated[UnitOfWork, authorised("audit:plan")]
Sorted = Annotated[Order, sortable(*certified.CERTIFICATES_BY)]

router = APIRouter(tags=["certificates"])


@router.get("/certificates", response_model=Page[CertificateOut])
def list_certificates(
    uow: Read,
    paging: Paged,
    order: Sorted,
    place: UUID | None = None,
    status: CertificateStatus | None = None,
) -> Any:  # noqa: ANN401  shaped by response_model
    return page(uow, certified.certificates(uow, place, status), order, paging)


@router.post("/certificates", response_model=CertificateOut, status_code=201)
def register_certificate(data: CertificateIn, uow: Plan) -> Certificate:
    return certifying.register_certificate(uow, data)


@router.get("/certificates/{certificate_id}", response_model=CertificateOut)
def read_certificate(certificate_id: UUID, uow: Read) -> Certificate:
    return uow.get(Certificate, certificate_id)


@router.put("/certificates/{certificate_id}", response_model=CertificateOut)
def change_certificate(certificate_id: UUID, data: CertificateChange, uow: Plan) -> Certificate:
    return certifying.change_certificate(uow, certificate_id, data)


@router.post("/certificates/{certificate_id}/decision", response_model=CertificateOut)
def note_decision(certificate_id: UUID, data: DecisionIn, uow: Plan) -> Certificate:
    """Enter that the body certified, renewed or restored it: a cycle begins."""
    return certifying.note_decision(uow, certificate_id, data)


@router.post("/certificates/{certificate_id}/status", response_model=CertificateOut)
def set_status(certificate_id: UUID, data: StatusIn, uow: Plan) -> Certificate:
    return certifying.set_status(uow, certificate_id, data)


@router.get("/certificates/{certificate_id}/windows", response_model=list[WindowOut])
def list_windows(certificate_id: UUID, uow: Read) -> Any:  # noqa: ANN401
    return certified.windows_of(uow, uow.get(Certificate, certificate_id).id)


@router.get("/windows/{window_id}", response_model=WindowOut)
def read_window(window_id: UUID, uow: Read) -> Window:
    return uow.get(Window, window_id)


@router.post("/windows/{window_id}/held", response_model=WindowOut)
def note_held(window_id: UUID, data: MetIn, uow: Plan) -> Window:
    return certifying.note_held(uow, window_id, data)


@router.get("/certificates/{certificate_id}/samples")
def list_samples(certificate_id: UUID, uow: Read) -> list[SampleOut]:
    certificate = uow.get(Certificate, certificate_id)
    return [certified.shown(sample) for sample in certified.samples_of(uow, certificate.id)]


@router.post("/certificates/{certificate_id}/samples", status_code=201)
def draw_sample(certificate_id: UUID, data: SampleIn, uow: Plan) -> SampleOut:
    return certified.shown(certifying.draw_sample(uow, certificate_id, data))
