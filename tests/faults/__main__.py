"""`make faults`: the full run with its controls, as figures."""

import sys
import time

from tests.faults.runs import CONTROLS, FULL, run


def main() -> None:
    started = time.monotonic()
    found = run(FULL)
    seconds = time.monotonic() - started
    say(f"{FULL.findings} findings, {FULL.killed} kills, {FULL.cuts} cuts, {FULL.wipes} wipe")
    say(f"{found.told()} after {seconds:.0f} s")
    broken = {name: control() for name, control in CONTROLS.items()}
    for name, seen in broken.items():
        say(f"control, {name}: {seen.told()}")
    sys.exit(not found.clean or any(seen.clean for seen in broken.values()))


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  what the command is for


if __name__ == "__main__":
    main()
