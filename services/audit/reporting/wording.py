"""What a report says of itself, in each language. What people wrote is never translated."""

from typing import Final

from services.audit.auditors.schemas import TeamRole
from services.audit.fieldwork.schemas import Verdict
from services.audit.reporting.schemas import Confidentiality
from services.audit.schemas import Grade, Method
from shared.reports import Labels

LABELS: Final = {
    "fr": Labels(
        contents="Sommaire",
        page="Page",
        figure="Figure",
        table="Tableau",
        annex="Le contenu de ce rapport, lisible par des machines",
        working_copy="Copie de travail : ceci n'est pas le rapport émis",
    ),
    "en": Labels(
        contents="Contents",
        page="Page",
        figure="Figure",
        table="Table",
        annex="The content of this report, for machines to read",
        working_copy="Working copy: this is not the report that was issued",
    ),
}
GRADES: Final[dict[str, dict[Grade, str]]] = {
    "fr": {
        Grade.MAJOR: "Non-conformité majeure",
        Grade.MINOR: "Non-conformité mineure",
        Grade.OBSERVATION: "Point sensible",
        Grade.IMPROVEMENT: "Piste de progrès",
        Grade.STRENGTH: "Point fort",
    },
    "en": {
        Grade.MAJOR: "Major nonconformity",
        Grade.MINOR: "Minor nonconformity",
        Grade.OBSERVATION: "Observation",
        Grade.IMPROVEMENT: "Improvement lead",
        Grade.STRENGTH: "Strength",
    },
}
VERDICTS: Final[dict[str, dict[Verdict, str]]] = {
    "fr": {
        Verdict.CONFORM: "Conforme",
        Verdict.NONCONFORMITY: "Non-conformité",
        Verdict.OBSERVATION: "Point sensible",
        Verdict.IMPROVEMENT: "Piste de progrès",
        Verdict.STRENGTH: "Point fort",
        Verdict.NOT_AUDITED: "Non audité",
        Verdict.NOT_APPLICABLE: "Non applicable",
    },
    "en": {
        Verdict.CONFORM: "Conform",
        Verdict.NONCONFORMITY: "Nonconformity",
        Verdict.OBSERVATION: "Observation",
        Verdict.IMPROVEMENT: "Improvement lead",
        Verdict.STRENGTH: "Strength",
        Verdict.NOT_AUDITED: "Not audited",
        Verdict.NOT_APPLICABLE: "Not applicable",
    },
}
ROLES: Final[dict[str, dict[TeamRole, str]]] = {
    "fr": {
        TeamRole.LEAD: "Responsable d'audit",
        TeamRole.AUDITOR: "Auditeur",
        TeamRole.TRAINEE: "Auditeur en formation",
        TeamRole.EXPERT: "Expert technique",
        TeamRole.OBSERVER: "Observateur",
        TeamRole.GUIDE: "Guide",
    },
    "en": {
        TeamRole.LEAD: "Lead auditor",
        TeamRole.AUDITOR: "Auditor",
        TeamRole.TRAINEE: "Auditor in training",
        TeamRole.EXPERT: "Technical expert",
        TeamRole.OBSERVER: "Observer",
        TeamRole.GUIDE: "Guide",
    },
}
METHODS: Final[dict[str, dict[Method, str]]] = {
    "fr": {
        Method.ON_SITE: "sur site",
        Method.REMOTE: "à distance",
        Method.HYBRID: "en partie sur site, en partie à distance",
    },
    "en": {
        Method.ON_SITE: "on site",
        Method.REMOTE: "remote",
        Method.HYBRID: "partly on site, partly remote",
    },
}
NOTICES: Final[dict[str, dict[Confidentiality, str]]] = {
    "fr": {
        Confidentiality.INTERNAL: "Diffusion interne. Ce rapport peut être lu dans le groupe.",
        Confidentiality.RESTRICTED: (
            "Diffusion restreinte. Ce rapport est destiné aux seules personnes de sa liste de"
            " diffusion."
        ),
    },
    "en": {
        Confidentiality.INTERNAL: "Internal. This report may be read within the group.",
        Confidentiality.RESTRICTED: (
            "Restricted. This report is for the people of its distribution list alone."
        ),
    },
}
VERIFIED: Final = {
    "fr": (
        "L'original est le fichier que son responsable a signé et émis : la plateforme en garde"
        " l'empreinte SHA-256 sur la page « Rapport » de l'audit. Un fichier dont l'empreinte est"
        " autre n'est pas ce rapport."
    ),
    "en": (
        "The original is the file that its lead auditor signed and issued: the platform keeps its"
        " SHA-256 on the page Report of the audit. A file with another is not this report."
    ),
}
SAID: Final[dict[str, dict[str, str]]] = {
    "fr": {
        "kind": "Rapport d'audit",
        "edition": "édition {edition}",
        "site": "Site",
        "lead": "Responsable d'audit",
        "days": "Dates de l'audit",
        "from_to": "du {start} au {end}",
        "criteria": "Critères",
        "processes": "Processus audités",
        "prepared": "Établi le",
        "corrected": "Motif de la nouvelle édition",
        "summary": "Résumé",
        "the_audit": "L'audit",
        "scope": "Périmètre",
        "objectives": "Objectifs",
        "method": "Méthode",
        "team": "Équipe d'audit",
        "people_met": "Personnes rencontrées",
        "deviations": "Écarts au plan",
        "not_covered": "Zones non couvertes",
        "strengths": "Points forts",
        "findings": "Constats",
        "overview": "Vue d'ensemble",
        "no_criterion": "Sans exigence citée",
        "finding": "Constat",
        "count": "Nombre de constats",
        "grade": "Classement",
        "by_grade": "Constats par classement",
        "by_clause": "Constats par article et classement",
        "by_process": "Constats par processus et classement",
        "clause": "Article",
        "process": "Processus",
        "requirement": "Exigence",
        "gap": "Écart constaté",
        "observed": "Constat",
        "evidence": "Preuve objective",
        "raised_on": "Relevé le",
        "improvements": "Pistes de progrès et engagements de la politique",
        "policy": (
            "Chaque piste a été rapprochée des engagements de la politique du groupe, édition"
            " {edition}."
        ),
        "no_policy": "Aucune politique n'était publiée à la date de ce rapport.",
        "commitment": "Engagement servi",
        "no_commitment": "Aucun engagement",
        "checklist": "Liste de contrôle",
        "answers": "Réponses de la liste de contrôle, {criterion}",
        "other_questions": "Autres questions",
        "question": "Question",
        "answer": "Réponse, par qui",
        "unanswered": "Sans réponse",
        "dropped": "Question retirée",
        "noted": "Relevé",
        "sample": "Échantillon",
        "reason": "Motif",
        "dropped_for": "Retirée",
        "unknown": "Personne non connue du site",
        "conclusions": "Conclusions",
        "conformity": "Conformité du système",
        "effectiveness": "Efficacité du système",
        "divergences": "Divergences d'opinion",
        "distribution": "Diffusion et confidentialité",
        "readers": "Liste de diffusion",
        "confidentiality": "Confidentialité",
        "verify": "Vérifier ce document",
        "labelled": "{label} : {text}",
        "none": "Néant.",
    },
    "en": {
        "kind": "Audit report",
        "edition": "edition {edition}",
        "site": "Site",
        "lead": "Lead auditor",
        "days": "Dates of the audit",
        "from_to": "{start} to {end}",
        "criteria": "Criteria",
        "processes": "Processes audited",
        "prepared": "Drawn up on",
        "corrected": "Reason of the new edition",
        "summary": "Summary",
        "the_audit": "The audit",
        "scope": "Scope",
        "objectives": "Objectives",
        "method": "Method",
        "team": "Audit team",
        "people_met": "People met",
        "deviations": "Deviations from the plan",
        "not_covered": "Areas not covered",
        "strengths": "Strengths",
        "findings": "Findings",
        "overview": "Overview",
        "no_criterion": "Without a requirement cited",
        "finding": "Finding",
        "count": "Number of findings",
        "grade": "Grade",
        "by_grade": "Findings by grade",
        "by_clause": "Findings by clause and grade",
        "by_process": "Findings by process and grade",
        "clause": "Clause",
        "process": "Process",
        "requirement": "Requirement",
        "gap": "Gap observed",
        "observed": "Observed",
        "evidence": "Objective evidence",
        "raised_on": "Raised on",
        "improvements": "Improvement leads and the policy's commitments",
        "policy": (
            "Each lead was held against the commitments of the group's policy, edition {edition}."
        ),
        "no_policy": "No policy was published on the day of this report.",
        "commitment": "Commitment served",
        "no_commitment": "No commitment",
        "checklist": "Checklist",
        "answers": "Answers of the checklist, {criterion}",
        "other_questions": "Other questions",
        "question": "Question",
        "answer": "Answer, by whom",
        "unanswered": "Not answered",
        "dropped": "Question dropped",
        "noted": "Noted",
        "sample": "Sample",
        "reason": "Reason",
        "dropped_for": "Dropped",
        "unknown": "Somebody not known at the site",
        "conclusions": "Conclusions",
        "conformity": "Conformity of the system",
        "effectiveness": "Effectiveness of the system",
        "divergences": "Diverging opinions",
        "distribution": "Distribution and confidentiality",
        "readers": "Distribution list",
        "confidentiality": "Confidentiality",
        "verify": "Verifying this document",
        "labelled": "{label}: {text}",
        "none": "None.",
    },
}
