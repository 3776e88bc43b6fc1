"""The doors of bodies with their scales, and of the answers to findings."""

from typing import Any

from services.audit.answers.models import Answer, Body
from tests.access.knocking import Knock, door, fresh_code
from tests.audit import factories as audits
from tests.world import WORLD


@door("audit GET /bodies")
def list_bodies() -> Knock:
    return Knock("/bodies")


@door("audit GET /bodies/{body_id}")
def read_body() -> Knock:
    return Knock(f"/bodies/{body().id}")


@door("audit POST /bodies")
def add_body() -> Knock:
    return Knock("/bodies", body_body(fresh_code()))


@door("audit POST /bodies/{body_id}/supersede")
def supersede_body() -> Knock:
    row = body()
    return Knock(f"/bodies/{row.id}/supersede", body_body(row.code))


@door("audit GET /audits/{audit_id}/body")
def read_body_of_audit() -> Knock:
    return Knock(f"/audits/{audits.planned_audit().id}/body")


@door("audit GET /audits/{audit_id}/repeats")
def read_repeats() -> Knock:
    query = {"requirement": "ISO 9001:2015 8.5.1"}
    return Knock(f"/audits/{audits.started_audit().id}/repeats", query=query)


@door("audit GET /statistics")
def read_statistics() -> Knock:
    audits.raised_finding()
    return Knock("/statistics", shows=str(WORLD.lyon))


@door("audit GET /findings/{finding_id}/answers")
def list_answers() -> Knock:
    return Knock(f"/findings/{audits.answered().finding_id}/answers")


@door("audit GET /findings/{finding_id}/part")
def read_part() -> Knock:
    return Knock(f"/findings/{audits.raised_finding().id}/part")


@door("audit POST /findings/{finding_id}/answers")
def answer_finding() -> Knock:
    finding = audits.raised_finding()
    body = audits.answer_in(finding).model_dump(mode="json")
    return Knock(f"/findings/{finding.id}/answers", body, by=WORLD.alice)


@door("audit POST /answers/{answer_id}/accept")
def accept_answer() -> Knock:
    return _judged(audits.answered(), "accept")


@door("audit POST /answers/{answer_id}/send-back")
def send_answer_back() -> Knock:
    return _judged(audits.answered(), "send-back", reason="La cause manque")


@door("audit POST /answers/{answer_id}/evidence")
def bring_evidence() -> Knock:
    answer = audits.accepted()
    body = {"version": answer.version, "brought": "Dix fiches remplies"}
    return Knock(f"/answers/{answer.id}/evidence", body, by=WORLD.alice)


def _judged(answer: Answer, name: str, **facts: object) -> Knock:
    body = {"version": answer.version, **facts}
    return Knock(f"/answers/{answer.id}/{name}", body, by=WORLD.diane)


def body() -> Body:
    return audits.new_body(fresh_code())


def body_body(code: str) -> dict[str, Any]:
    return audits.body_in(code).model_dump(mode="json")
