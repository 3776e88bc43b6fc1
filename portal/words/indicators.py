"""What the codes of indicators and alerts are called."""

from typing import Final

from portal.i18n import N_
from portal.words.word import Word, Words
from services.indicators.alerting.schemas import AlertStatus
from services.indicators.method.schemas import Opinion
from services.indicators.reading.schemas import Judged
from services.indicators.schemas import (
    Aggregation,
    Chart,
    Direction,
    Frequency,
    Rule,
    Side,
    Status,
)

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
    Aggregation: {
        "SUM": Word(N_("Somme des sites"), "plus"),
        "RATIO_OF_SUMS": Word(N_("Rapport des sommes"), "chart-line"),
        "MAX": Word(N_("Le plus haut des sites"), "arrow-up"),
        "LAST_SUM": Word(N_("Stock : somme des sites, dernière période"), "plus"),
        "PRODUCT_CHAIN": Word(N_("Produit des étapes, site par site"), "x"),
        "NONE": Word(N_("Site par site seulement"), "minus"),
    },
    Side: {
        "numerator": Word(N_("Numérateur"), "arrow-up"),
        "denominator": Word(N_("Dénominateur"), "arrow-down"),
    },
    Rule: {
        "limit": Word(N_("Hors de ses limites"), "alert-triangle"),
        "pattern": Word(N_("Signal sur la carte de contrôle"), "chart-line"),
        "trend": Word(N_("Tendance défavorable"), "trending-down"),
        "stale": Word(N_("Mesure en retard"), "clock"),
        "incomplete": Word(N_("Trop peu de sites déclarants"), "building-factory-2"),
        "legal": Word(N_("Plus de 80 % de la limite légale"), "gavel"),
    },
    Chart: {
        "I": Word(N_("Valeurs individuelles (I-MR)"), "chart-line"),
        "Xbar": Word(N_("Moyennes par trimestre (X-barre)"), "chart-line"),
        "p": Word(N_("Proportions (p)"), "chart-line"),
        "np": Word(N_("Nombres de défectueux (np)"), "chart-line"),
        "c": Word(N_("Nombres d'événements (c)"), "chart-line"),
        "u": Word(N_("Taux d'événements (u)"), "chart-line"),
    },
    Judged: {
        "improvement": Word(N_("Amélioration"), "circle-check", "green"),
        "degradation": Word(N_("Dégradation"), "alert-triangle", "red"),
        "change": Word(N_("Changement"), "alert-circle", "orange"),
        "unchanged": Word(N_("Sans changement"), "minus", "grey"),
    },
    Opinion: {
        "agrees": Word(N_("D'accord"), "circle-check", "green"),
        "reserves": Word(N_("Des réserves"), "alert-circle", "orange"),
        "disagrees": Word(N_("Pas d'accord"), "circle-x", "red"),
    },
    Frequency: {
        "month": Word(N_("Chaque mois"), "calendar"),
        "year": Word(N_("Chaque année"), "calendar"),
    },
}
