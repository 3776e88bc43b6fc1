"""How the timeline tells each kind of event."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from portal.i18n import N_
from portal.words import WORDS, Word
from services.actions.schemas import Answer, Priority
from services.audit.schemas import Grade, SlotKind
from services.indicators.definition_schemas import DefinitionOut
from services.indicators.schemas import Status
from services.notifications.schemas import Kind
from services.policy.schemas import Decision
from shared.schemas import Step


@dataclass(frozen=True)
class PersonRef:
    """A person to be named when the sentence is said."""

    id: UUID | None


@dataclass(frozen=True)
class Figure:
    """An indicator's value, to be said with its unit."""

    value: Decimal | None
    unit: str


@dataclass(frozen=True)
class IndicatorRef:
    """An indicator, to be called by its name in the reader's language."""

    code: str
    definition: DefinitionOut | None


@dataclass(frozen=True)
class Telling:
    """An event as a sentence with gaps, the facts for them, and the page it is about."""

    sentence: str
    icon: str
    tone: str = "grey"
    facts: Mapping[str, object] = field(default_factory=dict)
    path: str = ""


TELLINGS: Final[Mapping[str, Telling]] = {
    "audit.audit_planned": Telling(N_("Audit planifié pour le %(planned_for)s"), "calendar"),
    "audit.programme_approved": Telling(
        N_("Programme d'audits approuvé : %(entries)s lignes"), "circle-check", "green"
    ),
    "audit.entry_postponed": Telling(N_("Audit du programme reporté"), "clock", "orange"),
    "audit.entry_dropped": Telling(N_("Audit du programme abandonné"), "circle-x", "red"),
    "audit.certification_due": Telling(
        N_("Audit de certification à tenir au plus tard le %(latest_on)s"), "shield-check", "orange"
    ),
    "audit.certificate_expired": Telling(N_("Certificat expiré"), "clock", "red"),
    "audit.audit_started": Telling(N_("Audit commencé"), "circle-dot", "blue"),
    "audit.competence_ending": Telling(
        N_("Habilitation %(code)s : elle finit le %(ends_on)s"), "clock", "orange"
    ),
    "audit.plan_sent": Telling(N_("Plan d'audit envoyé : version %(number)s"), "send", "blue"),
    "audit.people_invited": Telling(
        N_("Invitation : %(slot)s, le %(day)s de %(starts)s à %(ends)s"), "calendar", "blue"
    ),
    "audit.invitation_withdrawn": Telling(
        N_("Invitation annulée : %(slot)s, le %(day)s de %(starts)s à %(ends)s"), "calendar"
    ),
    "audit.finding_raised": Telling(
        N_("Constat : %(grade)s, processus %(process)s"), "clipboard-check", "red"
    ),
    "audit.finding_closed": Telling(N_("Constat clos"), "circle-check", "green"),
    "audit.finding_withdrawn": Telling(N_("Constat retiré : il venait d'une erreur"), "x"),
    "audit.finding_reopened": Telling(N_("Constat rouvert"), "refresh", "orange"),
    "audit.finding_answered": Telling(N_("Réponse donnée, n° %(round)s"), "message", "blue"),
    "audit.answer_accepted": Telling(N_("Réponse acceptée, n° %(round)s"), "check", "green"),
    "audit.answer_sent_back": Telling(N_("Réponse renvoyée, n° %(round)s"), "refresh", "orange"),
    "audit.evidence_brought": Telling(N_("Preuves apportées"), "paperclip", "blue"),
    "audit.finding_due_soon": Telling(N_("Échéance le %(due_on)s"), "clock", "orange"),
    "audit.finding_overdue": Telling(N_("Échéance du %(due_on)s dépassée"), "clock", "red"),
    "audit.report_issued": Telling(
        N_("Rapport %(reference)s émis, édition %(edition)s"), "writing-sign", "green"
    ),
    "actions.action_opened": Telling(
        N_("Action %(number)s ouverte : %(priority)s, échéance le %(due_on)s"), "list-check", "blue"
    ),
    "actions.action_assigned": Telling(
        N_("Action %(number)s confiée à %(owner_id)s"), "user-check", "blue"
    ),
    "actions.actions_handed_over": Telling(
        N_("Actions confiées à %(owner_id)s : %(count)s"), "user-check", "blue"
    ),
    "actions.action_withdrawn": Telling(N_("Action retirée : elle venait d'une erreur"), "x"),
    "actions.action_started": Telling(N_("Action commencée"), "hourglass", "blue"),
    "actions.action_moved": Telling(N_("Échéance reportée au %(due_on)s"), "calendar", "orange"),
    "actions.action_done": Telling(N_("Action %(number)s réalisée"), "check", "blue"),
    "actions.action_verified": Telling(N_("Action vérifiée : %(effective)s"), "checks", "green"),
    "actions.action_closed": Telling(N_("Action close"), "circle-check", "green"),
    "actions.action_due_soon": Telling(
        N_("Action %(number)s bientôt à échéance, le %(due_on)s"), "hourglass", "orange"
    ),
    "actions.effect_check_due": Telling(
        N_("Efficacité de l'action %(number)s à vérifier"), "checks", "orange"
    ),
    "actions.sites_asked": Telling(N_("Autres sites interrogés"), "sitemap", "blue"),
    "actions.question_asked": Telling(N_("Question posée au site"), "sitemap", "blue"),
    "actions.question_answered": Telling(N_("Réponse du site : %(answer)s"), "sitemap", "green"),
    "actions.question_overdue": Telling(N_("Question restée sans réponse"), "clock", "red"),
    "indicators.consultation_asked": Telling(N_("Avis demandé sur %(code)s"), "users", "blue"),
    "indicators.instance_changed": Telling(N_("Sites qui mesurent %(code)s : changés"), "sitemap"),
    "indicators.indicator_defined": Telling(N_("Indicateur en vigueur : %(code)s"), "chart-line"),
    "actions.action_cancelled": Telling(N_("Action annulée"), "circle-x"),
    "actions.action_overdue": Telling(N_("Action %(number)s en retard"), "clock", "red"),
    "indicators.measured": Telling(N_("%(code)s : %(value)s (%(status)s)"), "chart-line", "blue"),
    "indicators.measurement_reported": Telling(N_("Mesure déclarée"), "edit"),
    "indicators.measurement_withdrawn": Telling(
        N_("Mesure retirée : elle venait d'une erreur"), "x"
    ),
    "indicators.alert_raised": Telling(
        N_("Alerte : %(code)s à %(value)s, limite %(bound)s"), "alert-triangle", "red"
    ),
    "indicators.series_changed": Telling(N_("Série de %(code)s à relire"), "chart-line"),
    "indicators.alert_escalated": Telling(
        N_("Alerte restée sans suite : %(code)s"), "alert-triangle", "red"
    ),
    "indicators.alert_closed": Telling(N_("Alerte close : %(code)s"), "circle-check", "green"),
    "policy.policy_published": Telling(
        N_("Politique en vigueur : édition %(edition)s"), "file-text", "green"
    ),
    "policy.policy_review_requested": Telling(
        N_("Réexamen de la politique demandé : %(indicator_code)s"), "gavel", "orange"
    ),
    "policy.policy_review_decided": Telling(N_("Réexamen décidé : %(decision)s"), "gavel", "green"),
    "notifications.notified": Telling(N_("Message à %(person_id)s : %(kind)s"), "bell", "blue"),
    "compliance.reference_issued": Telling(
        N_("Référentiel en vigueur : %(code)s, édition %(edition)s"), "book-2", "green"
    ),
    "compliance.reference_superseded": Telling(
        N_("Référentiel remplacé : %(code)s, édition %(edition)s"), "history"
    ),
    "processes.process_changed": Telling(N_("Processus inscrit : %(code)s"), "git-branch"),
    "processes.process_withdrawn": Telling(N_("Processus retiré : il venait d'une erreur"), "x"),
    "risk.risk_assessed": Telling(N_("Risque coté au niveau %(level)s"), "scale"),
    "risk.risk_withdrawn": Telling(N_("Risque retiré : il venait d'une erreur"), "x"),
    "risk.risk_escalated": Telling(N_("Risque remonté : %(title)s"), "alert-triangle", "red"),
}
PAGES: Final[Mapping[str, tuple[str, str]]] = {
    "audit.audit": ("/audits", "audit_id"),
    "audit.competence": ("/auditors", "auditor_id"),
    "audit.programme": ("/programmes", "programme_id"),
    "audit.entry": ("/entries", "entry_id"),
    "audit.certif": ("/certificates", "certificate_id"),
    "audit.finding": ("/findings", "finding_id"),
    "audit.answer": ("/findings", "finding_id"),
    "audit.evidence": ("/findings", "finding_id"),
    "audit.report": ("/reports", "report_id"),
    "actions.action": ("/actions", "action_id"),
    "actions.effect": ("/actions", "action_id"),
    "actions.sites": ("/actions", "action_id"),
    "actions.question": ("/read-across", "question_id"),
    "indicators.indicator": ("/indicators", "definition_id"),
    "indicators.alert": ("/alerts", "alert_id"),
    "indicators.measured": ("/indicators", "definition_id"),
    "policy.policy_review": ("/review-requests", "request_id"),
    "risk.risk": ("/risks", "risk_id"),
    "compliance.reference": ("/references", "reference_id"),
    "processes.process_changed": ("/processes", "process_id"),
}
EFFECTIVE: Final = {
    True: Word(N_("efficace"), "checks", "green"),
    False: Word(N_("inefficace"), "circle-x", "red"),
}
CODED: Final = {
    "grade": WORDS[Grade],
    "priority": WORDS[Priority],
    "status": WORDS[Status],
    "decision": WORDS[Decision],
    "kind": WORDS[Kind],
    "answer": WORDS[Answer],
    "slot": WORDS[SlotKind],
}
DAYS: Final = ("planned_for", "due_on", "day", "latest_on")
HOURS: Final = ("starts", "ends")
PEOPLE: Final = ("owner_id", "person_id")
FIGURES: Final = ("value", "bound")
CODES: Final = ("code", "indicator_code")


def told(step: Step, definitions: Mapping[UUID, DefinitionOut]) -> Telling:
    """A topic without a sentence of its own is shown as it is called."""
    known = TELLINGS.get(step.topic)
    if known is None:
        return Telling(step.topic.replace("%", "%%"), "point")
    facts = _facts(step.payload, definitions)
    tone = "red" if step.payload.get("effective") is False else known.tone
    return Telling(known.sentence, known.icon, tone, facts, _path(step))


def _facts(
    payload: Mapping[str, Any], definitions: Mapping[UUID, DefinitionOut]
) -> dict[str, object]:
    named = {d.code: d for d in definitions.values()}
    about = named.get(str(payload.get("code") or payload.get("indicator_code")))
    unit = about.unit if about else ""
    return {name: _fact(name, value, about, unit) for name, value in payload.items()}


def _fact(name: str, value: Any, about: DefinitionOut | None, unit: str) -> object:  # noqa: ANN401  JSON
    if name in CODED:
        return CODED[name].get(str(value), str(value))
    if name in FIGURES:
        return Figure(None if value is None else Decimal(str(value)), unit)
    return _reference(name, value, about)


def _reference(name: str, value: Any, about: DefinitionOut | None) -> object:  # noqa: ANN401
    if name in HOURS:
        return str(value)[:5]
    if name in DAYS:
        return date.fromisoformat(value)
    if name in PEOPLE:
        return PersonRef(UUID(value) if value else None)
    if name in CODES:
        return IndicatorRef(str(value), about)
    return EFFECTIVE[value] if name == "effective" else value


def _path(step: Step) -> str:
    for prefix, (page, name) in PAGES.items():
        if step.topic.startswith(prefix) and step.payload.get(name):
            return f"{page}/{step.payload[name]}"
    return ""
