"""What the portal calls the columns of workbooks, what their rows do, and what they fill."""

from typing import Final

from portal.i18n import N_
from portal.words import Word

IMPORTED: Final = {
    "add_person": Word(N_("Ajoute la personne"), "plus", "green"),
    "give_role": Word(N_("Donne le rôle"), "user-check", "green"),
    "propose_role": Word(N_("Propose le rôle à une seconde personne"), "hourglass", "orange"),
    "open_place": Word(N_("Ouvre le lieu"), "plus", "green"),
    "add_risk": Word(N_("Inscrit le risque"), "plus", "green"),
    "escalate": Word(
        N_("Remonte le risque : un audit inopiné est planifié"), "alert-triangle", "orange"
    ),
    "open_action": Word(N_("Ouvre une action"), "list-check", "green"),
    "add_process": Word(N_("Inscrit le processus"), "git-branch", "green"),
    "add_requirement": Word(N_("Ajoute l'exigence au projet"), "plus", "green"),
    "raise_finding": Word(N_("Enregistre le constat"), "clipboard-check", "green"),
    "report_measurement": Word(N_("Déclare la mesure"), "chart-line", "green"),
}
"""What a row of a workbook does."""

SHEET_COLUMNS: Final = {
    "name": Word(N_("Nom")),
    "email": Word(N_("Adresse électronique")),
    "language": Word(N_("Langue")),
    "role": Word(N_("Rôle")),
    "place": Word(N_("Lieu")),
    "process": Word(N_("Processus")),
    "valid_from": Word(N_("Du")),
    "valid_to": Word(N_("Au")),
    "kind": Word(N_("Genre")),
    "code": Word(N_("Code")),
    "parent": Word(N_("Au-dessous de")),
    "site_id": Word(N_("Site")),
    "domain": Word(N_("Domaine")),
    "title": Word(N_("Intitulé")),
    "description": Word(N_("Description")),
    "method": Word(N_("Méthode")),
    "method_reason": Word(N_("Raison de la méthode")),
    "initial.gravity": Word(N_("Gravité")),
    "initial.probability": Word(N_("Probabilité")),
    "type": Word(N_("Nature")),
    "priority": Word(N_("Priorité")),
    "owner_id": Word(N_("Pilote")),
    "due_on": Word(N_("Échéance")),
    "source_kind": Word(N_("Origine")),
    "objective": Word(N_("Objectif")),
    "cost_estimated": Word(N_("Coût estimé")),
    "load_days": Word(N_("Charge (jours)")),
    "audit": Word(N_("Audit")),
    "grade": Word(N_("Nature")),
    "requirement": Word(N_("Exigence")),
    "statement": Word(N_("Écart constaté")),
    "evidence": Word(N_("Preuve")),
    "period": Word(N_("Période")),
    "numerator": Word(N_("Valeur ou numérateur")),
    "denominator": Word(N_("Dénominateur")),
    "amounts": Word(N_("Parts données")),
    "unit": Word(N_("Unité")),
    "comment": Word(N_("Commentaire")),
    "reference": Word(N_("Référentiel")),
    "edition": Word(N_("Édition")),
    "number": Word(N_("Numéro")),
    "title_fr": Word(N_("Titre en français")),
    "title_en": Word(N_("Titre en anglais")),
    "theme": Word(N_("Thème")),
    "name_fr": Word(N_("Nom en français")),
    "name_en": Word(N_("Nom en anglais")),
    "category": Word(N_("Catégorie")),
    "site_ids": Word(N_("Sites")),
}
"""The columns of workbooks, as their templates call them."""

REGISTERS: Final = {
    "risks": Word(N_("Risques"), "alert-triangle"),
    "actions": Word(N_("Actions"), "list-check"),
    "measurements": Word(N_("Mesures"), "chart-line"),
    "findings": Word(N_("Constats"), "clipboard-check"),
    "certifier-findings": Word(N_("Constats d'un organisme"), "clipboard-check"),
    "requirements": Word(N_("Exigences de référentiels"), "scale"),
    "processes": Word(N_("Processus"), "git-branch"),
    "people": Word(N_("Personnes"), "users"),
    "places": Word(N_("Lieux"), "sitemap"),
}
"""What workbooks fill."""
