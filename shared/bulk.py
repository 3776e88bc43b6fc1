"""The same change for many rows at once: each as if it were alone, one refusal stops no other.

The request goes through the very command that changes one row, with its gates, its version and
its event. What is signed needs its reader's whole attention and is never done this way.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from shared.bulk_schemas import Chosen, Outcome, Refusal
from shared.db import Entity, OfSite
from shared.errors import DomainError
from shared.work import UnitOfWork

M = TypeVar("M", bound=Entity)


@dataclass(frozen=True)
class Bulk(Generic[M]):
    """Rows of a kind that can be changed together, and what each is called."""

    model: type[M]
    named: Callable[[M], str]

    def each(
        self, uow: UnitOfWork, rows: Chosen, change: Callable[[UUID, int], object]
    ) -> list[Outcome]:
        """Change each row in a savepoint of its own; if none could be, answer as the first did.

        Rows are locked in the order of their ids, so that two such requests never wait for each
        other. A refusal of all of them names each row in the fact `rows`.
        """
        refused: list[DomainError] = []
        outcomes = []
        for id, version in sorted(rows.items()):
            try:
                with uow.session.begin_nested():
                    change(id, version)
                outcomes.append(Outcome(id=id))
            except DomainError as refusal:
                refused.append(refusal)
                outcomes.append(self._left(uow, id, refusal))
        if len(refused) == len(rows):
            refused[0].facts["rows"] = [outcome.model_dump(mode="json") for outcome in outcomes]
            raise refused[0]
        return outcomes

    def _left(self, uow: UnitOfWork, id: UUID, refusal: DomainError) -> Outcome:
        told = Refusal(type=refusal.type, detail=str(refusal), facts=refusal.facts)
        row = uow.session.get(self.model, id)
        if row is None:
            return Outcome(id=id, refused=told)
        site = row.site_id if isinstance(row, OfSite) else None
        return Outcome(id=id, name=self.named(row), site_id=site, refused=told)
