"""What the services' codes are called, with the icon and the tone that go with the word.

A tone never stands alone: colour is for those who see it, the icon and the word are for everybody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from portal.i18n import N_
from services.actions.schemas import ActionStatus, ActionType, Origin, Priority
from services.audit.schemas import AnswerState, AuditOrigin, AuditStatus, FindingStatus, Grade
from services.identity.admin_schemas import SheetKind
from services.identity.record_schemas import JobStatus, Problem
from services.identity.schemas import NodeKind, Role
from services.indicators.schemas import AlertStatus, Direction, Frequency, Status
from services.notifications.schemas import Kind
from services.policy.schemas import Decision, PolicyStatus, RequestStatus
from services.policy.schemas import Domain as PolicyDomain
from services.risk.schemas import Domain as RiskDomain
from services.risk.schemas import Rating
from shared.import_schemas import ImportState
from shared.schemas import JobState, Meaning


@dataclass(frozen=True)
class Word:
    text: str
    icon: str = "point"
    tone: str = "grey"


_DOMAINS: Final = {
    "Q": Word(N_("Qualité"), "target", "blue"),
    "S": Word(N_("Sécurité"), "shield-check", "blue"),
    "E": Word(N_("Environnement"), "leaf", "blue"),
}

WORDS: Final[Mapping[type[StrEnum], Mapping[str, Word]]] = {
    AuditStatus: {
        "planned": Word(N_("Planifié"), "calendar", "grey"),
        "under_way": Word(N_("En cours"), "circle-dot", "blue"),
        "reporting": Word(N_("Rapport en rédaction"), "edit", "blue"),
        "closed": Word(N_("Clos"), "circle-check", "green"),
        "cancelled": Word(N_("Annulé"), "circle-x", "grey"),
    },
    AuditOrigin: {
        "programme": Word(N_("Programme d'audit"), "calendar"),
        "risk": Word(N_("Risque remonté"), "alert-triangle", "orange"),
    },
    Grade: {
        "PF": Word(N_("Point fort"), "circle-check", "green"),
        "PP": Word(N_("Piste de progrès"), "trending-up", "blue"),
        "PS": Word(N_("Point sensible"), "eye", "grey"),
        "NC_MIN": Word(N_("Non-conformité mineure"), "alert-circle", "orange"),
        "NC_MAJ": Word(N_("Non-conformité majeure"), "alert-triangle", "red"),
    },
    FindingStatus: {
        "open": Word(N_("Ouvert"), "circle-dot", "blue"),
        "closed": Word(N_("Clos"), "circle-check", "green"),
    },
    AnswerState: {
        "not_asked": Word(N_("Sans réponse demandée"), "minus", "grey"),
        "to_answer": Word(N_("À répondre"), "hourglass", "orange"),
        "answered": Word(N_("Répondue"), "message", "blue"),
        "sent_back": Word(N_("Renvoyée"), "refresh", "red"),
        "accepted": Word(N_("Acceptée"), "check", "blue"),
        "proven": Word(N_("Preuves apportées"), "paperclip", "blue"),
        "settled": Word(N_("Soldée"), "checks", "green"),
    },
    ActionStatus: {
        "open": Word(N_("Ouverte"), "circle-dot", "blue"),
        "in_progress": Word(N_("En cours"), "hourglass", "blue"),
        "done": Word(N_("Réalisée, à vérifier"), "check", "orange"),
        "effective": Word(N_("Efficace"), "checks", "green"),
        "cancelled": Word(N_("Annulée"), "circle-x", "grey"),
    },
    ActionType: {
        "correction": Word(N_("Correction"), "edit"),
        "corrective": Word(N_("Action corrective"), "refresh"),
        "preventive": Word(N_("Action préventive"), "shield-check"),
        "improvement": Word(N_("Amélioration"), "trending-up"),
    },
    Priority: {
        "P1": Word(N_("P1 · critique"), "chevron-up", "red"),
        "P2": Word(N_("P2 · majeure"), "chevron-up", "orange"),
        "P3": Word(N_("P3 · mineure"), "minus", "grey"),
        "P4": Word(N_("P4 · amélioration"), "chevron-down", "grey"),
    },
    Origin: {
        "audit": Word(N_("Constat d'audit"), "clipboard-check"),
        "manual": Word(N_("Saisie directe"), "edit"),
        "import": Word(N_("Import d'un classeur"), "upload"),
    },
    Status: {
        "green": Word(N_("Dans la cible"), "circle-check", "green"),
        "orange": Word(N_("Hors cible"), "alert-circle", "orange"),
        "red": Word(N_("Hors limites"), "alert-triangle", "red"),
        "grey": Word(N_("Sans valeur"), "minus", "grey"),
    },
    AlertStatus: {
        "raised": Word(N_("Levée"), "alert-triangle", "red"),
        "acknowledged": Word(N_("Prise en compte"), "eye", "orange"),
        "closed": Word(N_("Close"), "circle-check", "green"),
    },
    Direction: {
        "LOW": Word(N_("Plus bas, c'est mieux"), "trending-down"),
        "HIGH": Word(N_("Plus haut, c'est mieux"), "trending-up"),
        "BAND": Word(N_("Dans une bande"), "minus"),
    },
    Frequency: {
        "month": Word(N_("Chaque mois"), "calendar"),
        "year": Word(N_("Chaque année"), "calendar"),
    },
    PolicyStatus: {
        "draft": Word(N_("Projet"), "edit", "grey"),
        "in_review": Word(N_("En relecture"), "eye", "blue"),
        "approved": Word(N_("Approuvée"), "check", "blue"),
        "published": Word(N_("En vigueur"), "circle-check", "green"),
        "superseded": Word(N_("Remplacée"), "history", "grey"),
    },
    RequestStatus: {
        "pending": Word(N_("À décider"), "hourglass", "orange"),
        "decided": Word(N_("Décidée"), "gavel", "green"),
    },
    Decision: {
        "maintain": Word(N_("Maintenir la politique"), "shield-check", "green"),
        "revise": Word(N_("Réviser la politique"), "edit", "orange"),
        "act": Word(N_("Agir sans changer la politique"), "list-check", "blue"),
    },
    PolicyDomain: _DOMAINS,
    RiskDomain: _DOMAINS,
    Rating: {
        "initial": Word(N_("Cotation initiale"), "alert-circle"),
        "residual": Word(N_("Cotation résiduelle"), "shield-check"),
    },
    Meaning: {
        "approved": Word(N_("Approuvée"), "check", "blue"),
        "issued": Word(N_("Mise en vigueur"), "circle-check", "green"),
        "verified": Word(N_("Efficacité jugée"), "checks", "green"),
        "closed": Word(N_("Clos"), "circle-check", "green"),
    },
    NodeKind: {
        "group": Word(N_("Groupe"), "world"),
        "division": Word(N_("Division"), "sitemap"),
        "site": Word(N_("Site"), "building-factory-2"),
        "work_unit": Word(N_("Unité de travail"), "users"),
    },
    Role: {
        "platform_admin": Word(N_("Administrateur")),
        "group_coordinator": Word(N_("Coordinateur QSE groupe")),
        "site_coordinator": Word(N_("Coordinateur QSE de site")),
        "process_owner": Word(N_("Pilote de processus")),
        "auditor": Word(N_("Auditeur")),
        "contributor": Word(N_("Contributeur")),
        "reader": Word(N_("Lecteur")),
        "records_officer": Word(N_("Responsable des enregistrements")),
        "certifier": Word(N_("Organisme certificateur")),
        "inspector": Word(N_("Inspection")),
    },
    SheetKind: {
        "people": Word(N_("Personnes"), "users"),
        "places": Word(N_("Lieux"), "sitemap"),
    },
    JobStatus: {
        "waiting": Word(N_("En attente"), "hourglass", "grey"),
        "under_way": Word(N_("En cours"), "circle-dot", "blue"),
        "done": Word(N_("Terminée"), "circle-check", "green"),
        "failed": Word(N_("Sans résultat"), "circle-x", "orange"),
    },
    JobState: {
        "waiting": Word(N_("En attente"), "hourglass", "grey"),
        "running": Word(N_("En cours"), "circle-dot", "blue"),
        "done": Word(N_("Terminé"), "circle-check", "green"),
        "failed": Word(N_("Sans résultat"), "circle-x", "orange"),
        "cancelled": Word(N_("Annulé"), "circle-x", "grey"),
    },
    ImportState: {
        "sent": Word(N_("Envoyé"), "upload", "grey"),
        "looked_through": Word(N_("Vérifié, rien n'est fait"), "eye", "blue"),
        "carried_out": Word(N_("Fait"), "circle-check", "green"),
        "undone": Word(N_("Annulé en entier"), "refresh", "grey"),
    },
    Problem: {
        "stopped": Word(N_("interrompue : recommencez, ou prévenez l'exploitant")),
        "not_yours": Word(N_("vous ne pouvez plus lire ce site")),
        "too_large": Word(N_("trop volumineuse : demandez-la à l'exploitant")),
        "disagreement": Word(N_("l'enregistrement ne prolonge pas ce qui avait été signé")),
    },
    Kind: {
        "finding_raised": Word(N_("Constat"), "clipboard-check"),
        "finding_answered": Word(N_("Réponse à examiner"), "message"),
        "answer_accepted": Word(N_("Réponse acceptée"), "check"),
        "answer_sent_back": Word(N_("Réponse renvoyée"), "refresh"),
        "evidence_brought": Word(N_("Preuves à examiner"), "paperclip"),
        "finding_due_soon": Word(N_("Échéance de constat"), "clock"),
        "finding_overdue": Word(N_("Constat en retard"), "clock"),
        "action_opened": Word(N_("Action ouverte"), "list-check"),
        "action_assigned": Word(N_("Action confiée"), "user-check"),
        "actions_handed_over": Word(N_("Actions confiées"), "user-check"),
        "action_done": Word(N_("Action à vérifier"), "check"),
        "action_overdue": Word(N_("Action en retard"), "clock"),
        "audit_planned": Word(N_("Audit inopiné"), "calendar"),
        "review_requested": Word(N_("Réexamen demandé"), "gavel"),
        "job_ended": Word(N_("Travail terminé"), "hourglass"),
    },
}

JOBS: Final[Mapping[str, str]] = {
    "export": N_("Export"),
    "look_through": N_("Vérification d'un classeur"),
    "carry_out": N_("Import"),
    "undo": N_("Annulation d'un import"),
}
"""What there is that takes its time, by the name that the services give it."""

LEVEL_TONES: Final = ("green", "green", "orange", "red")

DONE: Final = {
    "audit_started": N_("L'audit a commencé. Les constats peuvent être enregistrés."),
    "fieldwork_ended": N_("Le terrain est terminé. Le rapport peut être rédigé."),
    "audit_closed": N_("L'audit est clos."),
    "audit_planned": N_("L'audit est planifié."),
    "audit_cancelled": N_("L'audit est annulé."),
    "lead_named": N_("Le responsable d'audit est désigné."),
    "finding_raised": N_("Le constat est enregistré. La suite arrive sur la chronologie."),
    "finding_closed": N_("Le constat est clos."),
    "finding_answered": N_("La réponse est envoyée. Un auditeur doit l'examiner."),
    "answer_accepted": N_("La réponse est acceptée et signée."),
    "answer_sent_back": N_("La réponse est renvoyée avec son motif."),
    "evidence_brought": N_("Les preuves sont apportées."),
    "scale_in_force": N_("Le barème est en vigueur."),
    "file_sent": N_("Le fichier est joint."),
    "action_planned": N_("Le critère d'efficacité est fixé. Le travail peut commencer."),
    "action_started": N_("L'action a commencé."),
    "action_done": N_("L'action est réalisée. Une autre personne doit en vérifier l'efficacité."),
    "action_verified": N_("La vérification est enregistrée."),
    "action_assigned": N_("L'action a un nouveau pilote."),
    "action_opened": N_("L'action est ouverte."),
    "actions_assigned": N_("Les actions choisies ont un nouveau pilote."),
    "actions_cancelled": N_("Les actions choisies sont annulées."),
    "alerts_acknowledged": N_("Les alertes choisies sont prises en compte."),
    "move_asked": N_("Le report est demandé. Une autre personne doit l'approuver."),
    "move_decided": N_("La décision sur le report est enregistrée."),
    "action_cancelled": N_("L'action est annulée."),
    "alert_acknowledged": N_("L'alerte est prise en compte."),
    "alert_closed": N_("L'alerte est close."),
    "measured": N_("La mesure est enregistrée."),
    "risk_added": N_("Le risque est inscrit au registre."),
    "risk_rated": N_("La cotation résiduelle est enregistrée."),
    "review_decided": N_("La décision est enregistrée."),
    "edition_drafted": N_("Le projet est ouvert. Rédigez-le, puis soumettez-le à relecture."),
    "edition_revised": N_("Le projet est enregistré."),
    "edition_submitted": N_("L'édition est en relecture. Une autre personne doit l'approuver."),
    "edition_approved": N_("L'édition est approuvée et signée."),
    "edition_published": N_("L'édition est en vigueur."),
    "read_all": N_("Tout est marqué comme lu."),
    "password_changed": N_("Le mot de passe est changé. Vos autres sessions sont déconnectées."),
    "session_ended": N_("Cette session est déconnectée."),
    "token_revoked": N_("Le jeton est révoqué."),
    "factor_removed": N_("Le second facteur est retiré."),
    "provider_unlinked": N_("Votre compte n'est plus lié."),
    "place_opened": N_("Le lieu est ouvert."),
    "place_changed": N_("Le lieu est modifié."),
    "process_added": N_("Le processus est ajouté."),
    "person_added": N_("La personne est ajoutée. Donnez-lui un rôle."),
    "person_changed": N_("La fiche est enregistrée."),
    "invited": N_("L'invitation part par courriel. Le lien vaut sept jours."),
    "person_closed": N_("Le compte est fermé. Ses sessions et ses jetons ne valent plus rien."),
    "person_opened": N_("Le compte est rouvert."),
    "role_given": N_("Le rôle est donné."),
    "role_proposed": N_("Le rôle est proposé. Une seconde personne doit le confirmer."),
    "role_ended": N_("Le rôle est retiré."),
    "sessions_ended": N_("Ses sessions sont déconnectées."),
    "tokens_revoked": N_("Ses jetons sont révoqués."),
    "proposal_confirmed": N_("Le rôle est confirmé. Il vaut dès maintenant."),
    "proposal_refused": N_("La proposition est refusée."),
    "proposal_withdrawn": N_("La proposition est retirée."),
    "imported": N_("Le classeur est importé."),
    "verification_asked": N_("La vérification est demandée. Son résultat apparaîtra ici."),
    "proof_asked": N_("La preuve est demandée. Elle apparaîtra ici, prête à télécharger."),
    "job_cancelled": N_("Le travail est annulé."),
    "export_asked": N_("L'export est demandé. Vous pouvez fermer la page : il continue."),
    "signed_out": N_("Vous êtes déconnecté."),
}


def word(value: StrEnum) -> Word:
    return WORDS[type(value)][value.value]
