"""Run the tests of a module on each of its mutants, in a copy of the tree."""

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.conftest import HELD, Platform
from tests.mutants.mutate import Mutant, mutants

ROOT: Final = Path(__file__).parents[2]
LONGEST_RUN_S: Final = 300
PACKAGES: Final = ("data", "deploy", "portal", "runtime", "services", "shared", "tests")


@dataclass(frozen=True)
class Outcome:
    """What the tests said to a mutant."""

    module: str
    mutant: Mutant
    killed: bool


class Bench:
    """A copy of the tree, and servers that stay up from one run to the next."""

    def __init__(self, tree: Path, platform: Platform) -> None:
        self.tree = tree
        held = [platform.postgres_url, platform.redis_url, platform.key.as_dict(private=True)]
        self.environment = os.environ | {HELD: json.dumps(held)}

    def outcomes(
        self, module: str, tests: Sequence[str], kind: str | None = None
    ) -> Iterator[Outcome]:
        """Each mutant, of one kind or of all, and what the tests say to it."""
        source = (self.tree / module).read_text()
        before = self._run(tests)
        if before.returncode != 0:
            raise RuntimeError(f"{module}: its tests fail without any mutant\n{before.stdout}")
        for mutant in mutants(source):
            if kind not in (None, mutant.kind):
                continue
            self._put(module, mutant.source)
            yield Outcome(module, mutant, killed=self._kill(tests))
        self._put(module, source)

    def _put(self, module: str, source: str) -> None:
        """What was compiled goes too: a mutant may be as long, and written in the same second."""
        path = self.tree / module
        path.write_text(source)
        for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*"):
            compiled.unlink()

    def _kill(self, tests: Sequence[str]) -> bool:
        """Whether the tests notice. A mutant that never ends is noticed as well."""
        try:
            return self._run(tests).returncode != 0
        except subprocess.TimeoutExpired:
            return True

    def _run(self, tests: Sequence[str]) -> "subprocess.CompletedProcess[str]":
        present = [test for test in tests if (self.tree / test).exists()]
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *present]
        return subprocess.run(  # noqa: S603  our own tests
            command,
            check=False,
            cwd=self.tree,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=LONGEST_RUN_S,
        )


@contextmanager
def bench(platform: Platform) -> Iterator[Bench]:
    with tempfile.TemporaryDirectory(prefix="qse-mutants-") as folder:
        tree = Path(folder)
        shutil.copy(ROOT / "pyproject.toml", tree)
        for package in PACKAGES:
            shutil.copytree(
                ROOT / package,
                tree / package,
                ignore=shutil.ignore_patterns("__pycache__", "node_modules"),
            )
        yield Bench(tree, platform)


def equivalents() -> dict[tuple[str, str, str, str], str]:
    """Mutants that change nothing anybody could see, each with the reason."""
    with Path(__file__).with_name("equivalent.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {(r["module"], r["function"], r["was"], r["now"]): r["reason"] for r in rows}
