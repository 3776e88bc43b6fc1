"""`qse bench chain`: what the chain costs, next to the least that it could cost.

A chain is a major nonconformity posted over HTTP, at a site without an alert, until the action's
owner, the site's coordinator and the policy's owner are told: a finding, an action, indicators of
the site, its division and the group, an alert, a review request, three notifications.

The platform is web, workers and Celery as real processes, on its own PostgreSQL and Valkey. The
floor is the same transactions and stream commands on raw drivers; see floor.py. Both work on the
same servers, in databases that are copies of each other, in turns: rates depend on the machine
and on who else uses it, so what counts is the ratio within a run.

Latency is taken from before the POST until the last notification is heard in its stream, by the
one clock of the process that posts and hears. CPU is that of all processes of a side: for the
platform web, workers, Celery and both servers, less what they use when nothing happens; for the
floor its process and both servers. The program that posts is in neither.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from runtime.bench import access, figures, machine, portal, reports
from runtime.bench.rehearsal import rehearse
from runtime.bench.rounds import Rounds, Sizes
from runtime.bench.stage import stage
from runtime.home import home
from shared.logging import configure_logging
from shared.work import clock

OTHERS = {"access": access.main, "portal": portal.main, "report": reports.main}


def main(what: str, path: str | None = None, sizes: Sizes | None = None) -> None:
    """Measure, print the table, and keep the figures as JSON: in the home, or where it is said."""
    kept = Path(path) if path else home() / "bench" / f"{what}-{clock():%Y%m%d-%H%M%S}.json"
    if what in OTHERS:
        OTHERS[what](kept)
        return
    found = measure(sizes or Sizes())
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(found, indent=1) + "\n")
    print(figures.table(found))  # noqa: T201
    print(f"\n{kept}")  # noqa: T201


def measure(sizes: Sizes) -> dict[str, Any]:
    configure_logging("ERROR")
    with stage() as on:
        facts = machine.facts(on.supervisor.logs)
        rehearsed = rehearse(sizes.sites)
        on.clone()
        rounds = Rounds(on, rehearsed, sizes).run()
    return {
        "at": clock().isoformat(timespec="seconds"),
        "machine": facts,
        "sizes": asdict(sizes),
        "lines": figures.summary(rounds),
        "counts": figures.counts(rehearsed.chain),
        "rounds": [{"platform": asdict(one), "floor": asdict(other)} for one, other in rounds],
    }
