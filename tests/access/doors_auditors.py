"""How to knock at the doors to auditors' files and to the teams of audits."""

from dataclasses import replace
from datetime import timedelta
from itertools import count
from uuid import UUID

from sqlalchemy import insert

from services.audit.auditors import files
from services.audit.auditors.models import Auditor, AuditorRules, Competence
from services.audit.auditors.schemas import (
    AuditorIn,
    EngagementIn,
    EngagementKind,
    LinkIn,
    LinkKind,
    PracticeIn,
)
from services.audit.models import Evidence, Model
from shared import evidence
from shared.auth import SYSTEM, Actor
from shared.catalogue import current_edition
from shared.db import Entity
from shared.work import unit_of_work
from tests.access.knocking import Knock, door, fresh_code
from tests.audit.auditors.factories import TODAY, competence_in, iso_audit, practised, seat
from tests.evidence.factories import pdf, received
from tests.world import SINCE, WORLD, id_of, sitting

_number = count(1)

LINK = LinkIn(kind=LinkKind.JOB, process="PROD", at_site=WORLD.lyon, until=TODAY)
AWAY = EngagementIn(kind=EngagementKind.TRAINING, since=TODAY, until=TODAY + timedelta(days=2))
PRACTICE = PracticeIn(held_on=TODAY, code="ISO 9001", proof="Rapport signé")
RULES = {
    "cooling_off_months": 24,
    "lead_audits": 3,
    "lead_tutored": 1,
    "lead_months": 36,
    "kept_audits": 2,
    "kept_months": 24,
    "most_days": 10,
}


def newcomer() -> Actor:
    """Somebody who audits at Lyon and has no file yet, as the audit service was told of them."""
    name = f"Nouvel auditeur {next(_number)}"
    who = sitting(replace(WORLD.diane, id=id_of(name), name=name))
    known = Model.metadata.tables
    person = {"email": f"{who.id.hex}@example.org", "language": "fr", "active": True}
    grant = {"role": "auditor", "node_id": WORLD.lyon, "valid_from": SINCE}
    with unit_of_work("audit", SYSTEM) as uow:
        uow.session.execute(
            insert(known["audit.known_person"]).values(
                id=who.id, version=1, name=name, manager_id=None, **person
            )
        )
        uow.session.execute(
            insert(known["audit.known_grant"]).values(
                id=id_of(f"grant of {name}"), version=1, person_id=who.id, **grant
            )
        )
    return who


def opened(who: Actor | None = None) -> Auditor:
    person = who or newcomer()
    with unit_of_work("audit", SYSTEM) as uow:
        return files.open_file(uow, AuditorIn(site_id=WORLD.lyon, person_id=person.id))


def held() -> Competence:
    with unit_of_work("audit", SYSTEM) as uow:
        return files.grant_competence(uow, opened().id, competence_in())


def withdrawing(kind: str, row: Entity, by: Actor | None = None) -> Knock:
    at = f"/me/{kind}" if by else f"/{kind}"
    return Knock(f"{at}/{row.id}/withdraw", {"version": row.version}, by=by)


def said(data: object) -> dict[str, object]:
    return data.model_dump(mode="json", exclude_none=True)  # type: ignore[attr-defined, no-any-return]


@door("audit GET /auditors")
def list_auditors() -> Knock:
    return Knock("/auditors", query={"limit": "200"}, shows=str(opened().id))


@door("audit POST /auditors")
def open_file() -> Knock:
    return Knock("/auditors", {"site_id": str(WORLD.lyon), "person_id": str(newcomer().id)})


@door("audit GET /auditors-here")
def auditors_here() -> Knock:
    return Knock("/auditors-here")


@door("audit GET /auditors/{auditor_id}")
def read_file() -> Knock:
    return Knock(f"/auditors/{held().auditor_id}")


@door("audit PUT /auditors/{auditor_id}")
def change_file() -> Knock:
    row = opened()
    body = {"version": row.version, "works_at": str(WORLD.lyon), "works_in": ["LOG"]}
    return Knock(f"/auditors/{row.id}", body)


@door("audit POST /auditors/{auditor_id}/competences")
def grant_competence() -> Knock:
    return Knock(f"/auditors/{opened().id}/competences", said(competence_in()))


@door("audit POST /competences/{competence_id}/revoke")
def revoke_competence() -> Knock:
    row = held()
    body = {"version": row.version, "reason": "Formation non suivie"}
    return Knock(f"/competences/{row.id}/revoke", body)


@door("audit POST /auditors/{auditor_id}/practice")
def declare_practice() -> Knock:
    return Knock(f"/auditors/{opened().id}/practice", said(PRACTICE))


@door("audit POST /practice/{practice_id}/withdraw")
def withdraw_practice() -> Knock:
    with unit_of_work("audit", SYSTEM) as uow:
        return withdrawing("practice", files.declare_practice(uow, opened().id, PRACTICE))


@door("audit POST /auditors/{auditor_id}/engagements")
def declare_engagement() -> Knock:
    return Knock(f"/auditors/{opened().id}/engagements", said(AWAY))


@door("audit POST /engagements/{engagement_id}/withdraw")
def withdraw_engagement() -> Knock:
    with unit_of_work("audit", SYSTEM) as uow:
        return withdrawing("engagements", files.declare_engagement(uow, opened().id, AWAY))


@door("audit POST /auditors/{auditor_id}/links")
def declare_link() -> Knock:
    return Knock(f"/auditors/{opened().id}/links", said(LINK))


@door("audit POST /links/{link_id}/withdraw")
def withdraw_link() -> Knock:
    with unit_of_work("audit", SYSTEM) as uow:
        return withdrawing("links", files.declare_link(uow, opened().id, LINK))


@door("audit GET /me/auditor")
def own_file() -> Knock:
    mine = newcomer()
    opened(mine)
    return Knock("/me/auditor", by=mine)


@door("audit POST /me/engagements")
def own_engagement() -> Knock:
    mine = newcomer()
    opened(mine)
    return Knock("/me/engagements", said(AWAY), by=mine)


@door("audit POST /me/engagements/{engagement_id}/withdraw")
def withdraw_own_engagement() -> Knock:
    mine = newcomer()
    with unit_of_work("audit", SYSTEM) as uow:
        row = files.declare_engagement(uow, opened(mine).id, AWAY)
    return withdrawing("engagements", row, by=mine)


@door("audit POST /me/links")
def own_link() -> Knock:
    mine = newcomer()
    opened(mine)
    return Knock("/me/links", said(LINK), by=mine)


# --- proofs of competences --------------------------------------------------------------------


def proved() -> UUID:
    about = held()
    with unit_of_work("audit", SYSTEM) as uow:
        sent = evidence.Sent(object_id=about.id, name="certificat.pdf")
        row = evidence.put(uow, Evidence, uow.get(Competence, about.id), sent, received(pdf()))
        return row.id


@door("audit GET /competences/evidence")
def list_proofs() -> Knock:
    return Knock("/competences/evidence", query={"object_id": str(held().id)})


@door("audit POST /competences/evidence")
def send_proof() -> Knock:
    query = {"object_id": str(held().id), "name": "certificat.pdf"}
    return Knock("/competences/evidence", query=query, content=pdf())


@door("audit GET /competences/evidence/{evidence_id}/content")
def fetch_proof() -> Knock:
    return Knock(f"/competences/evidence/{proved()}/content")


@door("audit GET /competences/evidence/{evidence_id}/preview")
def preview_proof() -> Knock:
    return Knock(f"/competences/evidence/{proved()}/preview")


# --- what the group asks ----------------------------------------------------------------------


def rules() -> AuditorRules:
    with unit_of_work("audit", SYSTEM) as uow:
        return current_edition(uow, AuditorRules, "GROUP")


@door("audit GET /auditor-rules")
def list_rules() -> Knock:
    return Knock("/auditor-rules")


@door("audit GET /auditor-rules/{id}")
def read_rules() -> Knock:
    return Knock(f"/auditor-rules/{rules().id}")


@door("audit POST /auditor-rules")
def add_rules() -> Knock:
    return Knock("/auditor-rules", RULES | {"code": fresh_code()})


@door("audit POST /auditor-rules/{id}/supersede")
def supersede_rules() -> Knock:
    return Knock(f"/auditor-rules/{rules().id}/supersede", RULES | {"code": "GROUP"})


# --- teams ------------------------------------------------------------------------------------


@door("audit GET /audits/{audit_id}/team")
def read_team() -> Knock:
    return Knock(f"/audits/{iso_audit().id}/team")


@door("audit GET /audits/{audit_id}/team-proposal")
def propose_team() -> Knock:
    return Knock(f"/audits/{iso_audit().id}/team-proposal")


@door("audit POST /audits/{audit_id}/team")
def choose_team() -> Knock:
    who = newcomer()
    auditor = opened(who)
    with unit_of_work("audit", SYSTEM) as uow:
        files.grant_competence(uow, auditor.id, competence_in())
    practised(auditor, *(TODAY - timedelta(days=30 * n) for n in (1, 2, 3)))
    audit = iso_audit()
    seats = [seat(who).model_dump(mode="json")]
    body = {"version": audit.version, "seats": seats, "reason": "Connaît le site"}
    return Knock(f"/audits/{audit.id}/team", body)
