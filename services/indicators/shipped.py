"""The indicators that come with the product: the usual ones of quality, safety and environment."""

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from services.indicators.definition_schemas import Component, DefinitionIn

DATA: Final = Path(__file__).with_name("data")


@cache
def definitions() -> dict[str, DefinitionIn]:
    """Every indicator by its code. None is measured anywhere until a site says that it is."""
    return {
        row["code"]: DefinitionIn.model_validate(
            row | {"everywhere": False, "components": list(_components(row["code"]))}
        )
        for row in _rows("indicators")
    }


def _components(code: str) -> Iterator[Component]:
    for row in _rows("components"):
        if row.pop("indicator") == code:
            yield Component.model_validate(row)


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
