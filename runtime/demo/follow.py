"""What follows from a nonconformity: its action, its closing, the alerts and the reviews."""

from datetime import date, timedelta
from uuid import UUID

from runtime.demo.acting import acting, today, until, until_quiet
from runtime.demo.answers import answer
from runtime.demo.group import BY_NAME, Someone, auditor_of, coordinator_of
from runtime.demo.texts import FINDINGS
from services.actions import commands as actions
from services.actions.models import Action
from services.actions.schemas import DoneIn, PlanIn, StartIn, Verdict, VerifyIn
from services.audit import commands as audit
from services.audit.models import Finding
from services.audit.queries import actions_on
from services.audit.schemas import StepIn
from services.indicators.alerting import commands as alerting
from services.indicators.alerting.models import Alert
from services.indicators.alerting.schemas import AcknowledgeIn, CloseAlertIn
from services.policy import commands as policy
from services.policy.models import ReviewRequest
from services.policy.schemas import Decision, DecisionIn, RequestStatus
from shared.auth import SYSTEM
from shared.work import unit_of_work

CLAIRE = BY_NAME["Claire Duval"]
LEFT_OPEN_DAYS = 75
LEFT_PENDING = 1
BEHIND, FORGOTTEN = ("Figeac", "Lacq", "Moirans"), 4
"""Where the maintenance of retentions was begun and never finished: actions that are late."""

CAUGHT_UP = "Valeur revenue dans les limites une fois l'historique du site saisi."
UNDER_CONTROL = "Plan d'action en cours sur le site, suivi en revue mensuelle."


def deal_with(site: str, finding_id: UUID, index: int, day: date) -> bool:
    """Take a nonconformity's action as far as its age allows. True: the finding is closed."""
    action = until("the action", lambda: _action_on(finding_id))
    cause, measure = FINDINGS[index][5:7]
    owner = _owner_of(action, site)
    plan = PlanIn(
        root_cause=cause,
        effectiveness_criterion="Aucune récidive constatée lors de trois visites",
        effectiveness_check_on=day + timedelta(days=100),
        no_indicator_because="Écart d'un seul poste, jugé sur place lors des visites",
        version=action.version,
    )
    with acting("actions:progress", owner, day + timedelta(days=6)) as uow:
        action = actions.plan_action(uow, action.id, plan)
    with acting("actions:progress", owner, day + timedelta(days=9)) as uow:
        action = actions.start_action(uow, action.id, StartIn(version=action.version))
    answer(site, finding_id, index, owner, day)
    if day > today() - timedelta(days=LEFT_OPEN_DAYS):
        return False
    if site in BEHIND and index == FORGOTTEN:
        return False
    with acting("actions:progress", owner, day + timedelta(days=40 + 7 * index)) as uow:
        done = DoneIn(evidence=measure, version=action.version)
        action = actions.declare_done(uow, action.id, done)
    return _verify_and_close(site, finding_id, action, day + timedelta(days=110))


def _verify_and_close(site: str, finding_id: UUID, action: Action, day: date) -> bool:
    if day > today():
        return False
    verdict = VerifyIn(
        result=Verdict.EFFECTIVE,
        statement="Trois visites sans récidive, opérateurs interrogés",
        version=action.version,
    )
    with acting("actions:verify", auditor_of(site), day) as uow:
        actions.verify_action(uow, action.id, verdict)
    until("the verdict", lambda: _is_effective(finding_id))
    with acting("audit:close", auditor_of(site), day + timedelta(days=2)) as uow:
        version = uow.get(Finding, finding_id).version
        audit.close_finding(uow, finding_id, StepIn(version=version))
    return True


def settle_reviews(decider: Someone) -> None:
    """Answer the alerts of the year and decide their reviews; the newest is left to be decided."""
    until_quiet()
    for request in _requests()[LEFT_PENDING:]:
        decision = DecisionIn(
            decision=Decision.MAINTAIN,
            reason="Cause traitée sur le site et suivie ; la politique reste adaptée.",
            version=request.version,
        )
        with acting("policy:decide", decider, today()) as uow:
            policy.decide_review(uow, request.id, decision)
        _answer_alert(request.alert_id, decider)


def _answer_alert(alert_id: UUID, someone: Someone) -> None:
    with acting("indicators:measure", someone, today()) as uow:
        seen = AcknowledgeIn(version=uow.get(Alert, alert_id).version)
        version = alerting.acknowledge(uow, alert_id, seen).version
        back = uow.get(Alert, alert_id).back_at is not None
        reason = CAUGHT_UP if back else UNDER_CONTROL
        alerting.close_alert(uow, alert_id, CloseAlertIn(reason=reason, version=version))


def _requests() -> list[ReviewRequest]:
    with unit_of_work("policy", SYSTEM) as uow:
        pending = uow.select(ReviewRequest).where(ReviewRequest.status == RequestStatus.PENDING)
        return list(uow.session.scalars(pending.order_by(ReviewRequest.requested_at.desc())))


def _action_on(finding_id: UUID) -> Action | None:
    with unit_of_work("actions", SYSTEM) as uow:
        return uow.session.scalar(uow.select(Action).where(Action.finding_id == finding_id))


def _is_effective(finding_id: UUID) -> bool:
    with unit_of_work("audit", SYSTEM) as uow:
        known = actions_on(uow, finding_id)
        return bool(known) and all(action.effective for action in known)


def _owner_of(action: Action, site: str) -> Someone:
    owned = (someone for someone in BY_NAME.values() if someone.id == action.owner_id)
    return next(owned, coordinator_of(site))
