"""What the codes of signatures, long work and news are called."""

from collections.abc import Mapping
from typing import Final

from portal.i18n import N_
from portal.words.word import Word, Words
from services.identity.record_schemas import JobStatus, Problem
from services.notifications.schemas import Kind
from shared.import_schemas import ImportState
from shared.schemas import JobState, Meaning

WORK: Final[Words] = {
    Meaning: {
        "approved": Word(N_("Approuvée"), "check", "blue"),
        "issued": Word(N_("Émise"), "circle-check", "green"),
        "verified": Word(N_("Efficacité jugée"), "checks", "green"),
        "closed": Word(N_("Clos"), "circle-check", "green"),
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
        "action_due_soon": Word(N_("Échéance proche"), "hourglass"),
        "action_overdue": Word(N_("Action en retard"), "clock"),
        "effect_check_due": Word(N_("Efficacité à vérifier"), "checks"),
        "question_asked": Word(N_("Question d'un autre site"), "sitemap"),
        "question_overdue": Word(N_("Question sans réponse"), "clock"),
        "audit_planned": Word(N_("Audit inopiné"), "calendar"),
        "competence_ending": Word(N_("Habilitation à renouveler"), "clock"),
        "audit_invitation": Word(N_("Rendez-vous d'audit"), "calendar"),
        "audit_invitation_withdrawn": Word(N_("Rendez-vous d'audit annulé"), "calendar"),
        "report_issued": Word(N_("Rapport d'audit"), "file-text"),
        "certification_due": Word(N_("Audit de certification"), "shield-check", "orange"),
        "certificate_expired": Word(N_("Certificat expiré"), "clock", "red"),
        "alert_raised": Word(N_("Alerte d'indicateur"), "alert-triangle", "orange"),
        "alerts_raised": Word(N_("Alertes d'un indicateur"), "alert-triangle", "orange"),
        "alert_escalated": Word(N_("Alerte non prise en charge"), "alert-triangle", "red"),
        "consultation_asked": Word(N_("Avis demandé"), "users"),
        "review_requested": Word(N_("Réexamen demandé"), "gavel"),
        "job_ended": Word(N_("Travail terminé"), "hourglass"),
    },
}

JOBS: Final[Mapping[str, str]] = {
    "export": N_("Export"),
    "prepare_report": N_("Mise en page d'un rapport"),
    "copy_report": N_("Copie de travail d'un rapport"),
    "look_through": N_("Vérification d'un classeur"),
    "carry_out": N_("Import"),
    "undo": N_("Annulation d'un import"),
}
"""What there is that takes its time, by the name that the services give it."""
