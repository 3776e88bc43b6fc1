"""Charts, as specifications that the browser draws and that a table says in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from babel import Locale

from portal.formats import LOCALES, symbol
from portal.i18n import N_, catalogue
from services.indicators.schemas import DefinitionOut, ValueOut

BOUNDS = (("target", N_("Cible")), ("alert", N_("Limite")))


def line(values: Sequence[ValueOut], definition: DefinitionOut, language: str) -> dict[str, Any]:
    """An indicator over time, with its target and its limit as lines that carry their names."""
    said = catalogue(language).gettext
    points = [
        {"period": value.period.isoformat(), "value": _number(value.value)} for value in values
    ]
    bounds = [
        {"bound": _number(getattr(definition, name)), "label": said(label), "kind": name}
        for name, label in BOUNDS
        if getattr(definition, name) is not None
    ]
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": "container",
        "height": 260,
        "data": {"values": points, "format": {"parse": {"period": "utc:'%Y-%m-%d'"}}},
        "layer": [
            _curve(values, definition, said("Période")),
            *(_bound(bound) for bound in bounds),
        ],
    }
    return {"spec": spec, "locale": _locale(language)}


@dataclass(frozen=True)
class Part:
    """A part of a bar: of what, of which kind, and how long it is."""

    key: str
    kind: str
    count: float


def bars(parts: Sequence[Part], kinds: Sequence[str], language: str) -> dict[str, Any]:
    """How much of each kind there is of each thing, end to end; the things in the order given.

    The first kinds have the colours that warn. One kind needs no legend.
    """
    y = {
        "field": "key",
        "type": "nominal",
        "sort": list(dict.fromkeys(part.key for part in parts)),
        "axis": {"title": None, "labelLimit": 170, "ticks": False, "domain": False},
    }
    x = {
        "field": "count",
        "type": "quantitative",
        "axis": {"title": None, "tickMinStep": 1, "tickCount": 5},
    }
    encoding: dict[str, Any] = {"y": y, "x": x}
    if len(kinds) > 1:
        legend = {"title": None, "orient": "top", "columns": 2, "labelLimit": 220}
        scale = {"domain": list(kinds)}
        encoding["color"] = {"field": "kind", "type": "nominal", "scale": scale, "legend": legend}
        encoding["order"] = {"field": "rank", "type": "quantitative"}
    values = [
        {"key": p.key, "kind": p.kind, "count": p.count, "rank": kinds.index(p.kind)} for p in parts
    ]
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": "container",
        "height": {"step": 26},
        "data": {"values": values},
        "mark": {"type": "bar", "style": "bar", "tooltip": True},
        "encoding": encoding,
    }
    return {"spec": spec, "locale": _locale(language)}


def _curve(values: Sequence[ValueOut], definition: DefinitionOut, period: str) -> dict[str, Any]:
    unit = symbol(definition.unit)
    x = {
        "field": "period",
        "type": "temporal",
        "scale": {"type": "utc", "padding": 24},
        "axis": {
            "format": "%b %y",
            "title": None,
            "values": [_day(value.period) for value in values],
            "labelFlush": False,
            "labelOverlap": "parity",
            "labelSeparation": 10,
            "grid": False,
        },
    }
    y = {
        "field": "value",
        "type": "quantitative",
        "axis": {"title": unit or None, "tickMinStep": 1 if not unit else None, "tickCount": 5},
        "scale": {"zero": True, "nice": True},
    }
    tooltip = [
        {"field": "period", "type": "temporal", "format": "%B %Y", "title": period},
        {"field": "value", "type": "quantitative", "title": unit or "n"},
    ]
    mark = {"type": "line", "point": {"size": 45}, "style": "curve"}
    return {"mark": mark, "encoding": {"x": x, "y": y, "tooltip": tooltip}}


def _bound(bound: dict[str, Any]) -> dict[str, Any]:
    """A horizontal line, and its name at the left end above it."""
    y = {"field": "bound", "type": "quantitative"}
    text = {"align": "left", "baseline": "bottom", "dx": 4, "dy": -2, "x": 0}
    return {
        "data": {"values": [bound]},
        "encoding": {"y": y},
        "layer": [
            {"mark": {"type": "rule", "style": bound["kind"]}},
            {
                "mark": {"type": "text", "style": f"{bound['kind']}-name", **text},
                "encoding": {"text": {"field": "label"}},
            },
        ],
    }


def _day(day: date) -> dict[str, Any]:
    return {"year": day.year, "month": day.month, "date": day.day, "utc": True}


def _number(value: Decimal | None) -> float | None:
    """A chart is looked at, not counted with: a float is near enough there, and only there."""
    return None if value is None else float(value)


def _locale(language: str) -> dict[str, Any]:
    """What d3 wants to know of a language. Babel knows it."""
    locale = Locale.parse(LOCALES[language])
    months, days = locale.months["format"], locale.days["format"]
    in_order = (6, 0, 1, 2, 3, 4, 5)
    number = {
        "decimal": locale.number_symbols["latn"]["decimal"],
        "thousands": locale.number_symbols["latn"]["group"],
        "grouping": [3],
        "currency": ["", ""],
    }
    time = {
        "dateTime": "%A %e %B %Y %X",
        "date": "%d/%m/%Y",
        "time": "%H:%M:%S",
        "periods": ["", ""],
        "days": [days["wide"][day] for day in in_order],
        "shortDays": [days["abbreviated"][day] for day in in_order],
        "months": [months["wide"][month] for month in range(1, 13)],
        "shortMonths": [months["abbreviated"][month] for month in range(1, 13)],
    }
    return {"number": number, "time": time}
