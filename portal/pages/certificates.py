"""Certificates: what their cycle asks for and by when, and the sites that a certifier visits."""

import asyncio
from typing import Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Response
from pydantic import BaseModel

from portal.api import Refused
from portal.cycles import drawn
from portal.exports import workbook
from portal.formats import today
from portal.forms import Form
from portal.i18n import N_
from portal.lists import Column, Listing
from portal.places import sites_below
from portal.register import register_of
from portal.render import page
from portal.session import Visit, Visitor
from portal.stale import changed_by
from services.audit.programme.certificate_schemas import (
    CertificateChange,
    CertificateIn,
    CertificateOut,
    CertificateStatus,
    DecisionIn,
    ExpiryRule,
    MetIn,
    RiskCategory,
    SampleIn,
    SampleKind,
    SampleOut,
    StatusIn,
    WindowOut,
)
from services.identity.admin_schemas import FileFormat
from shared.schemas import ColumnKind as Kind

CERTIFICATES: Final = Listing(
    "certificates",
    N_("Certificats"),
    "/audit/certificates",
    CertificateOut,
    (
        Column("body", N_("Organisme"), sort="body"),
        Column("number", N_("Numéro")),
        Column("site_id", N_("Lieu"), Kind.SITE),
        Column("status", N_("État"), Kind.WORD, sort="status", on_phone=True),
        Column("decided_on", N_("Décidé le"), Kind.DAY),
        Column("expires_on", N_("Valable jusqu'au"), Kind.DAY),
        Column("restore_limit", N_("Restaurable jusqu'au"), Kind.DAY, at_first=False),
        Column("accreditation", N_("Accréditation"), at_first=False),
        Column("scope", N_("Périmètre"), at_first=False),
    ),
    "body",
)
VERBS: Final[dict[str, tuple[type[BaseModel], str]]] = {
    "decision": (DecisionIn, "decision_noted"),
    "status": (StatusIn, "status_set"),
}
BY_HAND: Final = (
    CertificateStatus.VALID,
    CertificateStatus.SUSPENDED,
    CertificateStatus.IN_TRANSITION,
    CertificateStatus.WITHDRAWN,
)

router = APIRouter()


@router.get("/certificates")
async def certificates(visit: Visitor, status: str = "") -> Response:
    view, register = await asyncio.gather(
        CERTIFICATES.look(visit, {"status": status}), register_of(visit)
    )
    context = {
        "view": view,
        "status": status,
        "states": list(CertificateStatus),
        "register": register,
        "names": {},
    }
    return await page(visit, "programme/certificates.html", context)


@router.get("/certificates/export.{format}")
async def export_certificates(visit: Visitor, format: FileFormat, status: str = "") -> Response:
    return await workbook(visit, CERTIFICATES, {"status": status}, format)


@router.get("/certificates/new")
async def new_certificate(visit: Visitor) -> Response:
    form = Form.of(
        CertificateIn, id=uuid4(), site_id=visit.place, expiry_rule=ExpiryRule.DAY_BEFORE.value
    )
    return await _writing_page(visit, form)


@router.post("/certificates/new")
async def register_certificate(visit: Visitor) -> Response:
    form = Form.typed(CertificateIn, visit.form)
    data = form.read()
    if data is None:
        return await _writing_page(visit, form)
    try:
        made = await visit.api.post("/audit/certificates", CertificateOut, data)
    except Refused as refused:
        return await _writing_page(visit, form.refused(refused))
    return visit.go(f"/certificates/{made.id}", "certificate_registered")


@router.get("/certificates/{certificate_id}")
async def certificate(visit: Visitor, certificate_id: UUID) -> Response:
    return await _certificate_page(visit, certificate_id)


@router.get("/certificates/{certificate_id}/change")
async def begin_change(visit: Visitor, certificate_id: UUID) -> Response:
    known = await _certificate(visit, certificate_id)
    told = known.model_dump(include={*CertificateChange.model_fields} - {"site_ids", "risks"})
    form = Form.of(CertificateChange, **told)
    form.values["site_ids"] = [str(site) for site in known.site_ids]
    form.values |= {f"risks.{site}": risk.value for site, risk in known.risks.items()}
    return await _writing_page(visit, form, known)


@router.post("/certificates/{certificate_id}/change")
async def change_certificate(visit: Visitor, certificate_id: UUID) -> Response:
    known = await _certificate(visit, certificate_id)
    form = Form.typed(CertificateChange, visit.form)
    data = form.read()
    if data is None:
        return await _writing_page(visit, form, known)
    try:
        path = f"/audit/certificates/{certificate_id}"
        await visit.api.change("PUT", path, CertificateOut, data)
    except Refused as refused:
        return await _writing_page(visit, form.refused(refused), known)
    return visit.go(f"/certificates/{certificate_id}", "certificate_changed")


@router.get("/certificates/{certificate_id}/sampling")
async def sampling(visit: Visitor, certificate_id: UUID) -> Response:
    return await _sampling_page(visit, certificate_id)


@router.post("/certificates/{certificate_id}/sampling")
async def draw(visit: Visitor, certificate_id: UUID) -> Response:
    form = Form.typed(SampleIn, visit.form)
    data = form.read()
    if data is None:
        return await _sampling_page(visit, certificate_id, form)
    try:
        path = f"/audit/certificates/{certificate_id}/samples"
        await visit.api.post(path, SampleOut, data)
    except Refused as refused:
        return await _sampling_page(visit, certificate_id, form.refused(refused))
    return visit.go(f"/certificates/{certificate_id}/sampling", "sample_drawn")


@router.get("/windows/{window_id}")
async def window(visit: Visitor, window_id: UUID) -> Response:
    """From a day of the calendar to the certificate that asks for it."""
    found = await visit.api.get(f"/audit/windows/{window_id}", WindowOut)
    return visit.go(f"/certificates/{found.certificate_id}")


@router.post("/certificates/{certificate_id}/windows/{window_id}/held")
async def note_held(visit: Visitor, certificate_id: UUID, window_id: UUID) -> Response:
    form = Form.typed(MetIn, visit.form)
    data = form.read()
    if data is None:
        return await _certificate_page(visit, certificate_id, form)
    try:
        await visit.api.post(f"/audit/windows/{window_id}/held", WindowOut, data)
    except Refused as refused:
        return await _certificate_page(visit, certificate_id, form.refused(refused))
    return visit.go(f"/certificates/{certificate_id}", "window_noted")


@router.post("/certificates/{certificate_id}/{verb}")
async def decide(visit: Visitor, certificate_id: UUID, verb: str) -> Response:
    if verb not in VERBS:
        raise Refused(404, "not_found", "There is no such step.", {})
    model, done = VERBS[verb]
    form = Form.typed(model, visit.form)
    data = form.read()
    if data is None:
        return await _certificate_page(visit, certificate_id, form)
    try:
        path = f"/audit/certificates/{certificate_id}/{verb}"
        await visit.api.post(path, CertificateOut, data)
    except Refused as refused:
        return await _certificate_page(visit, certificate_id, form.refused(refused))
    return visit.go(f"/certificates/{certificate_id}", done)


async def _certificate(visit: Visit, certificate_id: UUID) -> CertificateOut:
    return await visit.api.get(f"/audit/certificates/{certificate_id}", CertificateOut)


async def _certificate_page(
    visit: Visit, certificate_id: UUID, tried: Form | None = None
) -> Response:
    certificate, windows, register = await asyncio.gather(
        _certificate(visit, certificate_id),
        visit.api.get(f"/audit/certificates/{certificate_id}/windows", list[WindowOut]),
        register_of(visit),
    )
    refused = tried.refusal if tried else None
    forms = {model.__name__: Form.of(model) for model in (DecisionIn, StatusIn, MetIn)}
    if tried is not None:
        forms[tried.model.__name__] = tried
    context: dict[str, Any] = {
        "certificate": certificate,
        "windows": windows,
        "line": drawn(certificate, windows, today()),
        "register": register,
        "forms": forms,
        "states": [state for state in BY_HAND if state is not certificate.status],
        "writes": visit.may("audit:plan", certificate.site_id),
        "refused": refused,
        "changed": await changed_by(visit, "audit", certificate_id, refused),
        "names": {},
    }
    status = tried.status if tried else 200
    return await page(visit, "programme/certificate.html", context, status)


async def _sampling_page(visit: Visit, certificate_id: UUID, tried: Form | None = None) -> Response:
    certificate, samples = await asyncio.gather(
        _certificate(visit, certificate_id),
        visit.api.get(f"/audit/certificates/{certificate_id}/samples", list[SampleOut]),
    )
    blank = Form.of(SampleIn, id=uuid4(), year=today().year, added=0)
    context = {
        "certificate": certificate,
        "samples": samples,
        "form": tried or blank,
        "kinds": list(SampleKind),
        "writes": visit.may("audit:plan", certificate.site_id),
        "names": await visit.names([sample.drawn_by for sample in samples]),
    }
    return await page(visit, "programme/sampling.html", context, tried.status if tried else 200)


async def _writing_page(
    visit: Visit, form: Form, certificate: CertificateOut | None = None
) -> Response:
    place = certificate.site_id if certificate else visit.place
    context = {
        "form": form,
        "certificate": certificate,
        "register": await register_of(visit),
        "sites": sites_below(await visit.places(), place),
        "rules": list(ExpiryRule),
        "risks": list(RiskCategory),
    }
    return await page(visit, "programme/certificate_form.html", context, form.status)
