"""Something of each kind in each state of its life, at Lyon, made by the services' own commands."""

from collections.abc import Callable
from typing import Final

from services.actions import commands as acting
from services.actions.models import Action, Delay
from services.actions.schemas import CancelIn as ActionCancelIn
from services.actions.schemas import MoveIn
from services.actions.sharing import commands as sharing
from services.actions.sharing.models import Question
from services.actions.sharing.schemas import AnswerIn
from services.audit import commands as auditing
from services.audit.answers import commands as answering
from services.audit.answers.models import Answer, Body
from services.audit.auditors import files
from services.audit.auditors.models import Competence
from services.audit.auditors.schemas import RevokeIn
from services.audit.models import Audit, Finding
from services.audit.programme.certificate_schemas import CertificateStatus
from services.audit.schemas import CancelIn, Grade, StepIn
from services.indicators.alerting import commands as alerting
from services.indicators.alerting.models import Alert
from services.indicators.alerting.schemas import AcknowledgeIn, CloseAlertIn
from services.policy import commands as governing
from services.policy.models import Policy, ReviewRequest
from services.policy.schemas import Decision, DecisionIn
from services.risk.models import Method
from shared.auth import SYSTEM
from shared.catalogue import supersede
from shared.db import Entity
from shared.work import unit_of_work
from tests.access import (
    doors,
    doors_answers,
    doors_auditors,
    doors_indicators,
    doors_library,
    doors_programme,
)
from tests.actions import factories as actions
from tests.actions.asking import asked_lyon
from tests.audit import factories as audits
from tests.audit import reports
from tests.policy import factories as policies
from tests.risk.test_commands import method_in
from tests.world import WORLD

Thing = Callable[[], Entity]


def reporting() -> Audit:
    audit = audits.started_audit()
    with unit_of_work("audit", WORLD.diane, permission="audit:conduct") as uow:
        return auditing.end_fieldwork(uow, audit.id, StepIn(version=audit.version))


def reported() -> Audit:
    audit = reporting()
    reports.issued(reports.written(audit))
    return audit


def closed_audit() -> Audit:
    audit = reported()
    with unit_of_work("audit", WORLD.alice, permission="audit:close") as uow:
        return auditing.close_audit(uow, audit.id, StepIn(version=audit.version))


def cancelled_audit() -> Audit:
    audit = audits.planned_audit()
    with unit_of_work("audit", WORLD.alice, permission="audit:plan") as uow:
        reason = CancelIn(version=audit.version, reason="Site à l'arrêt")
        return auditing.cancel_audit(uow, audit.id, reason)


def revoked_competence() -> Competence:
    held = doors_auditors.held()
    with unit_of_work("audit", WORLD.alice, permission="audit:plan") as uow:
        reason = RevokeIn(version=held.version, reason="Formation non suivie")
        return files.revoke_competence(uow, held.id, reason)


def closed_finding() -> Entity:
    finding = audits.raised_finding(Grade.OBSERVATION)
    with unit_of_work("audit", WORLD.alice, permission="audit:close") as uow:
        return auditing.close_finding(uow, finding.id, StepIn(version=finding.version))


def finding_of(answer: Answer) -> Finding:
    with unit_of_work("audit", SYSTEM) as uow:
        return uow.get(Finding, answer.finding_id)


def superseded_body() -> Body:
    old = doors_answers.body()
    with unit_of_work("audit", WORLD.greta, permission="audit:configure") as uow:
        answering.supersede_body(uow, old.id, audits.body_in(old.code))
    return old


def move_asked() -> Action:
    action = actions.started_action()
    with unit_of_work("actions", WORLD.paul, permission="actions:progress") as uow:
        wish = MoveIn.model_validate(doors.move_of(action) | {"version": action.version})
        return acting.ask_to_move(uow, action.id, wish)


def cancelled_action() -> Action:
    action = actions.open_action()
    with unit_of_work("actions", WORLD.alice, permission="actions:progress") as uow:
        reason = ActionCancelIn(version=action.version, reason="Devenue sans objet")
        return acting.cancel_action(uow, action.id, reason)


def answered() -> Question:
    question = asked_lyon()
    no = {"answer": "not_concerned", "statement": "Aucune presse de ce type ici"}
    said = AnswerIn.model_validate(no | {"version": question.version})
    with unit_of_work("actions", WORLD.alice, permission="actions:progress") as uow:
        return sharing.answer_question(uow, question.id, said)


def acknowledged() -> Alert:
    alert = doors.alert_at_lyon()
    with unit_of_work("indicators", WORLD.alice, permission="indicators:measure") as uow:
        return alerting.acknowledge(uow, alert.id, AcknowledgeIn(version=alert.version))


def closed_alert() -> Alert:
    alert = acknowledged()
    with unit_of_work("indicators", WORLD.alice, permission="indicators:measure") as uow:
        reason = CloseAlertIn(version=alert.version, reason="Suivi en revue de site")
        return alerting.close_alert(uow, alert.id, reason)


def superseded_policy() -> Policy:
    first = policies.published()
    policies.published(policies.new_edition(first))
    return first


def decided() -> ReviewRequest:
    request = policies.requested()
    decision = DecisionIn(
        version=request.version, decision=Decision.MAINTAIN, reason="Un fait isolé"
    )
    with unit_of_work("policy", WORLD.greta, permission="policy:decide") as uow:
        return governing.decide_review(uow, request.id, decision)


def superseded_delay() -> Delay:
    old, body = doors.delay(), doors.delay_body()
    with unit_of_work("actions", SYSTEM) as uow:
        supersede(uow, uow.get(Delay, old.id), {n: v for n, v in body.items() if n != "code"})
    return old


def superseded_method() -> Method:
    old = doors.method()
    with unit_of_work("risk", SYSTEM) as uow:
        values = method_in([1, 10], code=old.code).model_dump(exclude={"code"})
        supersede(uow, uow.get(Method, old.id), values)
    return old


THINGS: Final[dict[str, dict[str, Thing]]] = {
    "audit": {
        "planned": audits.prepared_audit,
        "under_way": audits.started_audit,
        "reporting": reported,
        "closed": closed_audit,
        "cancelled": cancelled_audit,
    },
    "unreported": {
        "planned": audits.planned_audit,
        "under_way": audits.started_audit,
        "reporting": reporting,
        "closed": closed_audit,
        "cancelled": cancelled_audit,
    },
    "competence": {"in_force": doors_auditors.held, "revoked": revoked_competence},
    "programme": {
        "draft": doors_programme.draft,
        "approved": doors_programme.approved,
        "closed": doors_programme.closed,
    },
    "entry": {
        "draft": doors_programme.drafted_entry,
        "programmed": doors_programme.programmed,
        "planned": doors_programme.planned,
        "held": doors_programme.held,
        "postponed": doors_programme.postponed,
        "dropped": doors_programme.dropped,
    },
    "certificate": {
        "in_progress": doors_programme.in_progress,
        "valid": doors_programme.valid,
        "suspended": doors_programme.set_to(CertificateStatus.SUSPENDED),
        "in_transition": doors_programme.set_to(CertificateStatus.IN_TRANSITION),
        "withdrawn": doors_programme.set_to(CertificateStatus.WITHDRAWN),
        "expired": doors_programme.expired,
    },
    "report": {
        "draft": reports.prepared,
        "issued": reports.issued,
        "superseded": reports.superseded,
    },
    "finding": {
        "open": lambda: audits.raised_finding(Grade.OBSERVATION),
        "closed": closed_finding,
    },
    "asked": {
        "to_answer": audits.raised_finding,
        "answered": lambda: finding_of(audits.answered()),
        "sent_back": lambda: finding_of(audits.sent_back()),
        "accepted": lambda: finding_of(audits.accepted()),
        "proven": lambda: finding_of(audits.proven()),
        "settled": closed_finding,
    },
    "answer": {
        "answered": audits.answered,
        "sent_back": audits.sent_back,
        "accepted": audits.accepted,
        "proven": audits.proven,
    },
    "body": {"in_force": doors_answers.body, "superseded": superseded_body},
    "action": {
        "open": actions.open_action,
        "planned": actions.planned_action,
        "in_progress": actions.started_action,
        "move_asked": move_asked,
        "done": actions.done_action,
        "effective": lambda: actions.verified_action(effective=True),
        "done_correction": actions.done_correction,
        "closed": actions.closed_correction,
        "cancelled": cancelled_action,
    },
    "question": {"waiting": asked_lyon, "answered": answered},
    "alert": {
        "raised": doors.alert_at_lyon,
        "acknowledged": acknowledged,
        "closed": closed_alert,
    },
    "policy": {
        "draft": policies.draft,
        "in_review": policies.submitted,
        "approved": policies.approved,
        "published": policies.published,
        "superseded": superseded_policy,
    },
    "review": {"pending": policies.requested, "decided": decided},
    "definition": {
        "in_force": doors_indicators.discussed,
        "validated": doors_indicators.validated,
        "superseded": doors_indicators.superseded,
    },
    "instance": {"measured": doors_indicators.instance, "ended": doors_indicators.ended},
    "delay": {"in_force": doors.delay, "superseded": superseded_delay},
    "method": {"in_force": doors.method, "superseded": superseded_method},
    "reference": {
        "draft": doors_library.draft,
        "issued": doors_library.issued,
        "superseded": doors_library.superseded,
    },
    "requirement": {
        "draft": doors_library.drafted_requirement,
        "issued": doors_library.issued_requirement,
        "superseded": doors_library.superseded_requirement,
    },
}
