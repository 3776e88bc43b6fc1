"""Which requirement a text cites, so that the same one is known again however it was written."""

import re
import unicodedata
from typing import Final

EDITION: Final = re.compile(r"\b(\d{4,6}(?:-\d+)?) ?: ?(?:19|20)\d\d\b")
CLAUSE: Final = re.compile(r"[a-z]?\d+(?:\.\d+)+")
CITED: Final = re.compile(r"(?:[a-z0-9]{1,9} ){1,3}(?:[a-z]\.?)?\d+(?:\.\d+)+")
"""A few signs of a standard, then a number: nothing that was said in words."""
SEPARATORS: Final = re.compile(r"[^a-z0-9.]+")


def key_of(requirement: str) -> str:
    """`ISO 9001:2015 § 8.5.1 Maîtrise` and `iso 9001, 8.5.1` cite the same.

    What follows a clause only says it in words. The edition does not count: what was asked before
    is asked still, or the auditor says otherwise.
    """
    plain = unicodedata.normalize("NFKD", requirement).encode("ascii", "ignore").decode().lower()
    text = SEPARATORS.sub(" ", EDITION.sub(r"\1 ", plain)).strip()
    words = [word.strip(".") for word in text.split()]
    clause = next((i for i, word in enumerate(words) if CLAUSE.fullmatch(word)), len(words))
    return " ".join(words[: clause + 1])


def clause_of(key: str) -> str | None:
    """A key that cites a clause by its number, as it is shown: `ISO 9001 8.5.1`."""
    return key.upper() if CITED.fullmatch(key) else None
