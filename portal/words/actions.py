"""What the codes of actions are called."""

from typing import Final

from portal.i18n import N_
from portal.words.word import Word, Words
from services.actions.analysis.schemas import CauseStatus, Discipline, Family, Method, Scheme
from services.actions.schemas import (
    ActionStatus,
    ActionType,
    Answer,
    MoveState,
    Origin,
    Priority,
    SourceKind,
    Verdict,
)
from services.actions.sharing.schemas import Reach

ACTIONS: Final[Words] = {
    ActionStatus: {
        "open": Word(N_("Ouverte"), "circle-dot", "blue"),
        "in_progress": Word(N_("En cours"), "hourglass", "blue"),
        "done": Word(N_("Réalisée, à vérifier"), "check", "orange"),
        "effective": Word(N_("Efficace"), "checks", "green"),
        "closed": Word(N_("Close, sans vérification d'effet"), "circle-check", "green"),
        "cancelled": Word(N_("Annulée"), "circle-x", "grey"),
    },
    ActionType: {
        "correction": Word(N_("Correction"), "edit"),
        "containment": Word(N_("Sécurisation"), "shield-check", "orange"),
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
        "read_across": Word(N_("Transversalisation"), "sitemap"),
    },
    SourceKind: {
        "audit": Word(N_("Constat d'audit"), "clipboard-check"),
        "internal_nonconformity": Word(N_("Non-conformité interne"), "alert-circle"),
        "customer_complaint": Word(N_("Réclamation client"), "mail"),
        "supplier_nonconformity": Word(N_("Non-conformité fournisseur"), "alert-circle"),
        "accident": Word(N_("Accident"), "alert-triangle"),
        "near_miss": Word(N_("Presqu'accident"), "alert-triangle"),
        "environmental_incident": Word(N_("Incident environnement"), "leaf"),
        "complaint": Word(N_("Plainte"), "mail"),
        "regulatory_watch": Word(N_("Veille réglementaire"), "scale"),
        "inspection": Word(N_("Inspection (DREAL)"), "eye"),
        "management_review": Word(N_("Revue de direction"), "gavel"),
        "occupational_risk": Word(N_("Risque professionnel (DUERP)"), "alert-triangle"),
        "environmental_aspect": Word(N_("Aspect environnemental"), "leaf"),
        "fmea": Word(N_("AMDEC"), "table"),
        "indicator_drift": Word(N_("Dérive d'un indicateur"), "chart-line"),
        "emergency_drill": Word(N_("Exercice d'urgence"), "users"),
        "suggestion": Word(N_("Suggestion"), "trending-up"),
        "change": Word(N_("Changement"), "refresh"),
        "read_across": Word(N_("Transversalisation"), "sitemap"),
        "other": Word(N_("Autre"), "point"),
    },
    Verdict: {
        "effective": Word(N_("Efficace"), "checks", "green"),
        "partial": Word(N_("En partie efficace"), "alert-circle", "orange"),
        "ineffective": Word(N_("Inefficace"), "refresh", "red"),
    },
    MoveState: {
        "asked": Word(N_("Demandé"), "hourglass", "orange"),
        "approved": Word(N_("Accordé"), "check", "blue"),
        "refused": Word(N_("Refusé"), "x", "grey"),
        "lapsed": Word(N_("Sans objet"), "minus", "grey"),
    },
    Answer: {
        "waiting": Word(N_("Sans réponse"), "hourglass", "orange"),
        "concerned": Word(N_("Concerné, action ouverte"), "list-check", "blue"),
        "not_concerned": Word(N_("Pas concerné"), "x", "grey"),
        "in_place": Word(N_("Déjà en place"), "circle-check", "green"),
    },
    Reach: {
        "division": Word(N_("Les autres sites de la division"), "sitemap"),
        "group": Word(N_("Tous les autres sites du groupe"), "world"),
        "chosen": Word(N_("Des sites choisis"), "building-factory-2"),
    },
    Method: {
        "five_whys": Word(N_("5 pourquoi"), "list-check"),
        "ishikawa": Word(N_("Ishikawa"), "sitemap"),
        "eight_d": Word(N_("8D"), "table"),
    },
    CauseStatus: {
        "possible": Word(N_("Possible"), "circle-dot", "grey"),
        "ruled_out": Word(N_("Écartée"), "x", "grey"),
        "confirmed": Word(N_("Confirmée"), "circle-check", "green"),
    },
    Scheme: {
        "5M": Word(N_("5M")),
        "6M": Word(N_("6M, avec la mesure")),
        "7M": Word(N_("7M, avec la mesure et le management")),
    },
    Family: {
        "manpower": Word(N_("Main-d'œuvre")),
        "material": Word(N_("Matière")),
        "machine": Word(N_("Matériel")),
        "method": Word(N_("Méthode")),
        "environment": Word(N_("Milieu")),
        "measurement": Word(N_("Mesure")),
        "management": Word(N_("Management")),
    },
    Discipline: {
        "D0": Word(N_("D0 · Symptôme et réponse d'urgence")),
        "D1": Word(N_("D1 · Équipe")),
        "D2": Word(N_("D2 · Description du problème")),
        "D3": Word(N_("D3 · Actions de sécurisation")),
        "D4": Word(N_("D4 · Causes racines")),
        "D5": Word(N_("D5 · Choix des actions correctives")),
        "D6": Word(N_("D6 · Mise en œuvre et validation")),
        "D7": Word(N_("D7 · Prévention de la récidive")),
        "D8": Word(N_("D8 · Clôture et félicitations")),
    },
}
