"""Administration: people, what they hold, where they are signed in."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Response

from portal.api import Refused
from portal.exports import download
from portal.formats import today
from portal.forms import Form
from portal.render import page
from portal.session import Visit, Visitor
from portal.stale import changed_by
from services.identity.admin_schemas import (
    FileFormat,
    PersonChange,
    PersonRow,
    PersonSheet,
    ProposalOut,
)
from services.identity.schemas import (
    COORDINATORS,
    GOVERNED,
    OUTSIDERS,
    GrantIn,
    GrantOut,
    PersonIn,
    PersonOut,
    Role,
)
from services.processes.schemas import ProcessOut
from shared.schemas import Change, Page

USUAL = timedelta(days=365)

router = APIRouter(prefix="/admin/people")


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to in its address; at first, to open accounts."""

    text: str = ""
    role: str = ""
    active: str = "true"

    @property
    def chosen(self) -> dict[str, str]:
        role = self.role if self.role in set(Role) else ""
        return {"text": self.text[:100], "role": role, "active": self.active}

    def query(self, visit: Visit) -> dict[str, object]:
        active = self.active if self.active in ("true", "false") else ""
        return self.chosen | {"active": active, "node_id": visit.place}


Filtered = Annotated[Filters, Depends()]


@router.get("")
async def people(visit: Visitor, filters: Filtered, after: str = "") -> Response:
    query = filters.query(visit)
    found = await visit.api.get("/identity/roster", Page[PersonRow], after=after, **query)
    context = {"found": found, "chosen": filters.chosen, "roles": list(Role)}
    return await page(visit, "admin/people.html", context)


@router.get("/export.{format}")
async def export(visit: Visitor, filters: Filtered, format: FileFormat) -> Response:
    """The list as it is narrowed, with each role of today, in the columns of the import."""
    asked = {"language": visit.language, "format": format.value} | filters.query(visit)
    content = await visit.api.fetch("/identity/exports/people", **asked)
    return download(content, "people", format)


@router.get("/new")
async def new_person(visit: Visitor) -> Response:
    return await _adding_page(visit, Form.of(PersonIn, id=uuid4(), language="fr"))


@router.post("/new")
async def add_person(visit: Visitor) -> Response:
    form = Form.typed(PersonIn, visit.form)
    data = form.read()
    if data is None:
        return await _adding_page(visit, form)
    try:
        person = await visit.api.post("/identity/people", PersonOut, data)
    except Refused as refused:
        return await _adding_page(visit, form.refused(refused))
    return visit.go(f"/admin/people/{person.id}", "person_added")


@router.get("/{person_id}")
async def person(visit: Visitor, person_id: UUID) -> Response:
    return await _person_page(visit, person_id)


@router.post("/{person_id}")
async def change_person(visit: Visitor, person_id: UUID) -> Response:
    form = Form.typed(PersonChange, visit.form)
    data = form.read()
    if data is None:
        return await _person_page(visit, person_id, change=form)
    try:
        await visit.api.change("PUT", f"/identity/people/{person_id}", PersonOut, data)
    except Refused as refused:
        return await _person_page(visit, person_id, change=form.refused(refused))
    return visit.go(f"/admin/people/{person_id}", "person_changed")


@router.post("/{person_id}/roles")
async def give_role(visit: Visitor, person_id: UUID) -> Response:
    """Roles that take two people are proposed; the service has the last word on which."""
    form = Form.typed(GrantIn, visit.form)
    form.values["person_id"] = str(person_id)
    data = form.read()
    if not isinstance(data, GrantIn):
        return await _person_page(visit, person_id, grant=form)
    try:
        if data.role in COORDINATORS:
            await visit.api.post("/identity/proposals", ProposalOut, data)
            return visit.go(f"/admin/people/{person_id}", "role_proposed")
        await visit.api.post("/identity/grants", GrantOut, data)
    except Refused as refused:
        return await _person_page(visit, person_id, grant=form.refused(refused))
    return visit.go(f"/admin/people/{person_id}", "role_given")


@router.post("/{person_id}/roles/{grant_id}/end")
async def end_role(visit: Visitor, person_id: UUID, grant_id: UUID) -> Response:
    return await _do(visit, person_id, f"/identity/grants/{grant_id}/end", "role_ended")


@router.post("/{person_id}/sessions/end")
async def end_sessions(visit: Visitor, person_id: UUID) -> Response:
    address = f"/identity/people/{person_id}/sessions/end"
    return await _do(visit, person_id, address, "sessions_ended")


@router.post("/{person_id}/tokens/revoke")
async def revoke_tokens(visit: Visitor, person_id: UUID) -> Response:
    address = f"/identity/people/{person_id}/tokens/revoke"
    return await _do(visit, person_id, address, "tokens_revoked")


@router.post("/{person_id}/invite")
async def invite(visit: Visitor, person_id: UUID) -> Response:
    return await _do(visit, person_id, f"/identity/people/{person_id}/invite", "invited")


@router.post("/{person_id}/deactivate")
async def deactivate(visit: Visitor, person_id: UUID) -> Response:
    address = f"/identity/people/{person_id}/deactivate"
    return await _do(visit, person_id, address, "person_closed")


@router.post("/{person_id}/reactivate")
async def reactivate(visit: Visitor, person_id: UUID) -> Response:
    address = f"/identity/people/{person_id}/reactivate"
    return await _do(visit, person_id, address, "person_opened")


async def _do(visit: Visit, person_id: UUID, address: str, done: str) -> Response:
    """One button, with the version that was shown if the button changes the person."""
    typed = Form.typed(Change, visit.form)
    facts = {"version": int(str(typed.value("version")))} if typed.read() else {}
    try:
        await visit.api.tell(address, **facts)
    except Refused as refused:
        return await _person_page(visit, person_id, refused=refused)
    return visit.go(f"/admin/people/{person_id}", done)


async def _adding_page(visit: Visit, form: Form) -> Response:
    return await page(visit, "admin/new_person.html", {"form": form}, form.status)


async def _person_page(
    visit: Visit,
    person_id: UUID,
    grant: Form | None = None,
    change: Form | None = None,
    refused: Refused | None = None,
) -> Response:
    sheet = await visit.api.get(f"/identity/people/{person_id}", PersonSheet)
    wrong = grant or change
    refused = wrong.refusal if wrong else refused
    shown = {"name": sheet.name, "email": sheet.email, "language": sheet.language}
    superior = sheet.manager.email if sheet.manager else None
    blank = Form.of(GrantIn, id=uuid4(), valid_from=today(), valid_to=today() + USUAL)
    may_govern = visit.may("identity:govern")
    context = {
        "sheet": sheet,
        "grant": grant or blank,
        "change": change or Form.of(PersonChange, **shown, manager_email=superior),
        "roles": [role for role in Role if may_govern or role not in GOVERNED],
        "processes": (await visit.rows("/processes/processes", ProcessOut, limit=200)).items,
        "names": await visit.names(one.proposed_by for one in sheet.proposals),
        "outsider": any(one.role in OUTSIDERS for one in sheet.grants),
        "refused": refused,
        "changed": await changed_by(visit, "identity", person_id, refused),
    }
    status = wrong.status if wrong else refused.status if refused else 200
    return await page(visit, "admin/person.html", context, status)
