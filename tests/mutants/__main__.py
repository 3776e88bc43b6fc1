"""`make mutants`: every guard taken away in turn, and whether a test noticed."""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable

from shared import db
from tests.conftest import running_platform
from tests.mutants.guarded import GUARDED
from tests.mutants.mutate import KINDS, REMOVED
from tests.mutants.runs import Outcome, bench, equivalents

ENOUGH = 0.95


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    asked.add_argument("modules", nargs="*", help=f"of {', '.join(GUARDED)}; all when none is said")
    asked.add_argument("--kind", choices=KINDS, help="only mutants of this kind")
    given = asked.parse_args()
    modules = given.modules or list(GUARDED)
    started = time.monotonic()
    found: list[Outcome] = []
    with running_platform() as platform:
        db.disconnect()
        with bench(platform) as on:
            for module in modules:
                found += shown(module, on.outcomes(module, GUARDED[module], given.kind))
    sys.exit(not told(found, time.monotonic() - started))


def shown(module: str, outcomes: Iterable[Outcome]) -> list[Outcome]:
    """The outcomes that count, each survivor printed as it is found."""
    known = equivalents()
    counted = []
    for one in outcomes:
        mutant = one.mutant
        if (module, mutant.function, mutant.was, mutant.now) in known:
            continue
        counted.append(one)
        if not one.killed:
            say(f"survived {module}:{mutant.line} {mutant.function}: {mutant.kind}")
            say(f"  - {mutant.was}\n  + {mutant.now}")
    say(f"{module}: {sum(o.killed for o in counted)} of {len(counted)} killed")
    return counted


def told(found: list[Outcome], seconds: float) -> bool:
    made = Counter(one.mutant.kind for one in found)
    killed = Counter(one.mutant.kind for one in found if one.killed)
    for kind, number in sorted(made.items()):
        say(f"{kind}: {killed[kind]} of {number} killed")
    part = killed.total() / made.total() if found else 1.0
    say(f"all: {killed.total()} of {made.total()} killed, {part:.1%}, in {seconds:.0f} s")
    return killed[REMOVED] == made[REMOVED] and part >= ENOUGH


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  what the command is for


if __name__ == "__main__":
    main()
