"""Charts, as specifications that the browser draws and that a table says in words."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from portal.formats import symbol
from portal.i18n import N_, catalogue
from services.indicators.definition_schemas import DefinitionOut
from services.indicators.reading.schemas import ControlOut, Judged
from services.indicators.schemas import ValueOut
from shared.charts import ROW, SCHEMA, Kind, locale, stacked

STEPS = (("upper", "alert"), ("lower", "alert"), ("centre", "target"))
SIGNALS = (("bad", "diamond"), ("good", "circle"))
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
        "$schema": SCHEMA,
        "width": "container",
        "height": 260,
        "data": {"values": points, "format": {"parse": {"period": "utc:'%Y-%m-%d'"}}},
        "layer": [
            _curve(values, symbol(definition.unit, language), said("Période")),
            *(_bound(bound) for bound in bounds),
        ],
    }
    return {"spec": spec, "locale": locale(language)}


def control(found: ControlOut, definition: DefinitionOut, language: str) -> dict[str, Any]:
    """A control chart: the points, their mean and limits in steps, and what signals, marked."""
    said = catalogue(language).gettext
    x = _time([point.period for point in found.points])
    unit = symbol(definition.unit, language)
    tooltip = [
        {"field": "period", "type": "temporal", "format": "%B %Y", "title": said(N_("Période"))},
        {"field": "value", "type": "quantitative", "title": unit or "n"},
    ]
    y = {"field": "value", "type": "quantitative", "scale": {"zero": False}}
    over_time = {"x": x, "y": y | {"axis": {"title": unit or None}}, "tooltip": tooltip}
    curve = {"type": "line", "point": {"size": 45}, "style": "curve"}
    spec = {
        "$schema": SCHEMA,
        "width": "container",
        "height": 300,
        "data": {
            "values": _marked(found),
            "format": {"parse": {"period": "utc:'%Y-%m-%d'"}},
        },
        "layer": [
            *(_step(x, field, style) for field, style in STEPS),
            {"mark": curve, "encoding": over_time},
            *(_signal(over_time, kind, shape) for kind, shape in SIGNALS),
        ],
    }
    return {"spec": spec, "locale": locale(language)}


def _marked(found: ControlOut) -> list[dict[str, Any]]:
    """The points, each with what it signals: good news, or what is to be looked into."""
    told = {signal.period for signal in found.signals}
    bad = {signal.period for signal in found.signals if signal.judged is not Judged.IMPROVEMENT}
    kinds = {period: "bad" if period in bad else "good" for period in told}
    return [
        point.model_dump(mode="json") | {"mark": kinds.get(point.period, "")}
        for point in found.points
    ]


def _step(x: dict[str, Any], field: str, style: str) -> dict[str, Any]:
    mark = {"type": "line", "interpolate": "step", "style": style}
    return {"mark": mark, "encoding": {"x": x, "y": {"field": field, "type": "quantitative"}}}


def _signal(over_time: dict[str, Any], kind: str, shape: str) -> dict[str, Any]:
    """A shape of its own, so that it is told apart without its colour."""
    mark = {"type": "point", "style": f"signal-{kind}", "size": 110, "shape": shape}
    only = [{"filter": f"datum.mark === '{kind}'"}]
    return {"transform": only, "mark": mark, "encoding": over_time}


def lengths(
    counts: Sequence[tuple[str, str, int]], kinds: Sequence[Kind], title: str, language: str
) -> dict[str, Any]:
    """Bars that lie, as reports print them: as wide as there is room for.

    The page says once which colour is which kind: on a telephone a legend leaves no room for bars.
    """
    # A height by the step is a "discrete" one, of which Vega-Lite warns beside a width that fits.
    height = ROW * len({thing for thing, _, _ in counts})
    spec = stacked(counts, kinds, title) | {"width": "container", "height": height}
    spec["encoding"]["color"]["legend"] = None
    return {"spec": spec, "locale": locale(language)}


def _curve(values: Sequence[ValueOut], unit: str, period: str) -> dict[str, Any]:
    x = _time([value.period for value in values])
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


def _time(periods: Sequence[date]) -> dict[str, Any]:
    return {
        "field": "period",
        "type": "temporal",
        "scale": {"type": "utc", "padding": 24},
        "axis": {
            "format": "%b %y",
            "title": None,
            "values": [_day(period) for period in periods],
            "labelFlush": False,
            "labelOverlap": "parity",
            "labelSeparation": 10,
            "grid": False,
        },
    }


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
