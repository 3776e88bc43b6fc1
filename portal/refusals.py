"""Why something was refused, in the language of the person who asked."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from portal.api import Refused
from portal.formats import day
from portal.forms import MESSAGES, WRONG
from portal.i18n import ENGLISH, FRENCH, catalogue, refusals, typeset
from portal.words import WORDS
from services.actions.schemas import ActionStatus
from services.audit.programme.certificate_schemas import CertificateStatus
from services.audit.programme.schemas import EntryStatus, ProgrammeStatus
from services.audit.reporting.schemas import ReportStatus
from services.audit.schemas import AnswerState, AuditStatus
from services.indicators.alerting.schemas import AlertStatus
from services.policy.schemas import PolicyStatus
from shared.bulk_schemas import Refusal

STATES: Final[Mapping[str, type[StrEnum]]] = {
    "audit": AuditStatus,
    "action": ActionStatus,
    "alert": AlertStatus,
    "policy": PolicyStatus,
    "programme": ProgrammeStatus,
    "entry": EntryStatus,
    "certificate": CertificateStatus,
    "report": ReportStatus,
}
INVALID_CELL: Final = "cell_invalid"
FRENCH_FACTS: Final = {
    "Audit": "audit",
    "Finding": "constat",
    "Action": "action",
    "Alert": "alerte",
    "Answer": "réponse",
    "Body": "organisme",
    "Definition": "indicateur",
    "Evidence": "pièce jointe",
    "preview": "aperçu",
    "Measurement": "mesure",
    "Node": "lieu",
    "Notification": "message",
    "Person": "personne",
    "Policy": "politique",
    "ReviewRequest": "demande de réexamen",
    "Report": "rapport",
    "Risk": "risque",
    "requirement": "une exigence",
    "correction": "une correction",
    "root_cause": "une cause racine",
    "plan": "une action prévue",
    "owner_id": "un pilote",
    "due_on": "une échéance",
    "evidence": "une preuve",
    "objectives": "ses objectifs",
    "method_reason": "le motif de sa méthode",
    "audit_plan": "un plan",
    "Slot": "créneau",
    "Question": "question",
    "Photograph": "photographie",
    "ChecklistTemplate": "modèle de questionnaire",
    "Met": "personne rencontrée",
    "summary": "le résumé",
    "conformity": "la conclusion sur la conformité",
    "effectiveness": "la conclusion sur l'efficacité",
    "readers": "la liste de diffusion",
    "high": "vers le haut",
    "low": "vers le bas",
}


def sentence(refused: Refused | Refusal, language: str) -> str:
    """English is the service's own sentence; French fills the same facts into ours."""
    if refused.type == INVALID_CELL:
        wrong = MESSAGES.get(refused.facts["rule"], WRONG)
        return typeset(catalogue(language).gettext(wrong) % refused.facts)
    template = refusals().get(refused.type)
    if language == ENGLISH or template is None:
        return refused.detail
    facts = {name: worded(refused.type, name, fact) for name, fact in refused.facts.items()}
    try:
        return typeset(template.format(**facts))
    except KeyError:  # an older or newer service gave other facts: its own sentence is complete
        return refused.detail


def worded(type: str, name: str, fact: Any) -> str:  # noqa: ANN401  a fact of any kind
    """A fact as French says it: states by their word, dates in our order, the rest as it is."""
    text = str(fact)
    if name == "status":
        states = WORDS[STATES.get(type.partition("_")[0], AuditStatus)]
        return states[text].text.lower() if text in states else text
    if name == "state" and text in WORDS[AnswerState]:
        return WORDS[AnswerState][text].text.lower()
    if name == "missing":
        return " et ".join(FRENCH_FACTS.get(part, part) for part in text.split(", "))
    return _date(text) or FRENCH_FACTS.get(text, text)


def _date(text: str) -> str | None:
    try:
        return day(date.fromisoformat(text), FRENCH)
    except ValueError:
        pass
    try:
        return day(datetime.fromisoformat(text), FRENCH)
    except ValueError:
        return None
