"""A certification cycle drawn along a line: where its windows lie, in parts of a thousand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from services.audit.programme.certificate_schemas import CertificateOut, WindowOut

WIDTH: Final = 1000
NARROWEST: Final = 6
MARGIN: Final = timedelta(days=30)
ROW: Final = 22


@dataclass(frozen=True)
class Bar:
    """A window on the line: where it begins, how long it is, in which row."""

    window: WindowOut
    left: int
    width: int
    top: int
    tone: str


@dataclass(frozen=True)
class Line:
    bars: Sequence[Bar]
    years: Sequence[tuple[int, int]]
    today: int | None
    ends: int | None
    height: int


def drawn(certificate: CertificateOut, windows: Sequence[WindowOut], today: date) -> Line | None:
    """The windows of the cycle that runs, one below the other; nothing, if there are none."""
    now = [window for window in windows if window.cycle == certificate.cycle]
    if not now:
        return None
    first = min([*(w.opens_on for w in now), certificate.decided_on or now[0].opens_on]) - MARGIN
    last = max([*(w.latest_on for w in now), certificate.expires_on or now[0].latest_on]) + MARGIN
    span = (last - first).days

    def at(day: date) -> int:
        return (day - first).days * WIDTH // span

    bars = [
        Bar(
            w,
            at(w.opens_on),
            max(at(w.latest_on) - at(w.opens_on), NARROWEST),
            n * ROW,
            _tone(w, today),
        )
        for n, w in enumerate(now)
    ]
    years = [(year, at(date(year, 1, 1))) for year in range(first.year + 1, last.year + 1)]
    ends = at(certificate.expires_on) if certificate.expires_on else None
    return Line(bars, years, at(today) if first <= today <= last else None, ends, len(now) * ROW)


def _tone(window: WindowOut, today: date) -> str:
    if window.met_on is not None:
        return "green"
    if window.latest_on < today:
        return "red"
    return "orange" if window.opens_on <= today else "blue"
