"""What the codes of actions are called."""

from typing import Final

from portal.i18n import N_
from portal.words.word import Word, Words
from services.actions.schemas import ActionStatus, ActionType, Origin, Priority

ACTIONS: Final[Words] = {
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
}
