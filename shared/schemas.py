"""The manners of everything that crosses HTTP."""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, PlainSerializer


class In(BaseModel):
    """What a client sends. A field we do not know is a mistake to be told, not to be ignored."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Out(BaseModel):
    """What a service answers, read from a row."""

    model_config = ConfigDict(from_attributes=True)


class Change(In):
    """A change of a row that was on somebody's screen: it says which version was."""

    version: int


def plain(quantity: Decimal) -> str:
    """An exact decimal as people write it: neither trailing zeros nor powers of ten."""
    return format(quantity.normalize(), "f")


Quantity = Annotated[Decimal, PlainSerializer(plain, return_type=str, when_used="json")]
"""A measured or computed quantity in an answer: an exact decimal, as a string."""
