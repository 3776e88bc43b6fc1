"""Units of measure: what people report is kept in the indicator's own unit."""

import re
from decimal import Decimal, localcontext
from functools import cache
from typing import Any

from services.indicators.aggregation import DIGITS, LARGEST, rounded
from services.indicators.errors import IncompatibleUnit, QuantityOutOfRange

WRITTEN = re.compile(r"[A-Za-zµ°]+(\^?[23])?( ?[/*.·] ?[A-Za-zµ°]+(\^?[23])?){0,3}")
"""t, kg/h, m3, kW.h: nothing that would have to be computed to be understood."""


def converted(quantity: Decimal, unit: str, own: str) -> Decimal:
    """Convert a quantity to an indicator's own unit."""
    if not (WRITTEN.fullmatch(unit) and WRITTEN.fullmatch(own)):
        raise IncompatibleUnit(unit=unit, own=own)
    with localcontext(prec=DIGITS):
        exact = _convert(quantity, unit, own)
    if abs(exact) >= LARGEST or (exact and not rounded(exact)):
        raise QuantityOutOfRange(quantity=quantity, unit=unit, own=own)
    return rounded(exact)


def _convert(quantity: Decimal, unit: str, own: str) -> Decimal:
    from pint import PintError  # noqa: PLC0415  half a second that most processes never need

    registry = _registry()
    try:
        measured = registry.Quantity(quantity, registry.Unit(_pint(unit)))
        found: Decimal = measured.to(registry.Unit(_pint(own))).magnitude
    except PintError:
        raise IncompatibleUnit(unit=unit, own=own) from None
    return found


def _pint(unit: str) -> str:
    powers = re.sub(r"(?<=[A-Za-zµ°])\^?([23])", r"**\1", unit)
    return re.sub(r" ?[.·] ?", "*", powers)


@cache
def _registry() -> Any:  # noqa: ANN401  pint's registry is a class made at run time
    from pint import UnitRegistry  # noqa: PLC0415

    return UnitRegistry(non_int_type=Decimal)
