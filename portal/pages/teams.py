"""The team of an audit: who is proposed and why, who was chosen, and what was kept of it."""

from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Response
from typing_extensions import override

from portal.api import Refused
from portal.forms import Form
from portal.render import page
from portal.session import Visit, Visitor
from portal.stale import changed_by
from services.audit.auditors.schemas import TeamRole
from services.audit.auditors.team_schemas import Proposal, TeamIn, TeamOut
from services.audit.schemas import AuditOut

ROLE: Final = "role."
DEROGATION: Final = "derogation."

router = APIRouter()


class TeamForm(Form):
    """A choice for each person: what they are in the team, if anything."""

    @override
    def _nested(self) -> dict[str, Any]:
        roles = {n.removeprefix(ROLE): v for n, v in self.values.items() if n.startswith(ROLE)}
        seats = [
            {"person_id": id, "role": role, "derogation": self.value(DEROGATION + id)}
            for id, role in roles.items()
            if role
        ]
        return super()._nested() | {"seats": seats}


@router.get("/audits/{audit_id}/team")
async def proposal(visit: Visitor, audit_id: UUID) -> Response:
    return await _proposal_page(visit, audit_id)


@router.post("/audits/{audit_id}/team")
async def choose(visit: Visitor, audit_id: UUID) -> Response:
    form = TeamForm.typed(TeamIn, visit.form)
    data = form.read()
    if data is None:
        return await _proposal_page(visit, audit_id, form)
    try:
        await visit.api.post(f"/audit/audits/{audit_id}/team", TeamOut, data)
    except Refused as refused:
        return await _proposal_page(visit, audit_id, form.refused(refused))
    return visit.go(f"/audits/{audit_id}", "team_chosen")


def people_on(team: TeamOut) -> set[UUID | None]:
    """Whom the page of an audit has to name for its team."""
    decided = team.record.decided_by if team.record else None
    return {decided, *(id for m in team.members for id in (m.person_id, m.derogated_by))}


async def _proposal_page(visit: Visit, audit_id: UUID, form: TeamForm | None = None) -> Response:
    audit = await visit.api.get(f"/audit/audits/{audit_id}", AuditOut)
    proposed = await visit.api.get(f"/audit/audits/{audit_id}/team-proposal", Proposal)
    form = form or await _as_it_is(visit, audit_id, proposed)
    weighed = {one.person_id for one in proposed.candidates}
    around = await visit.who_may("audit:read", audit.site_id)
    others = {id: name for id, name in around.items() if id not in weighed}
    context = {
        "audit": audit,
        "proposal": proposed,
        "team": [one for one in proposed.candidates if one.proposed_as],
        "others": others,
        "roles": list(TeamRole),
        "form": form,
        "changed": await changed_by(visit, "audit", audit_id, form.refusal),
    }
    return await page(visit, "auditors/team.html", context, form.status)


async def _as_it_is(visit: Visit, audit_id: UUID, proposed: Proposal) -> TeamForm:
    """The form to adjust the team: as it stands, or as proposed where nobody is on it yet."""
    team = await visit.api.get(f"/audit/audits/{audit_id}/team", TeamOut)
    seats = {m.person_id: m.role for m in team.members} or {
        one.person_id: one.proposed_as for one in proposed.candidates if one.proposed_as
    }
    reasons = {f"{DEROGATION}{m.person_id}": m.derogation for m in team.members if m.derogation}
    return TeamForm.of(
        TeamIn, **{f"{ROLE}{id}": role.value for id, role in seats.items()}, **reasons
    )
