"""What would fill the holes of a programme: looked at, changed line by line, then accepted."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from portal import formats
from portal.api import Refused
from portal.forms import Form
from portal.i18n import N_, catalogue
from portal.pages.programme_entries import months_of
from portal.register import register_of
from portal.render import page
from portal.session import Visit, Visitor
from portal.words import word
from services.audit.programme.certificate_schemas import Stage
from services.audit.programme.coverage_schemas import AcceptIn, Line, LineIn, Proposal
from services.audit.programme.schemas import Days, EntryOrigin, EntryOut, Month, ProgrammeOut
from shared.schemas import In

router = APIRouter()

AIMS = {
    EntryOrigin.CERTIFICATION: N_("%(body)s : %(stage)s, au plus tard le %(latest)s."),
    EntryOrigin.RISK: N_(
        "%(process)s : criticité %(criticality)s + non-conformités %(nonconformities)s + "
        "changements %(changes)s + ancienneté %(age)s = %(score)s, donc tous les %(months)s mois."
    ),
    EntryOrigin.COVERAGE: N_("Rien ne le couvre dans le cycle de trois ans (%(holes)s trous)."),
    EntryOrigin.YEARLY: N_("Chaque site d'un certificat multisite est audité chaque année."),
}
"""Why a line is proposed, in words that its reader may change."""


class Kept(In):
    """The lines that are kept, each as it was changed."""

    version: int
    basis: str
    reason: str = Field(default="", max_length=2000)
    keep: list[UUID] = Field(min_length=1)
    month: dict[UUID, Month] = Field(default_factory=dict)
    days: dict[UUID, Days] = Field(default_factory=dict)
    aim: dict[UUID, Annotated[str, Field(min_length=5, max_length=2000)]] = Field(
        default_factory=dict
    )

    def accepted(self) -> AcceptIn:
        lines = [
            LineIn(key=key, month=self.month[key], days=self.days[key], aim=self.aim[key])
            for key in self.keep
        ]
        return AcceptIn(version=self.version, basis=self.basis, reason=self.reason, lines=lines)


@router.get("/programmes/{programme_id}/proposal")
async def proposal(visit: Visitor, programme_id: UUID) -> Response:
    return await _proposal_page(visit, programme_id)


@router.post("/programmes/{programme_id}/proposal")
async def accept(visit: Visitor, programme_id: UUID) -> Response:
    form = Form.typed(Kept, visit.form)
    kept = form.read()
    if not isinstance(kept, Kept):
        return await _proposal_page(visit, programme_id, form)
    try:
        path = f"/audit/proposals/{programme_id}"
        await visit.api.post(path, list[EntryOut], kept.accepted())
    except Refused as refused:
        return await _proposal_page(visit, programme_id, form.refused(refused))
    return visit.go(f"/programmes/{programme_id}", "proposal_accepted")


async def _proposal_page(visit: Visit, programme_id: UUID, tried: Form | None = None) -> Response:
    """What is proposed now. A proposal that changed meanwhile is shown as it is, not as typed."""
    programme = await visit.api.get(f"/audit/programmes/{programme_id}", ProgrammeOut)
    offered = await visit.api.get(f"/audit/proposals/{programme_id}", Proposal)
    register = await register_of(visit)
    same = tried is not None and tried.value("basis") == offered.basis
    context = {
        "programme": programme,
        "offered": offered,
        "register": register,
        "form": tried if tried is not None and same else _as_offered(visit, offered),
        "refused": tried.refusal if tried else None,
        "months": months_of(programme),
    }
    return await page(visit, "programme/proposal.html", context, tried.status if tried else 200)


def _as_offered(visit: Visit, offered: Proposal) -> Form:
    form = Form.of(Kept, version=offered.version, basis=offered.basis)
    form.values["keep"] = [str(line.key) for line in offered.lines]
    for line in offered.lines:
        form.values[f"month.{line.key}"] = str(line.month)
        form.values[f"days.{line.key}"] = formats.number(line.days, visit.language)
        form.values[f"aim.{line.key}"] = _aim(visit, line)
    return form


def _aim(visit: Visit, line: Line) -> str:
    said = catalogue(visit.language).gettext
    facts = dict(line.facts) | {"holes": line.holes}
    if line.origin is EntryOrigin.CERTIFICATION and line.latest_on is not None:
        facts["stage"] = said(word(Stage(str(facts["stage"]))).text)
        facts["latest"] = formats.day(line.latest_on, visit.language)
    return said(AIMS[line.origin]) % facts
