"""The tool that measures the tests is measured on a module with a guard and one without a test."""

from collections import Counter
from pathlib import Path

from tests.conftest import Platform
from tests.mutants.guarded import GUARDED
from tests.mutants.mutate import DROPPED, FLIPPED, NEGATED, REMOVED, mutants
from tests.mutants.runs import ROOT, Bench, equivalents

GATE = """\
def enter(name: str) -> str:
    if name != "Alice":
        raise PermissionError(name)
    return name


def whisper(name: str) -> str:
    return name.lower() if name.isupper() else name
"""
TESTS = """\
from gate import enter

import pytest


def test_alice_enters_and_nobody_else() -> None:
    assert enter("Alice") == "Alice"
    with pytest.raises(PermissionError):
        enter("Bob")
"""


def test_a_guard_that_is_tested_is_missed_and_one_that_is_not_survives(
    tmp_path: Path, platform: Platform
) -> None:
    (tmp_path / "gate.py").write_text(GATE)
    (tmp_path / "test_gate.py").write_text(TESTS)

    found = list(Bench(tmp_path, platform).outcomes("gate.py", ["test_gate.py"]))

    killed = {(one.mutant.function, one.mutant.kind): one.killed for one in found}
    assert killed == {
        ("enter", REMOVED): True,
        ("enter", FLIPPED): True,
        ("whisper", NEGATED): False,
    }
    assert (tmp_path / "gate.py").read_text() == GATE


def test_each_mutant_changes_one_thing() -> None:
    source = "rows.where(a)\nrequire(a)\nkept = [row for row in rows if row]\n"

    made = list(mutants(source))

    assert Counter(one.kind for one in made) == {DROPPED: 2, REMOVED: 1}
    assert {one.source.splitlines()[one.line - 1].strip() for one in made} == {
        "rows",
        "pass",
        "kept = [row for row in rows if True]",
    }


def test_the_lists_name_what_is_there() -> None:
    missing = [module for module in GUARDED if not (ROOT / module).is_file()]
    assert missing == []
    made = {
        (module, one.function, one.was, one.now)
        for module in GUARDED
        for one in mutants((ROOT / module).read_text())
    }
    assert set(equivalents()) <= made
