"""The vectors of the domain notes: components are added up, never their ratios."""

from datetime import date
from decimal import Decimal

import pytest

from services.indicators.aggregation import (
    Bounds,
    last_day,
    months,
    period_of,
    rounded,
    value_of,
    year_up_to,
)
from services.indicators.errors import BandNeedsBothEnds, BoundsCrossed
from services.indicators.schemas import Aggregation, Direction, Frequency, Status

RATIO = Aggregation.RATIO_OF_SUMS

# Indicator, factor, (numerator, denominator) of each site, the group's value, the mean it is not.
GROUPS = [
    ("TF1", 1_000_000, [(2, 150_000), (1, 20_000), (0, 330_000)], "6.0", "21.11"),
    ("TF2", 1_000_000, [(5, 150_000), (1, 20_000), (4, 330_000)], "20.0", "31.82"),
    ("TG", 1_000, [(48, 150_000), (10, 20_000), (0, 330_000)], "0.116", "0.273"),
    ("IF", 1_000, [(2, 95), (1, 13), (0, 205)], "9.58", "32.66"),
    ("PPM", 1_000_000, [(120, 1_000_000), (30, 50_000), (0, 400_000)], "103.45", "240.0"),
    ("OTD", 100, [(940, 1_000), (45, 60), (199, 200)], "93.97", "89.5"),
    ("REBUT", 100, [(1_200, 60_000), (90, 1_500)], "2.10", "4.0"),
    ("EN_INT", 1, [(5_200, 8_000), (900, 500)], "0.718", "1.225"),
    ("EAU_INT", 1, [(24_000, 8_000), (6_000, 500)], "3.53", "7.5"),
    ("DECH_VAL", 100, [(320, 400), (40, 100), (50, 50)], "74.55", "73.33"),
    ("ACT_DELAI", 100, [(34, 40), (3, 10)], "74.0", "57.5"),
    ("ACT_CLOT", 100, [(38, 40), (8, 10)], "92.0", "87.5"),
]


def ratio(factor: int, numerator: int, denominator: int) -> Decimal:
    value = value_of(RATIO, Decimal(factor), Decimal(numerator), Decimal(denominator))
    assert value is not None
    return value


@pytest.mark.parametrize(("_code", "factor", "sites", "expected", "wrong"), GROUPS)
def test_a_groups_value_is_made_of_its_sites_components(
    _code: str, factor: int, sites: list[tuple[int, int]], expected: str, wrong: str
) -> None:
    numerators, denominators = zip(*sites, strict=True)

    value = ratio(factor, sum(numerators), sum(denominators))

    mean = sum((ratio(factor, *site) for site in sites), Decimal(0)) / len(sites)
    assert value.quantize(Decimal(expected)) == Decimal(expected)
    assert mean.quantize(Decimal(wrong)) == Decimal(wrong)


def test_over_nothing_there_is_no_value_and_it_is_not_zero() -> None:
    assert value_of(RATIO, Decimal(1), Decimal(1), Decimal(0)) is None
    assert value_of(RATIO, Decimal(1), Decimal(0), None) is None
    assert value_of(Aggregation.SUM, Decimal(1), None, None) is None
    assert value_of(Aggregation.SUM, Decimal(1), Decimal(0), None) == 0


LOW = Bounds(Direction.LOW, Decimal(0), Decimal(2))
HIGH = Bounds(Direction.HIGH, Decimal(90), Decimal(70))
BAND = Bounds(Direction.BAND, Decimal(2), Decimal(4))


@pytest.mark.parametrize(
    ("bounds", "value", "status"),
    [
        (LOW, "0", Status.GREEN),
        (LOW, "0.00000001", Status.ORANGE),
        (LOW, "2", Status.ORANGE),
        (LOW, "2.00000001", Status.RED),
        (HIGH, "90", Status.GREEN),
        (HIGH, "89.99999999", Status.ORANGE),
        (HIGH, "70", Status.ORANGE),
        (HIGH, "69.99999999", Status.RED),
        (BAND, "1.9", Status.RED),
        (BAND, "2", Status.GREEN),
        (BAND, "4", Status.GREEN),
        (BAND, "4.1", Status.RED),
        (Bounds(Direction.LOW, None, Decimal(2)), "2", Status.GREEN),
        (Bounds(Direction.LOW, None, Decimal(2)), "3", Status.RED),
        (Bounds(Direction.HIGH, Decimal(90), None), "1", Status.ORANGE),
        (Bounds(Direction.LOW, None, None), "1", Status.GREY),
    ],
)
def test_a_value_is_green_up_to_the_target_and_red_past_the_alert(
    bounds: Bounds, value: str, status: Status
) -> None:
    assert bounds.status_of(Decimal(value)) is status


def test_no_value_is_grey_and_crosses_nothing() -> None:
    assert LOW.status_of(None) is Status.GREY


@pytest.mark.parametrize(
    ("bounds", "value", "bound"), [(LOW, 3, 2), (HIGH, 60, 70), (BAND, 1, 2), (BAND, 5, 4)]
)
def test_the_bound_crossed_is_told(bounds: Bounds, value: int, bound: int) -> None:
    assert bounds.crossed_by(Decimal(value)) == bound


def test_worse_is_further_out() -> None:
    assert LOW.is_worse(Decimal(4), than=Decimal(3))
    assert not LOW.is_worse(Decimal(3), than=Decimal(3))
    assert HIGH.is_worse(Decimal(10), than=Decimal(20))
    assert BAND.is_worse(Decimal(0), than=Decimal(5))
    assert not BAND.is_worse(Decimal(3), than=Decimal(5))


@pytest.mark.parametrize(
    ("direction", "target", "alert"),
    [(Direction.LOW, 3, 2), (Direction.HIGH, 2, 3), (Direction.BAND, 3, 2)],
)
def test_bounds_in_the_wrong_order_are_refused(
    direction: Direction, target: int, alert: int
) -> None:
    with pytest.raises(BoundsCrossed):
        Bounds(direction, Decimal(target), Decimal(alert)).require_coherent()


def test_a_band_has_two_ends() -> None:
    with pytest.raises(BandNeedsBothEnds):
        Bounds(Direction.BAND, Decimal(1), None).require_coherent()


def test_months_run_from_the_first_to_todays_and_two_years_at_most() -> None:
    today = date(2030, 3, 15)

    assert months(date(2030, 1, 31), today) == [date(2030, m, 1) for m in (1, 2, 3)]
    assert months(date(2031, 1, 1), today) == [date(2030, 3, 1)]
    assert len(months(date(2001, 1, 1), today)) == 25


def test_days_at_the_ends_of_months_and_years() -> None:
    assert last_day(date(2028, 2, 1)) == date(2028, 2, 29)
    assert last_day(date(2030, 12, 1)) == date(2030, 12, 31)
    assert year_up_to(date(2030, 3, 15)) == date(2029, 3, 16)
    assert year_up_to(date(2028, 2, 28)) == date(2027, 3, 1)
    assert year_up_to(date(2028, 2, 29)) == date(2027, 3, 1)
    assert period_of(Frequency.YEAR, date(2030, 3, 15)) == date(2030, 1, 1)
    assert period_of(Frequency.MONTH, date(2030, 3, 15)) == date(2030, 3, 1)


def test_figures_are_kept_with_eight_decimals_however_large() -> None:
    assert rounded(Decimal("1e25") / 3).as_tuple().exponent == -8
