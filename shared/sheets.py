"""What a workbook that fills a register looks like: its columns, and how their cells are read.

The same columns make the template, explain it on its second sheet, and read what comes back, in
French or in English.
"""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, TypeVar

from shared.errors import DomainError
from shared.tabular import Cell, Sheet

T = TypeVar("T")

HEADER_WITHIN: Final = 15

Row = dict[str, Cell]
Rows = Sequence[tuple[int, Row]]
"""Each row by what its columns mean, with its number in the workbook."""


class WrongColumns(DomainError):
    status = 422
    message = "These columns are missing: {columns}. Take the template and fill it in."


class CellMissing(DomainError):
    message = "This cell is empty; fill it in."


class CellTooLong(DomainError):
    message = "This is longer than {most} characters; shorten it."


class NotADay(DomainError):
    message = "{value} is no date; write one like 2027-12-31."


class NotInTheList(DomainError):
    message = "{value} is none of the allowed values; see the second sheet of the template."


class TwiceInTheWorkbook(DomainError):
    message = "Row {row} says something else about {value}; keep one of them."


@dataclass(frozen=True)
class Words:
    """The same in French and in English."""

    fr: str
    en: str

    def said(self, language: str) -> str:
        return self.fr if language == "fr" else self.en

    def includes(self, text: str) -> bool:
        return plain(text) in (plain(self.fr), plain(self.en))


def plain(text: str) -> str:
    """Words without what people vary: case, accents, punctuation, spaces."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c if c.isalnum() else " " for c in letters if not unicodedata.combining(c))
    return " ".join(kept.split()) or text.strip()


@dataclass(frozen=True)
class Column:
    key: str
    title: Words
    about: Words
    allowed: Mapping[str, Words] | None = None
    also: Sequence[str] = ()
    """What others call it who make such lists."""
    optional: bool = False
    """A workbook made before there was such a column is read all the same."""

    def is_called(self, title: str) -> bool:
        return self.title.includes(title) or plain(title) in map(plain, self.also)


EXPLAINED: Final = Words("Explications", "Explanations")
EXPLAINED_HEADER: Final = (
    Words("Colonne", "Column"),
    Words("Ce qu'on y met", "What goes in"),
    Words("Valeurs admises", "Allowed values"),
)


@dataclass(frozen=True)
class Template:
    """The workbook of one register."""

    title: Words
    columns: Sequence[Column]

    def listed(self, language: str, rows: Sequence[Sequence[Cell]]) -> Sheet:
        header = [column.title.said(language) for column in self.columns]
        return Sheet(self.title.said(language), header, rows)

    def explained(self, language: str) -> Sheet:
        """The second sheet: what each column takes."""
        rows = [
            (column.title.said(language), column.about.said(language), _allowed(column, language))
            for column in self.columns
        ]
        header = [words.said(language) for words in EXPLAINED_HEADER]
        return Sheet(EXPLAINED.said(language), header, rows)

    def read(self, rows: Sequence[Sequence[Cell]]) -> Rows:
        """Each row that is not empty, with its number in the workbook.

        Others' lists have a title above: the header is the row that knows the most columns.
        """
        looked_at = [self._found(row) for row in rows[:HEADER_WITHIN]] or [{}]
        missing = [self._missing(found) for found in looked_at]
        header = min(range(len(looked_at)), key=lambda n: len(missing[n]))
        if missing[header]:
            raise WrongColumns(columns=", ".join(_both(c.title) for c in missing[header]))
        found = looked_at[header]
        return [
            (number, {key: row[position] for key, position in found.items()})
            for number, row in enumerate(rows[header + 1 :], start=header + 2)
            if any(cell is not None for cell in row)
        ]

    def _found(self, row: Sequence[Cell]) -> dict[str, int]:
        """Where each column stands, if the row holds their titles: the first of each counts."""
        titles = [str(title or "").strip() for title in row]
        return {
            column.key: position
            for column in self.columns
            for position, title in reversed([*enumerate(titles)])
            if title and column.is_called(title)
        }

    def _missing(self, found: Mapping[str, int]) -> list[Column]:
        return [c for c in self.columns if c.key not in found and not c.optional]


class Wrong(Exception):
    """A cell that a row cannot do with, and why."""

    def __init__(self, column: str, refusal: DomainError) -> None:
        super().__init__(str(refusal))
        self.column = column
        self.refusal = refusal


def within(column: str, look: Callable[[], T], elsewhere: Mapping[str, str] = {}) -> T:
    """Have a refusal point at its cell: this column's, or the one where its reason stands."""
    try:
        return look()
    except DomainError as refusal:
        raise Wrong(elsewhere.get(refusal.type, column), refusal) from None


def one_of(allowed: Mapping[str, Words], text: str) -> str:
    """A value by its word in either language, or by its code."""
    for value, words in allowed.items():
        if words.includes(text) or text.casefold() == value.casefold():
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


def number_of(cell: Cell) -> Cell:
    """A number as people write it, with a comma or spaces; what is none stays as it is."""
    if not isinstance(cell, str):
        return cell
    return cell.translate({ord(space): None for space in " \u00a0\u202f"}).replace(",", ".")


def _allowed(column: Column, language: str) -> str:
    return ", ".join(words.said(language) for words in (column.allowed or {}).values())


def _both(title: Words) -> str:
    return title.fr if title.fr == title.en else f"{title.fr} ({title.en})"
