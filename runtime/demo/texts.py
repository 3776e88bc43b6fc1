"""What the people of the demo write."""

from shared.tabular import Cell

POLICY = (
    "Groupe Alvéa fabrique des pièces composites et des produits de chimie fine. Nous voulons que "
    "chacun rentre chez soi en bonne santé, que nos voisins et l'environnement ne subissent pas "
    "nos activités, et que nos clients reçoivent ce qui leur a été promis. La direction en donne "
    "les moyens, chaque site s'y engage, et les résultats sont mesurés et revus ensemble."
)
COMMITMENTS = [
    "Satisfaire les exigences applicables et les attentes de nos clients",
    "Protéger l'environnement et prévenir les pollutions",
    "Respecter nos obligations de conformité",
    "Éliminer les dangers et réduire les risques",
    "Consulter les travailleurs et les faire participer",
    "Améliorer en continu le système de management intégré",
]

AUDITS = [
    "Audit interne production et maintenance",
    "Audit interne environnement",
    "Audit interne santé et sécurité au travail",
    "Audit interne achats et logistique",
    "Audit interne système de management",
]

# The grade, where, against what, what was seen and on what evidence; the cause and what was done.
FINDINGS = [
    (
        "NC_MIN",
        "PROD",
        "ISO 9001:2015 8.5.1",
        "Les réglages de la presse 4 ne sont pas enregistrés à chaque changement de série",
        "Fiches de réglage de trois séries sur huit non remplies",
        "La fiche se trouve au bureau et non au poste",
        "Fiche déplacée au poste et contrôlée en fin de série",
    ),
    (
        "PS",
        "LOG",
        "ISO 45001:2018 8.1.2",
        "Les allées piétonnes du quai sont marquées mais peu visibles le soir",
        "Visite du quai à 18 h, éclairage mesuré à 60 lux",
        "",
        "",
    ),
    (
        "NC_MAJ",
        "PROD",
        "ISO 45001:2018 8.1.2",
        "Un carter de machine est démonté pendant la production, sans consignation",
        "Constaté sur la machine M12, photographie et registre de consignation vide",
        "Le réglage oblige à ouvrir le carter et aucun verrouillage n'arrête la machine",
        "Verrouillage posé, réglage possible carter fermé, opérateurs formés",
    ),
    (
        "PF",
        "QSE",
        "",
        "Les causes d'accident sont partagées chaque semaine entre équipes, avec les intérimaires",
        "",
        "",
        "",
    ),
    (
        "NC_MIN",
        "MAINT",
        "ISO 14001:2015 8.1",
        "Les rétentions de deux cuves ne sont pas vérifiées à la fréquence prévue",
        "Registre: dernière vérification il y a sept mois, fréquence trimestrielle",
        "La tâche n'existe pas dans le plan de maintenance",
        "Tâche ajoutée au plan et rappel automatique",
    ),
    (
        "PP",
        "ACHATS",
        "ISO 9001:2015 8.4",
        "Les évaluations de fournisseurs pourraient tenir compte de leurs accidents",
        "",
        "",
        "",
    ),
    (
        "NC_MIN",
        "LOG",
        "ISO 14001:2015 8.2",
        "Le kit antipollution du quai est incomplet",
        "Deux boudins absorbants sur six présents",
        "Personne n'est chargé de le recompléter après usage",
        "Responsable nommé et contrôle mensuel affiché",
    ),
    (
        "NC_MIN",
        "PROD",
        "ISO 45001:2018 7.2",
        "Deux opérateurs conduisent un chariot avec une autorisation échue",
        "Autorisations échues depuis un et trois mois",
        "Les échéances sont suivies dans un tableur personnel",
        "Échéances reprises dans le système et alerte à trois mois",
    ),
]

WEAK_CAUSE = "Oubli de l'opérateur"

# A certifier's scale: some of the usual grades under its own codes, and its own delays.
CERTIFIER_SCALE = {
    "code": "CERTATLANTIQUE",
    "name": "Certif Atlantique",
    "grades": [
        {
            "code": "NC1",
            "kind": "NC_MAJ",
            "title_fr": "Écart critique",
            "title_en": "Critical gap",
            "definition_fr": "Le système ne tient plus une exigence, ou un danger est immédiat",
            "definition_en": "The system fails a requirement, or a danger is at hand",
            "obliges": True,
            "blocks": True,
            "answer_days": 21,
            "closing_days": 60,
        },
        {
            "code": "NC2",
            "kind": "NC_MIN",
            "title_fr": "Écart",
            "title_en": "Gap",
            "definition_fr": "Exigence non tenue ponctuellement",
            "definition_en": "Requirement not met in one instance",
            "obliges": True,
            "answer_days": 20,
            "closing_days": 180,
            "working_days": True,
        },
        {
            "code": "R",
            "kind": "PS",
            "title_fr": "Remarque",
            "title_en": "Remark",
            "answer_days": 60,
        },
        {"code": "F", "kind": "PF", "title_fr": "Force", "title_en": "Strength"},
    ],
}
# Its list: number, grade, clause, what was found, on what evidence, where, and answered by when.
CERTIFIER_FINDINGS: list[list[Cell]] = [
    [
        "2026-41/01",
        "Écart",
        "8.5.1",
        "Les réglages de la presse 2 ne sont pas repris sur la fiche de série",
        "Séries 1142 et 1147, fiches sans réglage",
        "PROD",
        None,
        None,
    ],
    [
        "2026-41/02",
        "Écart",
        "7.1.5",
        "Deux pieds à coulisse sont utilisés au-delà de leur date d'étalonnage",
        "Instruments PC-07 et PC-11, échus depuis deux mois",
        "MAINT",
        None,
        None,
    ],
    [
        "2026-41/03",
        "Remarque",
        "9.3",
        "La revue de direction ne reprend pas les retours des clients du semestre",
        "Compte rendu de la dernière revue",
        "QSE",
        None,
        None,
    ],
    [
        "2026-41/04",
        "Force",
        None,
        "Les équipes tiennent elles-mêmes le tableau des rebuts, au poste et à jour",
        None,
        "PROD",
        None,
        None,
    ],
]

# Of what, where, what it is, its gravity and probability at first and today, and what was done.
RISKS = [
    (
        "S",
        "PROD",
        "Écrasement de la main sur une presse",
        (3, 3),
        (3, 1),
        "Verrouillage, commande bimanuelle",
    ),
    (
        "S",
        "MAINT",
        "Chute de hauteur en maintenance de toiture",
        (4, 2),
        (4, 1),
        "Ligne de vie et permis",
    ),
    (
        "S",
        "LOG",
        "Collision entre chariot et piéton",
        (3, 3),
        (3, 2),
        "Allées séparées, vitesse bridée",
    ),
    (
        "E",
        "PROD",
        "Épandage de solvant au dépotage",
        (3, 3),
        (3, 1),
        "Rétention et procédure de dépotage",
    ),
    (
        "E",
        "MAINT",
        "Fuite de fluide frigorigène",
        (2, 3),
        (2, 2),
        "Contrôle d'étanchéité semestriel",
    ),
    (
        "Q",
        "ACHATS",
        "Rupture d'approvisionnement d'un composant unique",
        (3, 3),
        (3, 2),
        "Seconde source homologuée",
    ),
    (
        "Q",
        "PROD",
        "Mélange de lots en sortie de ligne",
        (3, 2),
        (3, 1),
        "Étiquette à la presse et lecture au bac",
    ),
]
