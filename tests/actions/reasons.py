"""What somebody writes who looks for causes: three methods, each complete."""

from typing import Any, Final

WHYS: Final[dict[str, Any]] = {
    "problem": "Le carter de la presse 4 est ouvert pendant la production",
    "whys": [
        {"because": "L'opérateur l'ouvre pour dégager les rebuts"},
        {"because": "Les rebuts bloquent l'éjecteur", "of": 1},
        {
            "because": "Aucun réglage de l'éjecteur n'est prévu au changement de série",
            "of": 2,
            "status": "confirmed",
            "proof": "Gamme de changement relue avec la maintenance",
        },
        {
            "because": "Le carter est trop lourd",
            "of": 1,
            "status": "ruled_out",
            "proof": "Pesé : 4 kg, sous la limite",
        },
    ],
    "reads_back": True,
}
CAUSE: Final = "Aucun réglage de l'éjecteur n'est prévu au changement de série"

ISHIKAWA: Final[dict[str, Any]] = {
    "effect": "Le carter de la presse 4 est ouvert pendant la production",
    "scheme": "6M",
    "causes": [
        {"family": "machine", "cause": "L'éjecteur se bloque"},
        {
            "family": "method",
            "cause": "Le réglage de l'éjecteur manque dans la gamme",
            "status": "confirmed",
            "proof": "Gamme relue",
        },
        {
            "family": "measurement",
            "cause": "Le capteur de carter dérive",
            "status": "ruled_out",
            "proof": "Étalonné le mois dernier",
        },
    ],
}

EIGHT_D: Final[dict[str, dict[str, str]]] = {
    "D0": {"symptom": "Pièces marquées chez le client", "customer_protection": "Tri chez lui"},
    "D1": {"leader": "Paul", "members": "Alice, Diane"},
    "D2": {
        "what": "Rayures sur la face A",
        "where": "Presse 4",
        "when": "Depuis le lot 118",
        "how_much": "12 pièces sur 400",
        "is_not": "Presse 3",
    },
    "D3": {
        "stocks": "Stock usine, client, en transit",
        "actions": "Tri à 100 %",
        "verification": "Contrôle du tri par échantillon",
        "until": "2027-02-01",
    },
    "D4": {
        "cause_of_occurrence": "Guide usé sans critère de remplacement",
        "cause_of_escape": "Contrôle visuel sans éclairage défini",
        "proof": "Essai reproduit avec le guide usé",
    },
    "D5": {"actions": "Critère d'usure et éclairage", "validation": "Essai sur trois lots"},
    "D6": {"evidence": "Guide changé, gamme révisée", "results": "0 rayure sur 2 400 pièces"},
    "D7": {
        "fmea": "AMDEC mise à jour",
        "control_plan": "Plan de surveillance mis à jour",
        "documents": "Gamme 12 révisée",
        "read_across": "Lille interrogé",
    },
    "D8": {"summary": "Bilan fait", "closed_on": "2027-03-01", "customer_agreement": "Reçu"},
}
