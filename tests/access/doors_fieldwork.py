"""How to knock at the doors of the fieldwork: Diane leads, and is the team."""

from dataclasses import replace
from uuid import UUID, uuid4

from services.audit.fieldwork import checklist, queries, room
from services.audit.fieldwork.gates import question_in_the_room
from services.audit.fieldwork.models import Met, Photograph, Slot
from services.audit.fieldwork.schemas import MetIn, QuestionOut, TemplateIn
from services.audit.models import Audit
from shared import evidence
from shared.work import unit_of_work
from tests.access.knocking import Knock, door, fresh_code
from tests.audit import factories as audits
from tests.audit import rooms
from tests.evidence.factories import pdf, received
from tests.world import WORLD

DIANE = WORLD.diane
SPARE = {"starts": "14:00:00", "ends": "15:00:00"}


def about(audit: Audit, part: str, **body: object) -> Knock:
    return Knock(f"/audits/{audit.id}/{part}", body, by=DIANE)


def step_on(audit: Audit, part: str, **body: object) -> Knock:
    return about(audit, part, version=audit.version, **body)


@door("audit POST /audits/{audit_id}/preparation")
def prepare() -> Knock:
    said = {"criteria": ["ISO 9001:2015"], "method": "remote", "objectives": "Vérifier"}
    return step_on(audits.planned_audit(), "preparation", **said)


@door("audit GET /audits/{audit_id}/plan")
def read_plan() -> Knock:
    return Knock(f"/audits/{audits.prepared_audit().id}/plan")


@door("audit POST /audits/{audit_id}/slots")
def add_slot() -> Knock:
    body = audits.slot_in(**SPARE).model_dump(mode="json", exclude_none=True)
    return about(audits.planned_audit(), "slots", **body)


@door("audit POST /audits/{audit_id}/send-plan")
def send_plan() -> Knock:
    return step_on(audits.prepared_audit(), "send-plan")


def slot() -> Slot:
    audit = audits.prepared_audit()
    with unit_of_work("audit", DIANE, permission="audit:conduct") as uow:
        [only] = queries.slots(uow, audit.id)
        return only


@door("audit PUT /slots/{slot_id}")
def change_slot() -> Knock:
    planned = slot()
    body = audits.slot_in(place="Salle 2").model_dump(mode="json", exclude_none=True)
    return Knock(f"/slots/{planned.id}", body | {"version": planned.version}, by=DIANE)


@door("audit POST /slots/{slot_id}/drop")
def drop_slot() -> Knock:
    planned = slot()
    return Knock(f"/slots/{planned.id}/drop", {"version": planned.version}, by=DIANE)


@door("audit GET /audits/{audit_id}/checklist")
def read_checklist() -> Knock:
    return Knock(f"/audits/{audits.started_audit().id}/checklist", by=DIANE)


@door("audit GET /audits/{audit_id}/answers")
def list_answers() -> Knock:
    return Knock(f"/audits/{audits.started_audit().id}/answers", by=DIANE)


@door("audit POST /audits/{audit_id}/checklist/generate")
def generate() -> Knock:
    """An audit without references: who may compose is told that there is nothing to ask."""
    return replace(about(audits.prepared_audit(), "checklist/generate"), done=409)


@door("audit POST /audits/{audit_id}/checklist/keep")
def keep() -> Knock:
    return about(audits.prepared_audit(), "checklist/keep", code=fresh_code(), title="Production")


@door("audit POST /audits/{audit_id}/checklist/from-template")
def from_template() -> Knock:
    with unit_of_work("audit", DIANE, permission="audit:conduct") as uow:
        data = TemplateIn(code=fresh_code(), title="Production")
        kept = checklist.keep_as_template(uow, audits.prepared_audit().id, data)
    return about(audits.planned_audit(), "checklist/from-template", template_id=str(kept.id))


@door("audit GET /checklist-templates")
def list_templates() -> Knock:
    return Knock("/checklist-templates")


@door("audit POST /audits/{audit_id}/questions")
def add_question() -> Knock:
    body = audits.question_in().model_dump(mode="json", exclude_none=True)
    return about(audits.planned_audit(), "questions", **body)


def question() -> QuestionOut:
    return rooms.asked(audits.started_audit())


@door("audit POST /questions/{question_id}/reword")
def reword() -> Knock:
    one = question()
    body = {"version": one.version, "text_fr": "Qui règle ?"}
    return Knock(f"/questions/{one.id}/reword", body, by=DIANE)


@door("audit POST /questions/{question_id}/drop")
def drop() -> Knock:
    one = question()
    body = {"version": one.version, "reason": "Hors du périmètre"}
    return Knock(f"/questions/{one.id}/drop", body, by=DIANE)


@door("audit POST /questions/{question_id}/move")
def move() -> Knock:
    """The second question of the audit, up to the first."""
    one = question()
    return Knock(f"/questions/{one.id}/move", {"version": one.version, "up": True}, by=DIANE)


@door("audit POST /questions/{question_id}/answers")
def answer() -> Knock:
    body = rooms.answer_in().model_dump(mode="json")
    return Knock(f"/questions/{question().id}/answers", body, by=DIANE)


@door("audit POST /audits/{audit_id}/met")
def meet() -> Knock:
    return about(audits.started_audit(), "met", name="Nadia Petit")


@door("audit POST /met/{met_id}/strike")
def strike() -> Knock:
    met = noted()
    return Knock(f"/met/{met.id}/strike", {"version": met.version}, by=DIANE)


def noted() -> Met:
    audit = audits.started_audit()
    with unit_of_work("audit", DIANE, permission="audit:conduct") as uow:
        return room.note_met(uow, audit.id, MetIn(name="Nadia Petit"))


def photograph() -> UUID:
    one = question()
    with unit_of_work("audit", DIANE, permission="audit:conduct") as uow:
        about_it = question_in_the_room(uow, one.id)
        sent = evidence.Sent(object_id=one.id, name="plan.pdf", id=uuid4())
        return evidence.put(uow, Photograph, about_it, sent, received(pdf())).id


@door("audit GET /checklist/evidence")
def list_photographs() -> Knock:
    return Knock("/checklist/evidence", query={"object_id": str(question().id)}, by=DIANE)


@door("audit POST /checklist/evidence")
def send_photograph() -> Knock:
    query = {"object_id": str(question().id), "name": "plan.pdf"}
    return Knock("/checklist/evidence", query=query, content=pdf(), by=DIANE)


@door("audit GET /checklist/evidence/{evidence_id}/content")
def fetch_photograph() -> Knock:
    return Knock(f"/checklist/evidence/{photograph()}/content", by=DIANE)


@door("audit GET /checklist/evidence/{evidence_id}/preview")
def preview_photograph() -> Knock:
    return Knock(f"/checklist/evidence/{photograph()}/preview", by=DIANE)
