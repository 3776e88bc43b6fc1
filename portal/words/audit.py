"""What the codes of audits and findings are called."""

from typing import Final

from portal.i18n import N_
from portal.words.word import Word, Words
from services.audit.fieldwork.schemas import Verdict
from services.audit.reporting.schemas import Confidentiality, ReportLanguage, ReportStatus
from services.audit.schemas import (
    AnswerState,
    AuditOrigin,
    AuditStatus,
    AuditType,
    FindingStatus,
    Grade,
    Method,
    Party,
    SlotKind,
)

AUDIT: Final[Words] = {
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
    AuditType: {
        "system": Word(N_("Système")),
        "process": Word(N_("Processus")),
        "product": Word(N_("Produit")),
        "special_process": Word(N_("Procédé spécial")),
        "documents": Word(N_("Documentaire")),
        "traceability": Word(N_("Traçabilité")),
        "regulatory": Word(N_("Conformité réglementaire")),
        "supplier": Word(N_("Fournisseur")),
        "workplace": Word(N_("Audit au poste")),
        "safety_walk": Word(N_("Visite de sécurité")),
        "energy": Word(N_("Audit énergétique")),
        "across_sites": Word(N_("Audit croisé entre sites")),
    },
    Party: {
        "first": Word(N_("Interne"), "building-factory-2"),
        "second": Word(N_("Client chez un fournisseur"), "users"),
        "third": Word(N_("Certification ou autorité"), "shield-check"),
    },
    Method: {
        "on_site": Word(N_("Sur site")),
        "remote": Word(N_("À distance")),
        "hybrid": Word(N_("Sur site et à distance")),
    },
    Grade: {
        "PF": Word(N_("Point fort"), "circle-check", "green"),
        "PP": Word(N_("Piste de progrès"), "trending-up", "blue"),
        "PS": Word(N_("Point sensible"), "eye", "grey"),
        "NC_MIN": Word(N_("Non-conformité mineure"), "alert-circle", "orange"),
        "NC_MAJ": Word(N_("Non-conformité majeure"), "alert-triangle", "red"),
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
    SlotKind: {
        "opening": Word(N_("Réunion d'ouverture"), "users"),
        "interview": Word(N_("Entretien"), "message"),
        "visit": Word(N_("Visite"), "map-pin"),
        "review": Word(N_("Revue documentaire"), "file-text"),
        "team": Word(N_("Réunion de l'équipe d'audit"), "users"),
        "closing": Word(N_("Réunion de clôture"), "users"),
    },
    Verdict: {
        "conform": Word(N_("Conforme"), "check", "green"),
        "nonconformity": Word(N_("Non-conformité"), "alert-triangle", "red"),
        "observation": Word(N_("Point sensible"), "eye", "grey"),
        "improvement": Word(N_("Piste de progrès"), "trending-up", "blue"),
        "strength": Word(N_("Point fort"), "circle-check", "green"),
        "not_audited": Word(N_("Non audité"), "minus", "grey"),
        "not_applicable": Word(N_("Non applicable"), "x", "grey"),
    },
    ReportStatus: {
        "draft": Word(N_("En rédaction"), "edit", "blue"),
        "issued": Word(N_("Émis"), "writing-sign", "green"),
        "superseded": Word(N_("Remplacé"), "history", "grey"),
    },
    Confidentiality: {
        "internal": Word(N_("Diffusion interne"), "users"),
        "restricted": Word(N_("Diffusion restreinte"), "lock"),
    },
    ReportLanguage: {
        "fr": Word(N_("Français")),
        "en": Word(N_("Anglais")),
    },
    FindingStatus: {
        "open": Word(N_("Ouvert"), "circle-dot", "blue"),
        "closed": Word(N_("Clos"), "circle-check", "green"),
    },
}
