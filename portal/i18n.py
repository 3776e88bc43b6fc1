"""French is what the templates say; English is the catalogue in `locale/en`."""

import json
import re
from collections.abc import Mapping
from functools import cache
from gettext import NullTranslations
from pathlib import Path
from typing import Final

from babel.messages.pofile import read_po
from typing_extensions import override

LANGUAGES: Final = ("fr", "en")
FRENCH, ENGLISH = LANGUAGES
LOCALE = Path(__file__).parent / "locale"
TYPOGRAPHY: Final = (
    (re.compile(r" ([:;?!»]|%(?!\())"), "\u00a0\\1"),
    (re.compile("« "), "«\u00a0"),
    (re.compile(r"(?<=\w)'(?=\w|%)"), "\u2019"),
)


def N_(text: str) -> str:  # noqa: N802  the name that extraction knows
    """Mark a sentence that is kept in a table and translated when it is shown."""
    return text


class French(NullTranslations):
    """The originals, set as French is printed."""

    @override
    def gettext(self, message: str) -> str:
        return typeset(message)

    @override
    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        is_singular = abs(n) < 2  # noqa: PLR2004  French counts 0 as one
        return typeset(msgid1 if is_singular else msgid2)


class English(NullTranslations):
    """Sentences by their French originals."""

    def __init__(self, sentences: Mapping[str, tuple[str, ...]]) -> None:
        super().__init__()
        self._sentences = sentences

    @override
    def gettext(self, message: str) -> str:
        return self._sentences.get(message, (message,))[0]

    @override
    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        forms = self._sentences.get(msgid1, (msgid1, msgid2))
        return forms[0] if n == 1 else forms[-1]


@cache
def catalogue(language: str) -> NullTranslations:
    return English(_english()) if language == ENGLISH else French()


@cache
def typeset(text: str) -> str:
    """Put no-break spaces before : ; ? ! % and inside « », and the curved apostrophe."""
    for pattern, printed in TYPOGRAPHY:
        text = pattern.sub(printed, text)
    return text


def _english() -> dict[str, tuple[str, ...]]:
    with (LOCALE / "en" / "LC_MESSAGES" / "portal.po").open("rb") as file:
        messages = [message for message in read_po(file) if message.id]
    return {_all(message.id)[0]: _all(message.string) for message in messages}


def _all(text: object) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)  # type: ignore[arg-type]


@cache
def refusals() -> dict[str, str]:
    """Each refusal's French sentence, by the type of the error. English comes with the refusal."""
    sentences: dict[str, str] = json.loads((LOCALE / "refusals.fr.json").read_text())
    return sentences


def accepted(header: str) -> str:
    """Choose the language of a visitor we do not know by what their browser prefers."""
    wanted = []
    for position, part in enumerate(header.split(",")):
        tag, _, quality = part.strip().partition(";q=")
        wanted.append((-_weight(quality), position, tag.strip()[:2].lower()))
    return next((tag for _, _, tag in sorted(wanted) if tag in LANGUAGES), FRENCH)


def _weight(quality: str) -> float:
    try:
        return float(quality or 1)
    except ValueError:
        return 0
