from decimal import Decimal

import pytest

from services.indicators.errors import IncompatibleUnit, QuantityOutOfRange
from services.indicators.units import converted


@pytest.mark.parametrize(
    ("quantity", "unit", "own", "expected"),
    [
        ("0.106000", "g", "kg", "0.000106"),
        ("8.52000", "g", "kg", "0.00852"),
        ("11399999.500", "t", "kg", "11399999500"),
        ("6600000", "kg", "t", "6600"),
        ("1", "MWh", "kWh", "1000"),
        ("2.5", "m3", "L", "2500"),
        ("2.5", "m^3", "L", "2500"),
        ("36", "km/h", "m/s", "10"),
        ("1", "kW.h", "J", "3600000"),
    ],
)
def test_quantities_convert_exactly(quantity: str, unit: str, own: str, expected: str) -> None:
    assert converted(Decimal(quantity), unit, own) == Decimal(expected)


@pytest.mark.parametrize(
    ("unit", "own"),
    [
        ("kg", "m3"),
        ("florins", "kg"),
        ("kg", "nb"),
        ("10^6 kg", "kg"),
        ("kg**9999999", "kg"),
        ("__import__('os')", "kg"),
        ("kg/an", "kg"),
        ("t", "tCO2e"),
    ],
)
def test_a_unit_of_something_else_is_refused_with_both_named(unit: str, own: str) -> None:
    with pytest.raises(IncompatibleUnit) as refused:
        converted(Decimal(1), unit, own)

    assert refused.value.facts == {"unit": unit, "own": own}


@pytest.mark.parametrize(("quantity", "unit", "own"), [("9e15", "t", "g"), ("0.001", "g", "t")])
def test_what_could_not_be_kept_is_refused_rather_than_lost(
    quantity: str, unit: str, own: str
) -> None:
    with pytest.raises(QuantityOutOfRange):
        converted(Decimal(quantity), unit, own)
