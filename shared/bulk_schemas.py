"""The same change for many rows at once, as clients ask for it and are answered."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field, StrictInt

from shared.schemas import LARGEST_PAGE, In

Chosen = Annotated[dict[UUID, StrictInt], Field(min_length=1, max_length=LARGEST_PAGE)]
"""Rows that somebody chose in a list, each with the version that was on the screen."""


class Many(In):
    """A change of all the rows that were chosen."""

    rows: Chosen


class Refusal(BaseModel):
    """Why a row was left as it was: what changing it alone would have answered."""

    type: str
    detail: str
    facts: dict[str, Any]


class Outcome(BaseModel):
    """What became of one row. `name` and `site_id` are told of rows that the caller may read."""

    id: UUID
    name: str = ""
    site_id: UUID | None = None
    refused: Refusal | None = None
