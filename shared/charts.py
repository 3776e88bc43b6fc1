"""Charts, as specifications that a browser draws and a report prints alike."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from babel import Locale

SCHEMA: Final = "https://vega.github.io/schema/vega-lite/v6.json"
LOCALES: Final = {"fr": "fr_FR", "en": "en_GB"}
FONT: Final = "Inter"
INK, LINE, ACCENT = "#17212c", "#c3cbd4", "#0b5a78"
TONES: Final = {
    "red": "#98192b",
    "orange": "#c77a1f",
    "grey": "#7b8794",
    "blue": "#2d7fb8",
    "green": "#2f8f5b",
}
WIDTH, ROW, MOST_TICKS = 620, 22, 10
"""How wide a chart of bars is, how high each of them, and how many figures stand below."""


@dataclass(frozen=True)
class Kind:
    """What a part of a bar counts, and how it is coloured."""

    name: str
    tone: str


def stacked(
    counts: Sequence[tuple[str, str, int]], kinds: Sequence[Kind], title: str
) -> dict[str, Any]:
    """Bars that lie, one for each thing counted, in the order given: (thing, kind, how many)."""
    things = list(dict.fromkeys(thing for thing, _, _ in counts))
    order = {kind.name: n for n, kind in enumerate(kinds)}
    rows = [
        {"thing": thing, "kind": kind, "count": count, "order": order[kind]}
        for thing, kind, count in counts
    ]
    colours = {"domain": list(order), "range": [TONES[kind.tone] for kind in kinds]}
    legend = {"orient": "top", "title": None, "direction": "horizontal", "columns": 3}
    totals: Counter[str] = Counter()
    for thing, _, count in counts:
        totals[thing] += count
    most = max([1, *totals.values()])
    ticks = list(range(0, most + 1, -(-most // MOST_TICKS)))
    return {
        "$schema": SCHEMA,
        "width": WIDTH,
        "height": {"step": ROW},
        "autosize": {"type": "fit-x", "contains": "padding"},
        "data": {"values": rows},
        "mark": {"type": "bar", "height": 13},
        "encoding": {
            "y": {
                "field": "thing",
                "type": "nominal",
                "sort": things,
                "axis": {"title": None, "labelLimit": 190, "domain": False, "ticks": False},
            },
            "x": {
                "field": "count",
                "type": "quantitative",
                "axis": {"title": title, "values": ticks, "format": "d"},
            },
            "color": {"field": "kind", "type": "nominal", "scale": colours, "legend": legend},
            "order": {"field": "order", "type": "quantitative"},
        },
    }


def look(font: str) -> dict[str, Any]:
    """How a chart looks on paper. The portal's own script says how on screen."""
    return {
        "background": "transparent",
        "font": font,
        "view": {"stroke": None},
        "axis": {
            "labelColor": INK,
            "titleColor": INK,
            "gridColor": LINE,
            "gridOpacity": 0.6,
            "domainColor": LINE,
            "tickColor": LINE,
            "labelFontSize": 11,
            "titleFontSize": 11,
            "titleFontWeight": 400,
            "labelPadding": 6,
        },
        "legend": {"labelColor": INK, "labelFontSize": 11, "symbolType": "square", "offset": 10},
        "style": {"curve": {"color": ACCENT, "strokeWidth": 2}, "point": {"color": ACCENT}},
    }


def locale(language: str) -> dict[str, Any]:
    """What d3 wants to know of a language. Babel knows it."""
    told = Locale.parse(LOCALES[language])
    months, days = told.months["format"], told.days["format"]
    in_order = (6, 0, 1, 2, 3, 4, 5)
    number = {
        "decimal": told.number_symbols["latn"]["decimal"],
        "thousands": told.number_symbols["latn"]["group"],
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
