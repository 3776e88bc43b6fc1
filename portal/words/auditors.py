"""What the codes of auditors and their teams are called."""

from typing import Final

from portal.i18n import N_
from portal.words.word import Word, Words
from services.audit.auditors.schemas import EngagementKind, Level, LinkKind, TeamRole

AUDITORS: Final[Words] = {
    TeamRole: {
        "lead": Word(N_("Responsable d'audit"), "user-check", "blue"),
        "auditor": Word(N_("Auditeur"), "clipboard-check", "blue"),
        "trainee": Word(N_("Auditeur en formation"), "refresh"),
        "expert": Word(N_("Expert technique"), "target"),
        "observer": Word(N_("Observateur"), "eye"),
        "guide": Word(N_("Guide"), "users"),
    },
    Level: {
        "lead": Word(N_("Responsable d'audit"), "user-check", "blue"),
        "auditor": Word(N_("Auditeur"), "clipboard-check", "blue"),
        "trainee": Word(N_("Auditeur en formation"), "refresh"),
        "expert": Word(N_("Expert technique"), "target"),
    },
    EngagementKind: {
        "absence": Word(N_("Absence"), "calendar"),
        "training": Word(N_("Formation"), "refresh"),
        "other": Word(N_("Autre engagement"), "calendar"),
    },
    LinkKind: {
        "job": Word(N_("A travaillé dans le processus"), "users"),
        "advice": Word(N_("A conseillé le processus"), "edit"),
        "documents": Word(N_("A rédigé ou approuvé des documents"), "file-text"),
        "family": Word(N_("Lien familial"), "users"),
        "interest": Word(N_("Autre lien avec une personne"), "git-branch"),
    },
}
