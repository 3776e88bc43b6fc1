"""The register of risks."""

import asyncio
from dataclasses import asdict, dataclass
from typing import Annotated, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Response

from portal.api import Refused
from portal.exports import workbook
from portal.forms import Form
from portal.i18n import N_
from portal.lists import Column, Listing
from portal.render import page
from portal.session import Visit, Visitor
from portal.stale import changed_by
from services.identity.admin_schemas import FileFormat
from services.processes.schemas import ProcessOut
from services.risk.schemas import (
    Domain,
    MatrixOut,
    MethodOut,
    Rating,
    ResidualIn,
    RiskIn,
    RiskOut,
)
from shared.schemas import ColumnKind as Kind
from shared.schemas import Page

RISKS: Final = Listing(
    "risks",
    N_("Risques"),
    "/risk/risks",
    RiskOut,
    (
        Column("title", N_("Risque"), sort="title"),
        Column("site_id", N_("Site"), Kind.SITE),
        Column("domain", N_("Domaine"), Kind.WORD),
        Column("initial_level", N_("Initial"), Kind.NUMBER),
        Column("residual_level", N_("Résiduel"), Kind.NUMBER, sort="rank", on_phone=True),
        Column("process", N_("Processus"), sort="process", at_first=False),
        Column("initial_score", N_("Score initial"), Kind.NUMBER, at_first=False),
        Column("residual_score", N_("Score résiduel"), Kind.NUMBER, at_first=False),
        Column("measures", N_("Mesures en place"), at_first=False),
        Column("assessed_on", N_("Coté le"), Kind.DAY, at_first=False),
    ),
    "title",
    "risk:write",
)

router = APIRouter()


@dataclass(frozen=True)
class Filters:
    """What the register is narrowed to in its address: at most to a cell of a matrix."""

    level: str = ""
    domain: str = ""
    rating: str = ""
    gravity: str = ""
    probability: str = ""
    method_id: str = ""
    other_than: str = ""
    unrated: str = ""

    @property
    def by_rating(self) -> bool:
        return bool(self.gravity or self.probability or self.other_than or self.unrated)


Filtered = Annotated[Filters, Depends()]


@router.get("/risks")
async def risks(visit: Visitor, filters: Filtered) -> Response:
    view, methods = await asyncio.gather(RISKS.look(visit, asdict(filters)), _methods(visit))
    context = {
        "view": view,
        "wanted": filters,
        "rating": Rating(filters.rating or Rating.INITIAL),
        "methods": methods,
        "domains": list(Domain),
    }
    return await page(visit, "risk/risks.html", context)


@router.get("/risks/export.{format}")
async def export(visit: Visitor, filters: Filtered, format: FileFormat) -> Response:
    return await workbook(visit, RISKS, asdict(filters), format)


@router.get("/risks/matrix")
async def matrix(
    visit: Visitor, rating: str = Rating.INITIAL.value, domain: str = "", method: str = ""
) -> Response:
    """How many risks there are of each gravity and probability, by one of the methods in force."""
    methods = list((await _methods(visit)).values())
    chosen = next((one for one in methods if one.code == method), methods[0] if methods else None)
    context = {
        "methods": methods,
        "method": chosen,
        "found": await _matrix(visit, chosen, rating, domain) if chosen else None,
        "rating": rating,
        "ratings": list(Rating),
        "domain": domain,
        "domains": list(Domain),
    }
    return await page(visit, "risk/matrix.html", context)


@router.get("/risks/new")
async def new_risk(visit: Visitor) -> Response:
    return await _adding_page(visit, Form.of(RiskIn, id=uuid4(), site_id=visit.place))


@router.post("/risks/new")
async def add_risk(visit: Visitor) -> Response:
    form = Form.typed(RiskIn, visit.form)
    data = form.read()
    if data is None:
        return await _adding_page(visit, form)
    try:
        risk = await visit.api.post("/risk/risks", RiskOut, data)
    except Refused as refused:
        return await _adding_page(visit, form.refused(refused))
    return visit.go(f"/risks/{risk.id}", "risk_added")


@router.get("/risks/{risk_id}")
async def risk(visit: Visitor, risk_id: UUID) -> Response:
    return await _risk_page(visit, risk_id)


@router.post("/risks/{risk_id}/residual")
async def rate(visit: Visitor, risk_id: UUID) -> Response:
    form = Form.typed(ResidualIn, visit.form)
    data = form.read()
    if data is None:
        return await _risk_page(visit, risk_id, form)
    try:
        await visit.api.post(f"/risk/risks/{risk_id}/residual", RiskOut, data)
    except Refused as refused:
        return await _risk_page(visit, risk_id, form.refused(refused))
    return visit.go(f"/risks/{risk_id}", "risk_rated")


async def _risk_page(visit: Visit, risk_id: UUID, form: Form | None = None) -> Response:
    risk = await visit.api.get(f"/risk/risks/{risk_id}", RiskOut)
    method = await visit.api.get(f"/risk/methods/{risk.method_id}", MethodOut)
    rated = {
        "residual.gravity": risk.residual_gravity,
        "residual.probability": risk.residual_probability,
        "measures": risk.measures,
    }
    context = {
        "risk": risk,
        "method": method,
        "methods": {method.id: method},
        "form": form or Form.of(ResidualIn, **rated),
        "refused": form.refusal if form else None,
        "changed": await changed_by(visit, "risk", risk_id, form.refusal if form else None),
    }
    return await page(visit, "risk/risk.html", context, form.status if form else 200)


async def _adding_page(visit: Visit, form: Form) -> Response:
    processes, methods = await asyncio.gather(
        visit.api.get("/processes/processes", Page[ProcessOut], limit=200), _methods(visit)
    )
    context = {
        "form": form,
        "domains": list(Domain),
        "processes": processes.items,
        "methods": methods,
    }
    return await page(visit, "risk/new.html", context, form.status)


async def _matrix(visit: Visit, method: MethodOut, rating: str, domain: str) -> MatrixOut:
    wanted = {"place": visit.place, "rating": rating, "domain": domain}
    return await visit.api.get(f"/risk/methods/{method.id}/matrix", MatrixOut, **wanted)


async def _methods(visit: Visit) -> dict[UUID, MethodOut]:
    found = await visit.api.get("/risk/methods", Page[MethodOut], limit=200)
    return {method.id: method for method in found.items}
