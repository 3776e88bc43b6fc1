"""Formulas: how the amounts that a site gives become the numerator and denominator of a figure.

Numerator and denominator are weighted sums of named amounts; in a chain, the numerator is the
product of the amounts (rolled yield: what each step let pass). Nothing here knows of tables.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from math import prod

from services.indicators.aggregation import DIGITS
from services.indicators.definition_schemas import Component
from services.indicators.errors import (
    AmountsMissing,
    AmountsUnknown,
    ChainNeedsPlainSteps,
    ComponentTwice,
    FormulaNeedsSides,
)
from services.indicators.schemas import Aggregation, Side

Amounts = Mapping[str, Decimal]


@dataclass(frozen=True)
class Formula:
    """The named parts of an indicator. Without any, a numerator and a denominator are given."""

    aggregation: Aggregation
    components: tuple[Component, ...]

    @property
    def is_composed(self) -> bool:
        """Whether amounts have to be given one by one, since they are more than the two sides."""
        sides = [part.side for part in self.components]
        return len(sides) > len(set(sides)) or any(part.weight != 1 for part in self.components)

    def require_coherent(self) -> None:
        codes = [part.code for part in self.components]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            raise ComponentTwice(code=twice[0])
        if not codes:
            return
        expected = {Side.NUMERATOR}
        if self.aggregation is Aggregation.RATIO_OF_SUMS:
            expected.add(Side.DENOMINATOR)
        if {part.side for part in self.components} != expected:
            raise FormulaNeedsSides(sides=", ".join(sorted(expected)))
        if self._is_chain and any(part.weight != 1 for part in self.components):
            raise ChainNeedsPlainSteps

    def means_the_same(self, others: Iterable[Component]) -> bool:
        """Whether other parts, whatever they are called, make the same sums."""
        mine, theirs = (
            {(part.code, part.side, part.weight, part.unit) for part in parts}
            for parts in (self.components, others)
        )
        return mine == theirs

    def require_complete(self, amounts: Amounts) -> None:
        """Refuse amounts of other names, and figures of which something is missing."""
        codes = {part.code for part in self.components}
        unknown, missing = sorted(set(amounts) - codes), sorted(codes - set(amounts))
        if unknown:
            raise AmountsUnknown(unknown=", ".join(unknown))
        if missing:
            raise AmountsMissing(amounts=", ".join(missing))

    def combined(self, amounts: Amounts) -> tuple[Decimal, Decimal | None]:
        """Make numerator and denominator, exact. A count has no denominator."""
        self.require_complete(amounts)
        with localcontext(prec=DIGITS):
            if self._is_chain:
                return prod(amounts.values(), start=Decimal(1)), None
            sums = {side: self._sum(side, amounts) for side in Side}
        is_ratio = self.aggregation is Aggregation.RATIO_OF_SUMS
        return sums[Side.NUMERATOR], sums[Side.DENOMINATOR] if is_ratio else None

    @property
    def _is_chain(self) -> bool:
        return self.aggregation is Aggregation.PRODUCT_CHAIN

    def _sum(self, side: Side, amounts: Amounts) -> Decimal:
        parts: Iterable[Component] = (part for part in self.components if part.side is side)
        return sum((part.weight * amounts[part.code] for part in parts), Decimal(0))
