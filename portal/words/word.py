"""A word for a code, with the icon and the tone that go with it."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Word:
    text: str
    icon: str = "point"
    tone: str = "grey"


Words = dict[type[StrEnum], dict[str, Word]]
