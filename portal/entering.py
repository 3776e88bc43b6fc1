"""The grid of a site's figures: what its cells are, and what somebody typed into them.

A field is called `code|first day of the period|part`; the part is a side, or a part of a formula.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from portal.formats import french_number, today
from portal.forms import day_of
from portal.i18n import N_, catalogue
from services.indicators.definition_schemas import DefinitionOut
from services.indicators.entry.schemas import Entered, GridLine
from services.indicators.schemas import Aggregation, Frequency, MeasurementOut
from shared.schemas import plain

SIDES: Final = ("numerator", "denominator")
VERSION: Final = "version"

Texts = Mapping[str, str]
"""What is typed, by the names of the fields."""


@dataclass(frozen=True)
class Part:
    """What is entered of an indicator: one of its sides, or a part of its formula."""

    key: str
    label: str
    unit: str


@dataclass(frozen=True)
class Cell:
    """An amount of a part in a period. What has not begun cannot be entered."""

    name: str
    text: str
    period: date
    begun: bool
    implausible: bool
    wrong: bool


@dataclass(frozen=True)
class Block:
    """An indicator in the grid: its rows of cells, and the versions that are on the screen."""

    definition: DefinitionOut
    rows: list[tuple[Part, list[Cell]]]
    versions: list[tuple[str, int]]


@dataclass(frozen=True)
class Figure:
    """What is typed of an indicator in a period, by its parts."""

    line: GridLine
    period: date
    texts: Mapping[str, str]
    version: str

    @property
    def name(self) -> str:
        return field_name(self.line.definition, self.period)

    @property
    def is_changed(self) -> bool:
        kept = _kept(self.line, self.period)
        return bool(self.unreadable) or any(
            text and _amount(text) != _amount(_text(kept, key)) for key, text in self.texts.items()
        )

    @property
    def unreadable(self) -> list[str]:
        """The fields in which no number stands."""
        wrong = [key for key, text in self.texts.items() if text and _amount(text) is None]
        return [field_name(self.line.definition, self.period, key) for key in wrong]

    def read(self) -> Entered:
        amounts = {key: _amount(text) for key, text in self.texts.items() if text}
        sides: dict[str, Any] = amounts if set(amounts) <= set(SIDES) else {"amounts": amounts}
        version = int(self.version) if self.version.isdecimal() else None
        return Entered(code=self.line.definition.code, period=self.period, version=version, **sides)


def field_name(definition: DefinitionOut, period: date, key: str = "") -> str:
    return f"{definition.code}|{period}|{key}"


def block_of(
    line: GridLine, year: int, typed: Texts, marked: Iterable[str], language: str
) -> Block:
    """Lay an indicator out over a year. What was typed and not kept is shown as it was typed."""
    definition, wrong = line.definition, set(marked)
    rows = []
    for part in parts_of(definition, language):
        cells = []
        for period in _periods(definition, year):
            kept = _kept(line, period)
            name = field_name(definition, period, part.key)
            cells.append(
                Cell(
                    name,
                    typed.get(name, _shown(_text(kept, part.key), language)),
                    period,
                    begun=period <= today(),
                    implausible=kept is not None and kept.implausible,
                    wrong=bool({name, field_name(definition, period)} & wrong),
                )
            )
        rows.append((part, cells))
    versions = [
        (field_name(definition, one.period, VERSION), one.version) for one in line.measurements
    ]
    return Block(definition, rows, versions)


def figures_of(lines: Iterable[GridLine], typed: Texts) -> list[Figure]:
    """What was typed, a figure for each indicator and period."""
    known = {line.definition.code: line for line in lines}
    texts: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for name, text in typed.items():
        code, _, rest = name.partition("|")
        period, _, key = rest.partition("|")
        if code in known and key:
            texts[code, period][key] = text
    return [
        Figure(known[code], day, parts, version=parts.pop(VERSION, ""))
        for (code, period), parts in texts.items()
        if (day := day_of(period)) is not None
    ]


def parts_of(definition: DefinitionOut, language: str) -> list[Part]:
    """The parts of a formula, or plainly the sides, under the names that they have."""
    named = [
        Part(part.code, part.name_en if language == "en" else part.name_fr, part.unit)
        for part in definition.components
    ]
    if definition.is_composed:
        return named
    is_ratio = definition.aggregation is Aggregation.RATIO_OF_SUMS
    said = catalogue(language).gettext
    usual = (N_("Numérateur"), N_("Dénominateur")) if is_ratio else (N_("Valeur"),)
    unit = "" if is_ratio else definition.unit
    plainly = named or [Part("", said(label), unit) for label in usual]
    return [Part(side, part.label, part.unit) for side, part in zip(SIDES, plainly, strict=False)]


def _periods(definition: DefinitionOut, year: int) -> list[date]:
    yearly = definition.frequency is Frequency.YEAR
    return [date(year, month, 1) for month in ((1,) if yearly else range(1, 13))]


def _kept(line: GridLine, period: date) -> MeasurementOut | None:
    return next((one for one in line.measurements if one.period == period), None)


def _text(kept: MeasurementOut | None, key: str) -> str:
    if kept is None:
        return ""
    sides = {"numerator": kept.numerator, "denominator": kept.denominator}
    amount = {**sides, **kept.amounts}.get(key)
    return "" if amount is None else plain(amount)


def _shown(text: str, language: str) -> str:
    return text if language == "en" else text.replace(".", ",")


def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(french_number(text))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None
