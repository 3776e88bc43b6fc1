"""What the codes of references and processes are called."""

from typing import Final

from portal.i18n import N_
from portal.words.word import Word, Words
from services.compliance.schemas import ReferenceKind, ReferenceStatus, Theme
from services.processes.schemas import Category

COMPLIANCE: Final[Words] = {
    ReferenceKind: {
        "standard": Word(N_("Norme"), "world", "blue"),
        "internal": Word(N_("Référentiel interne"), "building-factory-2", "blue"),
        "regulatory": Word(N_("Texte réglementaire"), "gavel", "blue"),
    },
    ReferenceStatus: {
        "draft": Word(N_("Projet"), "edit", "grey"),
        "issued": Word(N_("En vigueur"), "circle-check", "green"),
        "superseded": Word(N_("Remplacé"), "history", "grey"),
    },
    Category: {
        "management": Word(N_("Management"), "target", "blue"),
        "operational": Word(N_("Réalisation"), "settings", "blue"),
        "support": Word(N_("Support"), "users", "blue"),
    },
    Theme: {
        "context": Word(N_("Contexte")),
        "interested_parties": Word(N_("Parties intéressées")),
        "scope": Word(N_("Périmètre")),
        "system": Word(N_("Système et processus")),
        "leadership": Word(N_("Leadership")),
        "customer_focus": Word(N_("Orientation client")),
        "policy": Word(N_("Politique")),
        "roles": Word(N_("Rôles et responsabilités")),
        "participation": Word(N_("Participation des travailleurs")),
        "risks_opportunities": Word(N_("Risques et opportunités")),
        "aspects_hazards": Word(N_("Aspects et dangers")),
        "obligations": Word(N_("Obligations légales")),
        "risk_actions": Word(N_("Plan d'action face aux risques")),
        "objectives": Word(N_("Objectifs")),
        "changes": Word(N_("Changements")),
        "resources": Word(N_("Ressources")),
        "competence": Word(N_("Compétences")),
        "awareness": Word(N_("Sensibilisation")),
        "communication": Word(N_("Communication")),
        "documentation": Word(N_("Informations documentées")),
        "operational_control": Word(N_("Maîtrise opérationnelle")),
        "customer_requirements": Word(N_("Exigences du client")),
        "design": Word(N_("Conception")),
        "purchasing": Word(N_("Achats et externalisation")),
        "production": Word(N_("Production et prestation")),
        "release": Word(N_("Libération")),
        "nonconforming_outputs": Word(N_("Sorties non conformes")),
        "emergency": Word(N_("Situations d'urgence")),
        "monitoring": Word(N_("Surveillance et mesure")),
        "customer_satisfaction": Word(N_("Satisfaction du client")),
        "data_analysis": Word(N_("Analyse des données")),
        "compliance_evaluation": Word(N_("Évaluation de la conformité")),
        "internal_audit": Word(N_("Audit interne")),
        "management_review": Word(N_("Revue de direction")),
        "corrective_action": Word(N_("Non-conformité et action corrective")),
        "improvement": Word(N_("Amélioration continue")),
    },
}
