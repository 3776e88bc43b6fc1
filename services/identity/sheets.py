"""The columns of the workbooks that list people and places, in both languages."""

from collections.abc import Mapping
from typing import Final

from services.identity.admin_schemas import SheetKind
from services.identity.schemas import Language, NodeKind, Role
from shared.sheets import Column, Template, Words
from shared.tabular import Sheet

ROLES: Final[Mapping[str, Words]] = {
    Role.PLATFORM_ADMIN: Words("Administrateur", "Platform administrator"),
    Role.GROUP_COORDINATOR: Words("Coordinateur QSE groupe", "Group QSE coordinator"),
    Role.SITE_COORDINATOR: Words("Coordinateur QSE de site", "Site QSE coordinator"),
    Role.PROCESS_OWNER: Words("Pilote de processus", "Process owner"),
    Role.AUDITOR: Words("Auditeur", "Auditor"),
    Role.CONTRIBUTOR: Words("Contributeur", "Contributor"),
    Role.READER: Words("Lecteur", "Reader"),
    Role.RECORDS_OFFICER: Words("Responsable des enregistrements", "Records officer"),
    Role.CERTIFIER: Words("Organisme certificateur", "Certification body"),
    Role.INSPECTOR: Words("Inspection", "Inspectorate"),
}
KINDS: Final[Mapping[str, Words]] = {
    NodeKind.DIVISION: Words("Division", "Division"),
    NodeKind.SITE: Words("Site", "Site"),
    NodeKind.WORK_UNIT: Words("Unité de travail", "Work unit"),
}
LANGUAGES: Final = {"fr": Words("français", "French"), "en": Words("anglais", "English")}

PEOPLE: Final = Template(
    Words("Personnes", "People"),
    (
        Column(
            "name",
            Words("Nom", "Name"),
            Words("Prénom et nom, de 2 à 200 caractères.", "First and last name, 2 to 200 long."),
        ),
        Column(
            "email",
            Words("Adresse électronique", "E-mail address"),
            Words(
                "Elle identifie la personne : une par personne.",
                "It identifies the person: one each.",
            ),
        ),
        Column(
            "language",
            Words("Langue", "Language"),
            Words("Langue des pages et des courriels.", "Language of pages and mails."),
            LANGUAGES,
        ),
        Column(
            "role",
            Words("Rôle", "Role"),
            Words(
                "Vide : la personne est ajoutée sans rôle. Un rôle de coordinateur est proposé"
                " à une seconde personne.",
                "Empty: the person is added without a role. A coordinator's role is proposed"
                " to a second person.",
            ),
            ROLES,
        ),
        Column(
            "place",
            Words("Lieu", "Place"),
            Words("Nom ou code du lieu où le rôle est tenu.", "Name or code of the role's place."),
        ),
        Column(
            "process",
            Words("Processus", "Process"),
            Words("Code du processus, pour un pilote.", "Code of the process, for its owner."),
        ),
        Column(
            "valid_from",
            Words("Du", "From"),
            Words("Premier jour du rôle. Vide : aujourd'hui.", "First day. Empty: today."),
        ),
        Column(
            "valid_to",
            Words("Au", "Until"),
            Words(
                "Dernier jour du rôle, 24 mois au plus après le premier.",
                "Last day of the role, at most 24 months after the first.",
            ),
        ),
    ),
)
PLACES: Final = Template(
    Words("Lieux", "Places"),
    (
        Column(
            "kind", Words("Genre", "Kind"), Words("Ce qu'est ce lieu.", "What the place is."), KINDS
        ),
        Column(
            "name",
            Words("Nom", "Name"),
            Words("De 2 à 200 caractères.", "From 2 to 200 characters."),
        ),
        Column(
            "code",
            Words("Code", "Code"),
            Words("Facultatif, 40 caractères au plus.", "Optional, at most 40 characters."),
        ),
        Column(
            "parent",
            Words("Au-dessous de", "Below"),
            Words(
                "Nom ou code du lieu du dessus ; il peut être sur une ligne plus haut.",
                "Name or code of the place above; it may be on a row further up.",
            ),
        ),
    ),
)
TEMPLATES: Final = {SheetKind.PEOPLE: PEOPLE, SheetKind.PLACES: PLACES}

CHECKPOINT: Final = Words("Point de contrôle", "Checkpoint")
ABOUT_CHECKPOINT: Final = Words(
    "Ce texte signé engage tout ce que la plateforme avait enregistré. À garder.",
    "This signed text commits to all that the platform had recorded. Keep it.",
)


def sealed(note: str, language: Language) -> Sheet:
    """The last sheet: a checkpoint. Whoever keeps the workbook keeps a copy that nobody alters."""
    rows = [(line,) for line in note.splitlines()]
    return Sheet(CHECKPOINT.said(language), [ABOUT_CHECKPOINT.said(language)], rows)
