"""The copies of checkpoints outside the database: one file that is only ever appended to."""

import fcntl
import os
from collections.abc import Sequence
from pathlib import Path

from runtime.record.checkpoints import Checkpoint, opened
from shared.notes import Keys, split

NAME = "checkpoints.txt"
TAIL = 8_192


def read(path: Path, known: Keys) -> list[Checkpoint]:
    """All checkpoints of a file. Raises NotSigned for what is none."""
    return [opened(note, known) for note in split(whole(path))]


def whole(path: Path) -> str:
    """The file's text, with no note in it that is still being written."""
    with path.open() as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        return file.read()


def newest(folder: Path, known: Keys) -> Checkpoint | None:
    """The last checkpoint that was copied, without reading all before it."""
    path = folder / NAME
    if not path.exists() or not path.stat().st_size:
        return None
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL))
        notes = list(split(file.read().decode(errors="replace")))
    return opened(notes[-1], known)


def append(folder: Path, checkpoints: Sequence[Checkpoint]) -> None:
    """Add what the file lacks, and come back when the disk has it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / NAME).open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.writelines(f"{checkpoint.note}\n" for checkpoint in checkpoints)
        file.flush()
        os.fsync(file.fileno())
