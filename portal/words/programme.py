"""What the codes of programmes, certificates and coverage are called."""

from typing import Final

from portal.i18n import N_
from portal.words.word import Word, Words
from services.audit.programme.certificate_schemas import (
    CertificateStatus,
    Choice,
    ExpiryRule,
    RiskCategory,
    SampleKind,
    Stage,
)
from services.audit.programme.coverage_schemas import By, Cover
from services.audit.programme.schemas import EntryOrigin, EntryStatus, ProgrammeStatus

PROGRAMME: Final[Words] = {
    ProgrammeStatus: {
        "draft": Word(N_("Projet"), "edit", "grey"),
        "approved": Word(N_("Approuvé"), "circle-check", "green"),
        "closed": Word(N_("Clos"), "lock", "grey"),
    },
    EntryStatus: {
        "draft": Word(N_("Projet"), "edit", "grey"),
        "programmed": Word(N_("Programmé"), "calendar", "grey"),
        "planned": Word(N_("Planifié"), "calendar", "blue"),
        "held": Word(N_("Réalisé"), "circle-check", "green"),
        "postponed": Word(N_("Reporté"), "clock", "orange"),
        "dropped": Word(N_("Abandonné"), "circle-x", "red"),
    },
    EntryOrigin: {
        "hand": Word(N_("Ajout du coordinateur"), "edit"),
        "certification": Word(N_("Cycle de certification"), "shield-check", "blue"),
        "risk": Word(N_("Fréquence selon le risque"), "alert-triangle", "orange"),
        "yearly": Word(N_("Un audit par site et par an"), "calendar"),
        "coverage": Word(N_("Trou de couverture"), "table"),
    },
    Stage: {
        "stage_1": Word(N_("Étape 1"), "flag"),
        "stage_2": Word(N_("Étape 2"), "flag"),
        "surveillance_1": Word(N_("Surveillance 1"), "eye"),
        "surveillance_2": Word(N_("Surveillance 2"), "eye"),
        "renewal": Word(N_("Renouvellement"), "refresh"),
    },
    ExpiryRule: {
        "day_before": Word(N_("La veille de l'anniversaire")),
        "same_day": Word(N_("Le jour anniversaire")),
    },
    CertificateStatus: {
        "in_progress": Word(N_("En cours d'obtention"), "hourglass", "blue"),
        "valid": Word(N_("Valide"), "circle-check", "green"),
        "suspended": Word(N_("Suspendu"), "alert-triangle", "orange"),
        "in_transition": Word(N_("En transition d'édition"), "refresh", "blue"),
        "withdrawn": Word(N_("Retiré"), "circle-x", "red"),
        "expired": Word(N_("Expiré"), "clock", "red"),
    },
    RiskCategory: {
        "low": Word(N_("Faible"), "point", "green"),
        "medium": Word(N_("Moyen"), "point", "grey"),
        "high": Word(N_("Élevé"), "alert-triangle", "red"),
    },
    SampleKind: {
        "initial": Word(N_("Audit initial")),
        "surveillance": Word(N_("Surveillance")),
        "renewal": Word(N_("Renouvellement")),
    },
    Choice: {
        "never_visited": Word(N_("Jamais visité"), "flag", "blue"),
        "longest_unvisited": Word(N_("Visité il y a le plus longtemps"), "history", "blue"),
        "at_random": Word(N_("Tiré au sort"), "refresh", "green"),
    },
    By: {
        "clause_site": Word(N_("Exigence / site")),
        "process_site": Word(N_("Processus / site")),
        "clause_process": Word(N_("Exigence / processus")),
    },
    Cover: {
        "not_applicable": Word(N_("Sans objet"), "minus", "none"),
        "hole": Word(N_("Trou"), "circle-x", "red"),
        "programmed": Word(N_("Programmé"), "calendar", "grey"),
        "planned": Word(N_("Planifié"), "calendar", "blue"),
        "held": Word(N_("Audité"), "check", "green"),
        "proven": Word(N_("Audité, preuve à l'appui"), "checks", "green"),
    },
}
