"""The columns of the workbooks that list people and places, in both languages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from services.identity.admin_schemas import SheetKind
from services.identity.errors import NotADay, NotInTheList, WrongColumns
from services.identity.schemas import Language, NodeKind, Role
from shared.errors import DomainError
from shared.tabular import Cell, Sheet


@dataclass(frozen=True)
class Words:
    """The same in French and in English."""

    fr: str
    en: str

    def said(self, language: Language) -> str:
        return self.fr if language == "fr" else self.en

    def includes(self, text: str) -> bool:
        return text.casefold() in (self.fr.casefold(), self.en.casefold())


@dataclass(frozen=True)
class Column:
    key: str
    title: Words
    about: Words
    allowed: Mapping[str, Words] | None = None


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

COLUMNS: Final[Mapping[SheetKind, Sequence[Column]]] = {
    SheetKind.PEOPLE: (
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
    SheetKind.PLACES: (
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
}
TITLES: Final = {
    SheetKind.PEOPLE: Words("Personnes", "People"),
    SheetKind.PLACES: Words("Lieux", "Places"),
}
EXPLAINED: Final = Words("Explications", "Explanations")
EXPLAINED_HEADER: Final = (
    Words("Colonne", "Column"),
    Words("Ce qu'on y met", "What goes in"),
    Words("Valeurs admises", "Allowed values"),
)

CHECKPOINT: Final = Words("Point de contrôle", "Checkpoint")
ABOUT_CHECKPOINT: Final = Words(
    "Ce texte signé engage tout ce que la plateforme avait enregistré. À garder.",
    "This signed text commits to all that the platform had recorded. Keep it.",
)


def listed(kind: SheetKind, language: Language, rows: Sequence[Sequence[Cell]]) -> Sheet:
    header = [column.title.said(language) for column in COLUMNS[kind]]
    return Sheet(TITLES[kind].said(language), header, rows)


def explained(kind: SheetKind, language: Language) -> Sheet:
    """The second sheet: what each column takes."""
    rows = [
        (column.title.said(language), column.about.said(language), _allowed(column, language))
        for column in COLUMNS[kind]
    ]
    header = [words.said(language) for words in EXPLAINED_HEADER]
    return Sheet(EXPLAINED.said(language), header, rows)


def sealed(note: str, language: Language) -> Sheet:
    """The last sheet: a checkpoint. Whoever keeps the workbook keeps a copy that nobody alters."""
    rows = [(line,) for line in note.splitlines()]
    return Sheet(CHECKPOINT.said(language), [ABOUT_CHECKPOINT.said(language)], rows)


def read_rows(kind: SheetKind, rows: Sequence[Sequence[Cell]]) -> list[tuple[int, dict[str, Cell]]]:
    """Each row that is not empty, with its number in the workbook, by what its columns mean."""
    titles = [str(title or "").strip() for title in rows[0]] if rows else []
    found = {
        column.key: position
        for column in COLUMNS[kind]
        for position, title in enumerate(titles)
        if column.title.includes(title)
    }
    missing = [column for column in COLUMNS[kind] if column.key not in found]
    if missing:
        raise WrongColumns(columns=", ".join(_both(column.title) for column in missing))
    return [
        (number, {key: row[position] for key, position in found.items()})
        for number, row in enumerate(rows[1:], start=2)
        if any(cell is not None for cell in row)
    ]


def one_of(allowed: Mapping[str, Words], text: str) -> str:
    """A value by its word in either language, or by its code."""
    for value, words in allowed.items():
        if words.includes(text) or text.casefold() == value:
            return str(value)
    raise NotInTheList(value=text)


def day_of(cell: Cell) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(str(cell), form).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
    raise NotADay(value=cell)


def _allowed(column: Column, language: Language) -> str:
    return ", ".join(words.said(language) for words in (column.allowed or {}).values())


def _both(title: Words) -> str:
    return title.fr if title.fr == title.en else f"{title.fr} ({title.en})"


class Wrong(Exception):
    """A cell that a row cannot do with, and why."""

    def __init__(self, column: str, refusal: DomainError) -> None:
        super().__init__(str(refusal))
        self.column = column
        self.refusal = refusal
