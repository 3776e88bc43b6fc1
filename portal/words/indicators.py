"""What the codes of indicators and alerts are called."""

from typing import Final

from portal.i18n import N_
from portal.words.word import Word, Words
from services.indicators.alerting.schemas import AlertStatus
from services.indicators.schemas import Direction, Frequency, Status

INDICATORS: Final[Words] = {
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
}
