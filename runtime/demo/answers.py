"""Answers to findings in every state; an outside body with its scale, its audit and its list."""

from datetime import date, timedelta
from uuid import UUID

from runtime.demo.acting import acting, today, until
from runtime.demo.group import BY_NAME, Someone, auditor_of, coordinator_of, id_of
from runtime.demo.texts import CERTIFIER_FINDINGS, CERTIFIER_SCALE, FINDINGS, WEAK_CAUSE
from services.audit import certifiers
from services.audit import commands as audit
from services.audit.answers import commands as answers
from services.audit.answers.models import Answer
from services.audit.answers.queries import rounds
from services.audit.answers.schemas import AcceptIn, AnswerIn, BodyIn, EvidenceIn, SendBackIn
from services.audit.models import Audit, Finding
from services.audit.schemas import AuditIn, Party, StepIn
from shared import import_rows
from shared.import_schemas import ImportState
from shared.tabular import to_xlsx

CLAIRE = BY_NAME["Claire Duval"]
CERTIFIED = "Saint-Nazaire"
LIST = "Liste des constats de surveillance.xlsx"
STATES = ("to_answer", "answered", "sent_back", "accepted", "proven")
"""How far young answers are: one after the other, so that every state is there to be seen."""

_turn = iter(range(10_000))


def answer(site: str, finding_id: UUID, index: int, owner: Someone, day: date) -> None:
    """An old one was accepted, at times at the second try; a young one is on its way."""
    young = day > today() - timedelta(days=75)
    state = STATES[next(_turn) % len(STATES)] if young else "proven"
    if state == "to_answer":
        return
    if state == "sent_back" or (not young and index % 2):
        _say(finding_id, index, owner, day + timedelta(days=7), WEAK_CAUSE)
        _send_back(site, finding_id, day + timedelta(days=9))
        if state == "sent_back":
            return
    _say(finding_id, index, owner, day + timedelta(days=12), FINDINGS[index][5])
    if state == "answered":
        return
    _accept(site, finding_id, day + timedelta(days=14))
    if state == "proven":
        _bring(finding_id, index, owner, day + timedelta(days=40 + 7 * index))


def _say(finding_id: UUID, index: int, owner: Someone, day: date, cause: str) -> None:
    with acting("audit:answer", owner, day) as uow:
        data = AnswerIn(
            version=uow.get(Finding, finding_id).version,
            correction="Écart corrigé le jour même et équipe informée",
            extent="Recherché sur les postes semblables du site : un cas de plus, corrigé",
            root_cause=cause,
            plan=FINDINGS[index][6],
            owner_id=owner.id,
            due_on=day + timedelta(days=45),
            proof="Photographies et enregistrements des trois prochains mois",
        )
        answers.answer(uow, finding_id, data)


def _last(finding_id: UUID, day: date) -> Answer:
    with acting("audit:read", CLAIRE, day) as uow:
        return rounds(uow, finding_id)[0]


def _send_back(site: str, finding_id: UUID, day: date) -> None:
    last = _last(finding_id, day)
    reason = "La cause décrit l'écart ; dites pourquoi le système l'a laissé se produire."
    with acting("audit:close", auditor_of(site), day) as uow:
        answers.send_back(uow, last.id, SendBackIn(version=last.version, reason=reason))


def _accept(site: str, finding_id: UUID, day: date) -> None:
    last = _last(finding_id, day)
    with acting("audit:close", auditor_of(site), day) as uow:
        answers.accept(uow, last.id, AcceptIn(version=last.version))


def _bring(finding_id: UUID, index: int, owner: Someone, day: date) -> None:
    last = _last(finding_id, min(day, today()))
    with acting("audit:answer", owner, min(day, today())) as uow:
        shown = EvidenceIn(version=last.version, brought=FINDINGS[index][6])
        answers.bring_evidence(uow, last.id, shown)


def hold_external_audit() -> None:
    """A surveillance audit by a certifier, whose list the site's coordinator has taken in."""
    audit_id, day = id_of("external audit"), today() - timedelta(days=12)
    planner = coordinator_of(CERTIFIED)
    with acting("audit:read", CLAIRE, today()) as uow:
        if uow.find(Audit, audit_id) is not None:
            return
    with acting("audit:configure", CLAIRE, day - timedelta(days=200)) as uow:
        body = answers.add_body(uow, BodyIn.model_validate(CERTIFIER_SCALE)).id
    data = AuditIn(
        id=audit_id,
        site_id=id_of(CERTIFIED),
        title=f"Audit de surveillance ISO 9001 - {CERTIFIED}",
        scope="Fabrication et expédition de pièces composites",
        criteria=["ISO 9001:2015"],
        planned_for=day,
        until=day + timedelta(days=1),
        lead_id=auditor_of(CERTIFIED).id,
        party=Party.THIRD,
        body_id=body,
    )
    with acting("audit:plan", planner, day - timedelta(days=90)) as uow:
        version = audit.plan_audit(uow, data).version
    with acting("audit:conduct", auditor_of(CERTIFIED), day) as uow:
        audit.start_audit(uow, audit_id, StepIn(version=version))
    _send_list(planner)


def _send_list(planner: Someone) -> None:
    content = to_xlsx(certifiers.TEMPLATE.listed("fr", CERTIFIER_FINDINGS))
    with acting("audit:plan", planner, today()) as uow:
        id = import_rows.send(uow, "certifier-findings", LIST, content).id
    until("the look at the list", lambda: _state(planner, id) is ImportState.LOOKED_THROUGH)
    with acting("audit:enter", planner, today()) as uow:
        import_rows.ask_to_carry_out(uow, id)
    until("the certifier's findings", lambda: _state(planner, id) is ImportState.CARRIED_OUT)


def _state(planner: Someone, id: UUID) -> ImportState:
    with acting("audit:enter", planner, today()) as uow:
        return import_rows.own_import(uow, id).state
