"""`make fuzz`: every service as every role, until so many requests have been made."""

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from runtime.services import SERVICES
from runtime.web import create_web
from shared import db
from shared.logging import configure_logging
from tests import servers
from tests.access.people import let_everybody_in
from tests.conftest import Platform, running_platform
from tests.fuzz.runs import SEED, Seen, documents, everybody, fuzz

EXAMPLES = 10
"""A round gives each operation so many inventions of Hypothesis, after all cases of the schema."""


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    asked.add_argument("--cases", type=int, default=50_000)
    asked.add_argument("--examples", type=int, default=EXAMPLES)
    given = asked.parse_args()
    configure_logging("CRITICAL")
    with running_platform() as platform:
        let_everybody_in()
        seen = run(platform, given.cases, given.examples)
    for what, shown in seen.violations.items():
        say(f"\n{what}\n{shown}")
    sys.exit(bool(seen.violations))


def run(platform: Platform, cases: int, examples: int) -> Seen:
    """Whole rounds, each as everybody at every service, until there are enough cases."""
    app = create_web(list(SERVICES), with_portal=False)
    total = Seen()
    started = time.monotonic()
    for seed in count(SEED):
        for actor in everybody():
            with database(platform):
                for document in documents().values():
                    total.add(fuzz(document, app, actor, seed, examples))
            tell(f"round {seed}, as {actor.name}", total, time.monotonic() - started)
        if total.cases >= cases:
            break
    say(f"never served: {', '.join(sorted(total.asked - total.served)) or 'none'}")
    return total


@contextmanager
def database(platform: Platform) -> Iterator[None]:
    """A fresh one: what one person has spoilt is no excuse for the answers to the next."""
    db.disconnect()
    name = platform.clone()
    servers.adopt(platform.environment(name))
    yield
    db.disconnect()
    platform.drop(name)


def tell(where: str, seen: Seen, seconds: float) -> None:
    say(
        f"{where}: {seen.cases} cases, {seen.server_errors} answered 5xx, "
        f"{len(seen.violations)} violations, {len(seen.served)} of {len(seen.asked)} operations "
        f"served, {seen.cases / seconds:.0f} cases a second"
    )


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  what the command is for


if __name__ == "__main__":
    main()
