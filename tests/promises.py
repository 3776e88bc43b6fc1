"""The promises of the design that a test measures: each with its figure and its target.

`make security` runs the tests marked `security` in full and prints a line per promise, `make axe`
those marked `axe`; `make test` runs them shorter where the full measure takes long.
"""

from collections.abc import Callable

import pytest

KEPT = "promise"
"""What a note is called among the properties of its test's report, which workers send home."""

Promise = Callable[[str, str, object, object], None]


@pytest.fixture
def promise(request: pytest.FixtureRequest) -> Promise:
    """Note what was measured: `promise("E1", "alterations found", f"{found} of 1200", "all")`."""

    def note(id: str, what: str, figure: object, target: object) -> None:
        line = f"{id:4} {what}: {figure} (target: {target})"
        request.node.user_properties.append((KEPT, line))

    return note


HowMany = Callable[[int, int], int]


@pytest.fixture
def how_many(request: pytest.FixtureRequest) -> HowMany:
    """`how_many(1000, 20)`: as the design's figure wants, in `make security`; else fewer."""
    whole = request.config.getoption("-m") in ("security", "axe")
    return lambda full, few: full if whole else few


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [report for reports in terminalreporter.stats.values() for report in reports]
    notes = [note for report in reports for note in getattr(report, "user_properties", ())]
    kept = sorted({line for name, line in notes if name == KEPT})
    if kept:
        terminalreporter.section("promises")
    for line in kept:
        terminalreporter.write_line(line)
