"""What the people of the demo write of causes and costs."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final


@dataclass(frozen=True)
class Figures:
    """Costs in euros and loads in days of work."""

    complaint_cost: Decimal = Decimal(18500)
    complaint_load: Decimal = Decimal(24)
    sorting_cost: Decimal = Decimal(3200)
    sorting_paid: Decimal = Decimal("2875.40")
    sorting_load: Decimal = Decimal("4.5")
    guard_cost: Decimal = Decimal(9400)
    guard_load: Decimal = Decimal(11)
    water_cost: Decimal = Decimal(62000)
    water_load: Decimal = Decimal(35)


ON: Final = Figures()

EIGHT_D: Final[dict[str, dict[str, str]]] = {
    "D0": {
        "symptom": "Délaminage en bord de panneau, 12 pièces sur 400 chez le client",
        "customer_protection": "Tri chez le client par notre équipe, livraisons contrôlées à 100 %",
    },
    "D1": {
        "leader": "Pilote du processus Produire",
        "members": "Laboratoire, méthodes, maintenance du four, contrôle final",
    },
    "D2": {
        "what": "Décollement du premier pli sur 5 à 20 mm",
        "where": "Bord aval, panneaux du four 2 ; aucun sur le four 1",
        "when": "Depuis le lot 118, après l'arrêt annuel",
        "how_much": "12 sur 400 chez le client, 9 sur 412 en stock",
        "is_not": "Ni au centre du panneau, ni sur les références de moins de 3 mm",
    },
    "D3": {
        "stocks": "Stock usine, stock client et en transit : lots 118 à 124",
        "actions": "Tri par tapping à 100 %, étiquette verte sur les panneaux libérés",
        "verification": "Second tri par échantillon de 50 panneaux, aucun écart",
        "until": "Jusqu'à la validation de D6",
    },
    "D4": {
        "cause_of_occurrence": "Joint d'étuve remonté à l'envers : entrée d'air en fin de cycle",
        "cause_of_escape": "Le contrôle final ne sonde pas les bords sur 20 mm",
    },
}
"""The last step is being written: what proves the causes is still to come."""

WHYS: Final[dict[str, Any]] = {
    "problem": "Le carter de la presse a été ouvert en cycle",
    "whys": [
        {"because": "L'opérateur dégage à la main les rebuts coincés"},
        {"because": "L'éjecteur laisse des rebuts dans l'outil", "of": 1},
        {"because": "La course de l'éjecteur ne correspond pas à la nouvelle référence", "of": 2},
        {
            "because": "La gamme de changement de série ne prévoit pas son réglage",
            "of": 3,
            "status": "confirmed",
            "proof": "Gamme relue avec les régleurs ; défaut reproduit, puis supprimé au réglage.",
        },
        {
            "because": "Le carter s'ouvre sans arrêter la presse",
            "of": 1,
            "status": "ruled_out",
            "proof": "Contact de sécurité essayé : la presse s'arrête, l'ouverture était shuntée.",
        },
        {"because": "La clé de shunt reste sur le pupitre", "of": 1},
    ],
    "reads_back": True,
}
FISHBONE: Final[dict[str, Any]] = {
    "effect": "La DCO dépasse la valeur limite au point de rejet",
    "scheme": "7M",
    "causes": [
        {"family": "material", "cause": "Effluent de lavage plus chargé depuis mars"},
        {
            "family": "machine",
            "cause": "La pompe de recirculation du bassin s'arrête la nuit",
            "status": "confirmed",
            "proof": "Courbes de courant : 11 arrêts sur 14 nuits, tous suivis d'un dépassement.",
        },
        {"family": "method", "cause": "Les vidanges de cuves ne sont pas étalées sur la semaine"},
        {
            "family": "measurement",
            "cause": "Le préleveur dérive",
            "status": "ruled_out",
            "proof": "Contrôle croisé avec un laboratoire agréé, écart de 2 %.",
        },
        {"family": "environment", "cause": "Fortes pluies dans le bassin"},
        {"family": "management", "cause": "Pas d'astreinte pour l'alarme de la station"},
    ],
}
