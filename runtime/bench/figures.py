"""The figures of a run, their medians, and the table they are shown in."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from runtime.bench.recording import Recording


@dataclass(frozen=True)
class Side:
    """One round on one side: the platform, or its floor."""

    p50_ms: float
    p95_ms: float
    chains_per_s: float
    cpu_ms: float
    """Per chain, while as many are under way as the writers keep going."""
    idle_cpu_ms: float
    """Per chain, one at a time."""


@dataclass(frozen=True)
class Line:
    name: str
    unit: str
    field: str
    target: float | None = None
    """The most that the ratio to the floor may be."""


FACTS = "{cores} cores, load {load}, fdatasync {fdatasync_ms} ms, Python {python}\n"

LINES = (
    Line("idle latency p50", "ms", "p50_ms", 2.0),
    Line("idle latency p95", "ms", "p95_ms", 2.5),
    Line("throughput", "chains/s", "chains_per_s"),
    Line("CPU, saturated", "ms/chain", "cpu_ms", 3.0),
    Line("CPU, one at a time", "ms/chain", "idle_cpu_ms"),
)


def percentile(values: Sequence[float], part: float) -> float:
    return sorted(values)[math.ceil(part * len(values)) - 1]


def summary(rounds: Sequence[tuple[Side, Side]]) -> list[dict[str, Any]]:
    """Compare the medians of both sides, and keep what they are medians of."""
    return [_compared(line, rounds) for line in LINES]


def _compared(line: Line, rounds: Sequence[tuple[Side, Side]]) -> dict[str, Any]:
    platform = [getattr(side, line.field) for side, _ in rounds]
    floor = [getattr(side, line.field) for _, side in rounds]
    ratio = median(platform) / median(floor)
    return {
        "name": line.name,
        "unit": line.unit,
        "platform": round(median(platform), 1),
        "floor": round(median(floor), 1),
        "ratio": round(ratio, 2),
        "ratios": [round(one / other, 2) for one, other in zip(platform, floor, strict=True)],
        "target": line.target,
        "met": None if line.target is None else ratio <= line.target,
    }


def counts(chain: Recording) -> dict[str, int]:
    """What a chain asks of the servers, counted and not measured: the same on every machine."""
    return {
        "events": chain.sent("XADD"),
        "transactions": len(chain.transactions),
        "statements": len(chain.statements),
        "of these, scopes": len(chain.scopes),
        "savepoint statements": len(chain.savepoints),
        "redis commands": len(chain.commands),
        "redis round trips": len(chain.round_trips),
    }


def table(found: dict[str, Any]) -> str:
    """Lay the figures out for a terminal."""
    events = found["counts"]["events"]
    medians = f"medians of {len(found['rounds'])} rounds"
    return "\n".join(
        [
            FACTS.format(**found["machine"]),
            f"{medians:<24}{'platform':>10}{'floor':>10}{'ratio':>8}{'target':>8}",
            *map(_row, found["lines"]),
            f"\n{'counted':<24}{'a chain':>10}{'an event':>10}",
            *(f"{name:<24}{n:>10}{n / events:>10.1f}" for name, n in found["counts"].items()),
        ]
    )


def _row(line: dict[str, Any]) -> str:
    target = "" if line["target"] is None else f"<={line['target']:g}"
    missed = "  missed" if line["met"] is False else ""
    name = f"{line['name']}, {line['unit']}"
    figures = f"{line['platform']:>10.1f}{line['floor']:>10.1f}{line['ratio']:>8.2f}"
    return f"{name:<24}{figures}{target:>8}{missed}"
