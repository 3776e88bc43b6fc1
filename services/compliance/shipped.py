"""The standards that come with the product: numbers, and short titles in our own words.

What a standard requires is read in the standard. What is here names its clauses, so that audits,
findings and coverage can point at them; the themes say which clauses of several answer each other.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from services.compliance.schemas import Theme

DATA: Final = Path(__file__).with_name("data")


@dataclass(frozen=True)
class Clause:
    number: str
    title_fr: str
    title_en: str
    theme: Theme | None
    also: tuple[Theme, ...]


@dataclass(frozen=True)
class Standard:
    name: str
    code: str
    edition: str
    title_fr: str
    title_en: str
    amendment: str
    in_force_from: date
    clauses: Sequence[Clause]


@cache
def standards() -> tuple[Standard, ...]:
    return tuple(
        Standard(
            name=row["name"],
            code=row["code"],
            edition=row["edition"],
            title_fr=row["title_fr"],
            title_en=row["title_en"],
            amendment=row["amendment"],
            in_force_from=date.fromisoformat(row["in_force_from"]),
            clauses=[_clause(clause) for clause in _rows(row["name"])],
        )
        for row in _rows("standards")
    )


def _clause(row: dict[str, str]) -> Clause:
    return Clause(
        number=row["number"],
        title_fr=row["title_fr"],
        title_en=row["title_en"],
        theme=Theme(row["theme"]) if row["theme"] else None,
        also=tuple(Theme(name) for name in row["also"].split()),
    )


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
