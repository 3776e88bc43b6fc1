"""What a text needs before it is set: French spaces, places to break, and letters that exist."""

import re
import struct
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

NARROW: Final = "\N{NARROW NO-BREAK SPACE}"
BREAK: Final = "\N{ZERO WIDTH SPACE}"
BREAKS: Final = f"{BREAK}\N{SOFT HYPHEN}"
UNPRINTED: Final = ("Cc", "Cf", "Co", "Cs")
LONGEST_WORD: Final = 24
UNICODE: Final = ((3, 10), (0, 4), (0, 3), (3, 1))
"""The tables of a font that go by Unicode, those with the most letters first."""

_BEFORE = re.compile(r"[ \N{NO-BREAK SPACE}](?=[;:!?%»])")
_AFTER = re.compile(r"(?<=«)[ \N{NO-BREAK SPACE}]")
_THOUSANDS = re.compile(r"(?<=\d)[ \N{NO-BREAK SPACE}](?=\d{3}(?!\d))")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_LONG = re.compile(r"\S{24,}")


def french(text: str) -> str:
    """Narrow spaces that no line breaks at, where a French text has a space; it gets no new ones.

    So an address or a time of day stays as it was written.
    """
    for place in (_BEFORE, _AFTER, _THOUSANDS):
        text = place.sub(NARROW, text)
    return text


def breakable(text: str) -> str:
    """Let a word that is longer than any line go on in the next."""
    return _LONG.sub(lambda found: BREAK.join(_pieces(found[0])), text)


def printable(text: str, letters: frozenset[int]) -> str:
    """Say the code of what the font cannot show, so that nothing written is left out unseen."""
    return "".join(c if ord(c) in letters or c == "\n" else _code(c) for c in _lines(text))


def in_xml(text: str) -> str:
    """The same for what XML cannot hold; the fonts of who opens it show the rest."""
    return _FORBIDDEN.sub(lambda found: _code(found[0]), _lines(text))


def each_text(value: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401  whatever JSON holds
    """The same value with every text in it changed; the names of its fields stay."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [each_text(each, change) for each in value]
    if isinstance(value, dict):
        return {name: each_text(each, change) for name, each in value.items()}
    return value


def letters_of(font: Path) -> frozenset[int]:
    """What can be printed with a font: its letters, and the marks that only say where to break.

    Not what turns the direction of a line or is a font's own affair: PDF/A refuses the latter.
    """
    codes = _codes(font)
    return frozenset(
        code for code in codes if unicodedata.category(chr(code)) not in UNPRINTED
    ) | frozenset(map(ord, BREAKS))


def _codes(font: Path) -> frozenset[int]:
    """The codes of a font, read from the table in which it says them itself."""
    content = font.read_bytes()
    count = struct.unpack_from(">H", content, 4)[0]
    tables = [struct.unpack_from(">4s4xII", content, 12 + 16 * n) for n in range(count)]
    start = next(offset for tag, offset, _ in tables if tag == b"cmap")
    maps = [
        struct.unpack_from(">HHI", content, start + 4 + 8 * n)
        for n in range(struct.unpack_from(">H", content, start + 2)[0])
    ]
    known = {(platform, encoding): start + at for platform, encoding, at in maps}
    at = next(known[one] for one in UNICODE if one in known)
    form = struct.unpack_from(">H", content, at)[0]
    return _ranges(content, at) if form == 12 else _segments(content, at)  # noqa: PLR2004


def _ranges(content: bytes, at: int) -> frozenset[int]:
    """Format 12: from, to, first glyph."""
    groups = struct.unpack_from(">I", content, at + 12)[0]
    found = (struct.unpack_from(">II", content, at + 16 + 12 * n) for n in range(groups))
    return frozenset(code for first, last in found for code in range(first, last + 1))


def _segments(content: bytes, at: int) -> frozenset[int]:
    """Format 4: all the ends, two bytes of nothing, then all the starts."""
    twice = struct.unpack_from(">H", content, at + 6)[0]
    lasts = struct.unpack_from(f">{twice // 2}H", content, at + 14)
    firsts = struct.unpack_from(f">{twice // 2}H", content, at + 16 + twice)
    pairs = zip(firsts, lasts, strict=True)
    return frozenset(code for first, last in pairs for code in range(first, last + 1))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")


def _code(letter: str) -> str:
    return f"[U+{ord(letter):04X}]"


def _pieces(word: str) -> list[str]:
    half = LONGEST_WORD // 2
    return [word[n : n + half] for n in range(0, len(word), half)]
