"""`make faults`: the full run with its controls, as figures."""

import sys
import time

from tests.faults.runs import CONTROLS, FULL, run


def main() -> None:
    started = time.monotonic()
    found = run(FULL)
    seconds = time.monotonic() - started
    print(f"{FULL.findings} findings, {FULL.killed} kills, {FULL.cuts} cuts, {FULL.wipes} wipe")
    print(f"lost {found.lost or 0}, doubled {found.doubled or 0}, dead letters {found.dead}")
    print(f"unsent {found.unsent}, letters missing {found.letters_missing}")
    print(f"letters handed over twice to SMTP {found.letters_twice}; {seconds:.0f} s")
    seen = 0
    for name, control in CONTROLS.items():
        broken = control()
        seen += not broken.clean
        print(f"control {name}: {broken}")
    sys.exit(0 if found.clean and seen == len(CONTROLS) else 1)


if __name__ == "__main__":
    main()
