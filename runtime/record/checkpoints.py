"""What a checkpoint says, and how it is written and read as a signed note."""

import hashlib
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from shared import notes
from shared.merkle import Tree, leaf_hash
from shared.notes import NotSigned
from shared.settings import Misconfigured, settings

KIND = "qse checkpoint of"
FORMAT = "%Y-%m-%dT%H:%M:%SZ"
START = "-"


@dataclass(frozen=True)
class Tip:
    """How far a service's tree had grown, and its root there."""

    size: int
    root: bytes


@dataclass(frozen=True)
class Checkpoint:
    """What the records of all services were at a moment."""

    number: int
    made_at: datetime
    previous: str
    """The fingerprint of the note before: whoever holds one holds all before it."""
    tips: dict[str, Tip]
    note: str = ""

    @property
    def size(self) -> int:
        return sum(tip.size for tip in self.tips.values())

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.note)


def fingerprint(note: str) -> str:
    return hashlib.sha256(note.encode()).hexdigest()


def signed_note(text: str) -> str:
    """Put the record's own signature under a text."""
    secret = settings().checkpoint_key
    if secret is None:
        raise Misconfigured("QSE_CHECKPOINT_KEY is not set; the record is sealed with it")
    return notes.sign(text, *notes.private_key(secret.get_secret_value()))


def signed(checkpoint: Checkpoint) -> str:
    return signed_note(_text(checkpoint))


def keys() -> notes.Keys:
    known = settings().checkpoint_keys
    if known is None:
        raise Misconfigured("QSE_CHECKPOINT_KEYS is not set; checkpoints are checked with them")
    return notes.public_keys(known)


def opened(note: str, known: notes.Keys) -> Checkpoint:
    """Read a note that one of these keys signed."""
    text = notes.opened(note, known)
    try:
        return _read(text, note)
    except (ValueError, IndexError):
        raise NotSigned from None


def group_root(lines: list[str]) -> str:
    """One hash for the whole group, over the services' lines."""
    tree = Tree()
    for line in lines:
        tree.grow(leaf_hash(b"", line.encode()))
    return b64encode(tree.root).decode()


def _text(checkpoint: Checkpoint) -> str:
    tips = [f"{name} {t.size} {b64encode(t.root).decode()}" for name, t in checkpoint.tips.items()]
    head = [
        f"{KIND} {urlsplit(settings().base_url).hostname}",
        str(checkpoint.number),
        checkpoint.made_at.strftime(FORMAT),
        f"previous {checkpoint.previous}",
    ]
    return "\n".join([*head, *tips, f"root {group_root(tips)}", ""])


def _read(text: str, note: str) -> Checkpoint:
    kind, number, made_at, previous, *tips, root = text.splitlines()
    if not kind.startswith(KIND) or root != f"root {group_root(tips)}":
        raise ValueError
    return Checkpoint(
        int(number),
        datetime.strptime(made_at, FORMAT).replace(tzinfo=UTC),
        previous.removeprefix("previous "),
        dict(_tip(line) for line in tips),
        note,
    )


def _tip(line: str) -> tuple[str, Tip]:
    name, size, root = line.split(" ")
    return name, Tip(int(size), b64decode(root, validate=True))
