"""Finding rows by words: in any case, with or without accents, with a letter wrong here and there.

A model says in which of its texts it is found. They are kept once more, folded, in a column that
PostgreSQL computes, with an index over the groups of three letters in it (pg_trgm).
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from sqlalchemy import (
    ColumnElement,
    Computed,
    Index,
    Select,
    Subquery,
    Text,
    bindparam,
    case,
    column,
    func,
    literal,
    literal_column,
    null,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Mapped, declared_attr, mapped_column

from shared.auth import Actor
from shared.db import Entity, OfSite
from shared.directory import within
from shared.schemas import Hit, In
from shared.work import UnitOfWork, authorised

MOST_HITS: Final = 8
MOST_WEIGHED: Final = 200
"""Of so many of the newest that match, the likeliest are chosen: a word may be in every row."""
MOST_WORDS: Final = 6
SHORTEST: Final = 2
FORGIVEN: Final = 4
"""From so many letters on a word may be misspelt: shorter ones are like too many others."""
LONGEST_TITLE: Final = 200
MARKS: Final = r"[\u0300-\u036f]"
"""Accents, once they stand apart from their letters."""


def folded(text: str) -> str:
    """A text in lower case and without accents. `_folded` has PostgreSQL say the same."""
    apart = unicodedata.normalize("NFKD", text)
    bare = "".join(letter for letter in apart if not "\u0300" <= letter <= "\u036f")
    return bare.lower().replace("œ", "oe").replace("æ", "ae")


def _folded(text: ColumnElement[Any]) -> ColumnElement[str]:
    apart = func.normalize(text, literal_column("NFKD"))
    bare = func.lower(func.regexp_replace(apart, MARKS, "", "g"))
    return func.replace(func.replace(bare, "œ", "oe"), "æ", "ae")


class Findable(Entity):
    """A row that people find by words of these columns, which are never null."""

    found_in: ClassVar[tuple[str, ...]]

    @declared_attr
    def found_by(cls) -> Mapped[str]:  # noqa: N805  SQLAlchemy passes the class
        first, *others = (column(name, Text) for name in cls.found_in)
        texts: ColumnElement[str] = first
        for text in others:
            texts = texts.concat(" ").concat(text)
        computed = Computed(_folded(texts), persisted=True)
        return mapped_column(Text, computed, deferred=True, info={"unrecorded": True})


def by_trigrams() -> Index:
    """For the table of what is findable."""
    ops = {"found_by": "gin_trgm_ops"}
    return Index(None, "found_by", postgresql_using="gin", postgresql_ops=ops)


class Asked(In):
    """What somebody looks for; with a place, what belongs to others is left out."""

    q: str = Field(max_length=100)
    place: UUID | None = None

    @property
    def text(self) -> str:
        return " ".join(folded(self.q).split())

    @property
    def words(self) -> list[str]:
        found = re.findall("[a-z0-9]+", self.text)
        return [word for word in found if len(word) >= SHORTEST][:MOST_WORDS]


@dataclass(frozen=True)
class Kind:
    """Something people look for, and the rows of it that a caller may see."""

    name: str
    model: type[Findable]
    title: InstrumentedAttribute[Any]
    reference: InstrumentedAttribute[Any] | None = None
    title_en: InstrumentedAttribute[Any] | None = None
    rows: Callable[[UnitOfWork], Select[Any]] | None = None

    def select(self, uow: UnitOfWork) -> Select[Any]:
        return self.rows(uow) if self.rows else uow.select(self.model)

    def title_for(self, actor: Actor) -> Any:  # noqa: ANN401  a column
        if self.title_en is None or actor.language != "en":
            return self.title
        return self.title_en


def search_router(permission: str, *kinds: Kind) -> APIRouter:
    router = APIRouter(tags=["search"])
    Read = Annotated[UnitOfWork, authorised(permission)]  # noqa: N806

    @router.get("/search")
    def search(asked: Annotated[Asked, Query()], uow: Read) -> list[Hit]:
        """What these words find, at most eight of each kind, the likeliest first."""
        return [hit for kind in kinds for hit in hits(uow, kind, asked)]

    return router


def hits(uow: UnitOfWork, kind: Kind, asked: Asked) -> list[Hit]:
    if not asked.words:
        return []
    rows = uow.session.execute(_likeliest(_matching(uow, kind, asked), asked))
    return [Hit(kind=kind.name, **row) for row in rows.mappings()]


def _matching(uow: UnitOfWork, kind: Kind, asked: Asked) -> Subquery:
    """The newest rows in which every word stands, or one much like it."""
    model = kind.model
    site_id: ColumnElement[Any] | InstrumentedAttribute[Any] = null()
    rows = kind.select(uow).where(*(_stands_in(model, word) for word in asked.words))
    if issubclass(model, OfSite):
        site_id = model.site_id
        if asked.place is not None:
            rows = rows.where(within(uow, model, asked.place))
    shown = rows.with_only_columns(
        model.id,
        func.left(kind.title_for(uow.actor), LONGEST_TITLE).label("title"),
        (literal("") if kind.reference is None else kind.reference).label("reference"),
        site_id.label("site_id"),
        model.found_by,
    )
    return shown.order_by(model.id.desc()).limit(MOST_WEIGHED).subquery()


def _stands_in(model: type[Findable], word: str) -> ColumnElement[bool]:
    """Something much like the word; of a number or a short word, what begins so.

    It is written into the statement: how common a word is decides how it is best looked for.
    """
    alike = model.found_by.bool_op("%>")(bindparam(None, word, Text, literal_execute=True))
    return (
        alike & func.regexp_like(model.found_by, rf"\m{word}")
        if word.isdigit() or len(word) < FORGIVEN
        else alike
    )


def _likeliest(found: Subquery, asked: Asked) -> Select[Any]:
    """Those of that very number first, then what begins like it, then the most alike; newest."""
    row, reference = found.c, func.lower(found.c.reference)
    begins = [func.starts_with(text, asked.text) for text in (reference, _folded(row.title))]
    nearness = case((reference == asked.text, 0), (begins[0] | begins[1], 1), else_=2)
    likenesses = [func.word_similarity(word, row.found_by) for word in asked.words]
    likeness = sum(likenesses, literal(0.0))
    shown = select(row.id, row.title, row.reference, row.site_id)
    return shown.order_by(nearness, likeness.desc(), row.id.desc()).limit(MOST_HITS)
