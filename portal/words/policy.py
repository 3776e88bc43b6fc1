"""What the codes of the policy and risks are called."""

from typing import Final

from portal.i18n import N_
from portal.words.word import Word, Words
from services.policy.schemas import Decision, PolicyStatus, RequestStatus
from services.policy.schemas import Domain as PolicyDomain
from services.risk.schemas import Domain as RiskDomain
from services.risk.schemas import Rating

_DOMAINS: Final = {
    "Q": Word(N_("Qualité"), "target", "blue"),
    "S": Word(N_("Sécurité"), "shield-check", "blue"),
    "E": Word(N_("Environnement"), "leaf", "blue"),
}

POLICY: Final[Words] = {
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
}
