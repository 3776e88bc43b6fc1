"""Reports: what one says, as data, and how it becomes a file that is kept for ever.

A service composes a `Document` in a reader's language and has it set: `to_pdf(document, wait)`
gives PDF/A-3a that is PDF/UA-1 as well, with the same content attached for machines. A process of
its own sets it (shared/typesetting.py), with little memory and little time: the memory that a long
report takes is given back with it, and it ends at once when nobody waits any more. Texts are data
from end to end: nothing that people wrote is ever read as markup.
"""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

import orjson

from shared.errors import DomainError

PDF: Final = "application/pdf"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LOOKED_AFTER_S: Final = 0.25
KILLED: Final = "killed"


class NotSet(DomainError):
    status = 503
    message = "The report could not be set: its program stopped ({why}). Nothing was kept of it."


@dataclass(frozen=True)
class Text:
    """Paragraphs, one a line, as somebody wrote them."""

    text: str
    kind: Literal["text"] = "text"


@dataclass(frozen=True)
class Note:
    """A sentence about the report itself, set apart from what it says."""

    text: str
    kind: Literal["note"] = "note"


@dataclass(frozen=True)
class Facts:
    """Short facts under their names."""

    rows: Sequence[tuple[str, str]]
    kind: Literal["facts"] = "facts"


@dataclass(frozen=True)
class Items:
    items: Sequence[str]
    kind: Literal["items"] = "items"


@dataclass(frozen=True)
class Column:
    """`share`: how much of the width it takes, beside the others'."""

    title: str
    share: int = 1


@dataclass(frozen=True)
class Table:
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    kind: Literal["table"] = "table"


@dataclass(frozen=True)
class Chart:
    """A specification of Vega-Lite; `alt` says in words what it shows."""

    caption: str
    alt: str
    spec: Mapping[str, Any]
    kind: Literal["chart"] = "chart"


@dataclass(frozen=True)
class Entry:
    """One thing of many that are told alike: a finding, say, with its grade as the mark."""

    title: str
    mark: str
    tone: Literal["red", "orange", "grey", "blue", "green"]
    facts: Sequence[tuple[str, str]]
    kind: Literal["entry"] = "entry"


Wait = Callable[[], None]
Block = Text | Note | Facts | Items | Table | Chart | Entry


@dataclass(frozen=True)
class Section:
    title: str
    blocks: Sequence[Block] = ()
    sections: Sequence["Section"] = ()


@dataclass(frozen=True)
class Labels:
    """What the frame of a report says, in its language."""

    contents: str
    page: str
    figure: str
    table: str
    annex: str
    working_copy: str


@dataclass(frozen=True)
class Document:
    """A report as it is read: in one language, made at one moment.

    `annex`: the same for machines. Equal documents become equal files, byte for byte.
    """

    language: Literal["fr", "en"]
    kind: str
    title: str
    reference: str
    author: str
    at: datetime
    about: Sequence[tuple[str, str]]
    notice: str
    labels: Labels
    sections: Sequence[Section]
    annex: Mapping[str, Any] = field(default_factory=dict)

    @property
    def attached(self) -> bytes:
        """The annex as its file holds it."""
        return orjson.dumps(
            self.annex, default=str, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2
        )


def nothing() -> None:
    """What who waits does meanwhile, unless they say otherwise."""


def to_pdf(document: Document, wait: Wait = nothing) -> bytes:
    """The record. `wait` is called while it takes its time, and may raise to end it."""
    return _made("pdf", document, wait)


def to_docx(document: Document, wait: Wait = nothing) -> bytes:
    """A working copy for who must go on writing. It says on each page that it is not the record."""
    return _made("docx", document, wait)


def _made(form: str, document: Document, wait: Wait) -> bytes:
    """Run the child. What it is asked lies in a file without a name: a pipe would want a writer."""
    with tempfile.TemporaryFile() as asked:
        asked.write(orjson.dumps({"document": document, "annex": document.attached.decode()}))
        asked.seek(0)
        child = subprocess.Popen(  # noqa: S603  our own module, by our own Python
            [sys.executable, "-I", "-m", "shared.typesetting", form],
            stdin=asked,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={},
        )
        try:
            content, said = _answer(child, wait)
        finally:
            child.kill()
            child.communicate()
    if child.returncode or not content:
        raise NotSet(why=_why(child.returncode, said))
    return content


def _answer(child: subprocess.Popen[bytes], wait: Wait) -> tuple[bytes, bytes]:
    while True:
        try:
            return child.communicate(timeout=LOOKED_AFTER_S)
        except subprocess.TimeoutExpired:
            wait()


def _why(code: int, said: bytes) -> str:
    """Its last words; a signal leaves none."""
    lines = said.decode(errors="replace").strip().splitlines()
    return KILLED if code < 0 or not lines else lines[-1][:200]
