"""What the services' codes are called, with the icon and the tone that go with the word.

A tone never stands alone: colour is for those who see it, the icon and the word are for everybody.
"""

from enum import StrEnum
from typing import Final

from portal.words.actions import ACTIONS
from portal.words.audit import AUDIT
from portal.words.auditors import AUDITORS
from portal.words.compliance import COMPLIANCE
from portal.words.done import DONE
from portal.words.indicators import INDICATORS
from portal.words.people import PEOPLE
from portal.words.policy import POLICY
from portal.words.programme import PROGRAMME
from portal.words.word import Word, Words
from portal.words.work import JOBS, WORK

__all__ = ["DONE", "JOBS", "LEVEL_TONES", "WORDS", "Word", "word"]

WORDS: Final[Words] = (
    AUDIT | AUDITORS | PROGRAMME | ACTIONS | INDICATORS | POLICY | COMPLIANCE | PEOPLE | WORK
)

LEVEL_TONES: Final = ("green", "green", "orange", "red")


def word(value: StrEnum) -> Word:
    return WORDS[type(value)][value.value]
