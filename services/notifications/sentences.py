"""What a person is told, as one sentence in their language.

It is made from codes, dates and the place's name. What an auditor wrote never leaves the platform
by e-mail.
"""

from datetime import date
from typing import Any, Final

from babel.dates import format_date

from services.notifications.schemas import Kind

FRENCH = "fr"

SENTENCES: Final[dict[str, dict[str, str]]] = {
    "fr": {
        "finding_raised": "{grade} à {site} (processus {process})",
        "finding_answered": "{grade} à {site} : la réponse est à examiner",
        "answer_accepted": "{grade} à {site} : votre réponse est acceptée",
        "answer_sent_back": "{grade} à {site} : votre réponse vous est renvoyée",
        "evidence_brought": "{grade} à {site} : des preuves sont à examiner",
        "answer_due_soon": "{grade} à {site} : réponse attendue le {due_on}",
        "closing_due_soon": "{grade} à {site} : à solder le {due_on} au plus tard",
        "answer_overdue": "{grade} à {site} : réponse en retard, attendue le {due_on}",
        "closing_overdue": "{grade} à {site} : à solder, échéance du {due_on} dépassée",
        "action_opened": "L'action {number} à {site} vous est confiée, échéance le {due_on}",
        "action_without_owner": "L'action {number} à {site} n'a pas de responsable, désignez-en un",
        "action_assigned": "L'action {number} à {site} est désormais à vous, échéance le {due_on}",
        "actions_handed_over": "Des actions à {site} vous sont confiées : {count}",
        "action_done": "L'action {number} à {site} est réalisée, son efficacité est à vérifier",
        "action_due_soon": "L'action {number} à {site} arrive à échéance le {due_on}",
        "action_overdue": "L'action {number} à {site} est en retard, échéance le {due_on}",
        "effect_check_due": "Efficacité à vérifier à {site} : {number}, prévue le {check_on}",
        "question_asked": "Un autre site demande si {site} est concerné, réponse d'ici le {due_on}",
        "question_overdue": "{site} n'a pas répondu à un autre site, réponse due le {due_on}",
        "certification_due": "{stage} à {site} : à tenir au plus tard le {latest_on}",
        "certificate_expired": "Un certificat de {site} a expiré, dernier jour le {expired_on}",
        "audit_planned": "Un risque demande un audit inopiné à {site}, prévu le {planned_for}",
        "competence_ending": "Une habilitation {code} tenue à {site} prend fin le {ends_on}",
        "audit_invitation": "Audit à {site}, {slot} : le {day} de {starts} à {ends}",
        "audit_invitation_withdrawn": "Audit à {site}, {slot} du {day} : vous n'êtes plus attendu",
        "report_issued": (
            "Rapport d'audit {reference}, édition {edition}, à {site} : il vous est destiné"
            " (SHA-256 {sha256_fr})"
        ),
        "alert_raised": "Alerte à {site} : {indicator_fr}, {rule}",
        "alerts_raised": "{indicator_fr} : {count} alertes le {day}, dont la dernière à {site}",
        "alert_escalated": "Alerte non prise en charge à {site} : {indicator_fr}, {rule}",
        "consultation_asked": "Votre avis est demandé sur l'indicateur {indicator_fr}",
        "review_requested": "Politique à réexaminer : {indicator_fr}, hors limites à {site}",
        "job_done": "Terminé : {job}",
        "job_failed": "Sans résultat : {job}",
    },
    "en": {
        "finding_raised": "{grade} at {site} (process {process})",
        "finding_answered": "{grade} at {site}: the answer is to be reviewed",
        "answer_accepted": "{grade} at {site}: your answer is accepted",
        "answer_sent_back": "{grade} at {site}: your answer is sent back",
        "evidence_brought": "{grade} at {site}: evidence is to be reviewed",
        "answer_due_soon": "{grade} at {site}: an answer is due on {due_on}",
        "closing_due_soon": "{grade} at {site}: to be settled by {due_on}",
        "answer_overdue": "{grade} at {site}: the answer is late, due on {due_on}",
        "closing_overdue": "{grade} at {site}: not settled, it was due on {due_on}",
        "action_opened": "Action {number} at {site} is yours, to be done by {due_on}",
        "action_without_owner": "Action {number} at {site} has no owner, name one",
        "action_assigned": "Action {number} at {site} is now yours, due on {due_on}",
        "actions_handed_over": "Actions at {site} that are now yours: {count}",
        "action_done": "Action {number} at {site} is done, its effect is to be verified",
        "action_due_soon": "Action {number} at {site} is due on {due_on}",
        "action_overdue": "Action {number} at {site} is late, it was due on {due_on}",
        "effect_check_due": "Effect to be verified at {site}: {number}, planned for {check_on}",
        "question_asked": "Another site asks whether {site} is concerned, answer by {due_on}",
        "question_overdue": "{site} has not answered another site, it was due by {due_on}",
        "certification_due": "{stage} at {site}: to be held by {latest_on}",
        "certificate_expired": "A certificate of {site} has expired, its last day was {expired_on}",
        "audit_planned": "A risk asks for an unscheduled audit at {site}, planned on {planned_for}",
        "competence_ending": "A competence for {code} kept at {site} ends on {ends_on}",
        "audit_invitation": "Audit at {site}, {slot}: on {day} from {starts} to {ends}",
        "audit_invitation_withdrawn": "Audit at {site}, {slot} on {day}: you are no longer needed",
        "report_issued": (
            "Audit report {reference}, edition {edition}, at {site}: it is meant for you"
            " (SHA-256 {sha256_en})"
        ),
        "alert_raised": "Alert at {site}: {indicator_en}, {rule}",
        "alerts_raised": "{indicator_en}: {count} alerts on {day}, the last one at {site}",
        "alert_escalated": "Alert that nobody took up at {site}: {indicator_en}, {rule}",
        "consultation_asked": "Your opinion is asked on the indicator {indicator_en}",
        "review_requested": "Policy to be reviewed: {indicator_en}, out of bounds at {site}",
        "job_done": "Done: {job}",
        "job_failed": "Without result: {job}",
    },
}
JOBS: Final[dict[str, dict[str, str]]] = {
    "fr": {
        "export": "l'export d'une liste, voyez la page Travaux",
        "prepare_report": "la mise en page d'un rapport, voyez la page de l'audit",
        "copy_report": "une copie de travail, voyez la page Travaux",
        "look_through": "la vérification d'un classeur, voyez la page Importer",
        "carry_out": "l'import d'un classeur, voyez la page Importer",
        "undo": "l'annulation d'un import, voyez la page Importer",
    },
    "en": {
        "export": "the export of a list, see the page Jobs",
        "prepare_report": "the setting of a report, see the audit's page",
        "copy_report": "a working copy, see the page Jobs",
        "look_through": "the check of a workbook, see the page Import",
        "carry_out": "the import of a workbook, see the page Import",
        "undo": "the undoing of an import, see the page Import",
    },
}
STAGES: Final[dict[str, dict[str, str]]] = {
    "fr": {
        "stage_1": "Certification, étape 1",
        "stage_2": "Certification, étape 2",
        "surveillance_1": "Audit de surveillance 1",
        "surveillance_2": "Audit de surveillance 2",
        "renewal": "Audit de renouvellement",
    },
    "en": {
        "stage_1": "Certification, stage 1",
        "stage_2": "Certification, stage 2",
        "surveillance_1": "Surveillance audit 1",
        "surveillance_2": "Surveillance audit 2",
        "renewal": "Renewal audit",
    },
}
GRADES: Final[dict[str, dict[str, str]]] = {
    "fr": {
        "NC_MAJ": "Non-conformité majeure",
        "NC_MIN": "Non-conformité mineure",
        "PS": "Point sensible",
        "PP": "Piste de progrès",
    },
    "en": {
        "NC_MAJ": "Major nonconformity",
        "NC_MIN": "Minor nonconformity",
        "PS": "Observation",
        "PP": "Opportunity for improvement",
    },
}
RULES: Final[dict[str, dict[str, str]]] = {
    "fr": {
        "limit": "hors de ses limites",
        "pattern": "un signal sur sa carte de contrôle",
        "trend": "une tendance défavorable",
        "stale": "une déclaration en retard",
        "incomplete": "trop peu de sites déclarants",
        "legal": "plus de 80 % du seuil légal",
    },
    "en": {
        "limit": "out of bounds",
        "pattern": "a signal on its control chart",
        "trend": "a trend the wrong way",
        "stale": "a figure is late",
        "incomplete": "too few sites have reported",
        "legal": "more than 80% of the legal limit",
    },
}
CLOCKS: Final = {Kind.FINDING_DUE_SOON: "due_soon", Kind.FINDING_OVERDUE: "overdue"}
SLOTS: Final[dict[str, dict[str, str]]] = {
    "fr": {
        "opening": "réunion d'ouverture",
        "interview": "entretien",
        "visit": "visite",
        "review": "revue documentaire",
        "team": "réunion de l'équipe d'audit",
        "closing": "réunion de clôture",
    },
    "en": {
        "opening": "opening meeting",
        "interview": "interview",
        "visit": "visit",
        "review": "document review",
        "team": "meeting of the audit team",
        "closing": "closing meeting",
    },
}
DATES = ("due_on", "ends_on", "planned_for", "check_on", "day", "latest_on", "expired_on")
HOURS = ("starts", "ends")


def title(kind: Kind, facts: dict[str, Any], site: str, language: str) -> str:
    language = known(language)
    said = SENTENCES[language][_which(kind, facts)]
    told = {name: _worded(name, value, language) for name, value in facts.items()}
    return " ".join(said.format(**told, site=site).split())


def known(language: str) -> str:
    return language if language in SENTENCES else FRENCH


def _which(kind: Kind, facts: dict[str, Any]) -> str:
    if kind is Kind.JOB_ENDED:
        return f"job_{facts['state']}"
    if kind in CLOCKS:
        return f"{facts['clock']}_{CLOCKS[kind]}"
    without_owner = kind is Kind.ACTION_OPENED and not facts["owned"]
    return "action_without_owner" if without_owner else kind.value


def _worded(name: str, value: object, language: str) -> str:
    if name in DATES:
        return format_date(date.fromisoformat(str(value)), "long", locale=language)
    if name in HOURS:
        return str(value)[:5]
    words = {"grade": GRADES, "job": JOBS, "rule": RULES, "slot": SLOTS, "stage": STAGES}.get(name)
    return words[language].get(str(value), str(value)) if words else str(value)
