"""Student quantiles as tables print them, and what must hold between any of them."""

import pytest

from services.indicators.statistics.distributions import (
    incomplete_beta,
    normal_tails,
    student_quantile,
    student_tails,
    two_sided,
)
from services.indicators.statistics.errors import LevelOutOfRange

# Degrees of freedom, and the quantiles of 0.90, 0.95, 0.975, 0.99, 0.995 and 0.9995.
PRINTED = [
    (1, 3.078, 6.314, 12.706, 31.821, 63.657, 636.619),
    (2, 1.886, 2.920, 4.303, 6.965, 9.925, 31.599),
    (3, 1.638, 2.353, 3.182, 4.541, 5.841, 12.924),
    (5, 1.476, 2.015, 2.571, 3.365, 4.032, 6.869),
    (10, 1.372, 1.812, 2.228, 2.764, 3.169, 4.587),
    (20, 1.325, 1.725, 2.086, 2.528, 2.845, 3.850),
    (30, 1.310, 1.697, 2.042, 2.457, 2.750, 3.646),
    (60, 1.296, 1.671, 2.000, 2.390, 2.660, 3.460),
    (120, 1.289, 1.658, 1.980, 2.358, 2.617, 3.373),
]
PROBABILITIES = (0.90, 0.95, 0.975, 0.99, 0.995, 0.9995)


@pytest.mark.parametrize("row", PRINTED, ids=lambda row: f"{row[0]} degrees")
def test_student_quantiles_are_those_of_the_tables(row: tuple[float, ...]) -> None:
    degrees, *expected = row

    found = [student_quantile(probability, degrees) for probability in PROBABILITIES]

    assert found == pytest.approx(expected, abs=5.1e-4)


@pytest.mark.parametrize("degrees", [1, 2, 7, 22, 400])
@pytest.mark.parametrize("probability", [1e-6, 0.02, 0.3, 0.5, 0.8, 0.999])
def test_a_quantile_leaves_its_probability_behind(degrees: int, probability: float) -> None:
    quantile = student_quantile(probability, degrees)

    beyond = student_tails(quantile, degrees) / 2
    assert (beyond if quantile < 0 else 1 - beyond) == pytest.approx(probability, rel=1e-9)
    assert student_quantile(1 - probability, degrees) == pytest.approx(
        -quantile, rel=1e-9, abs=1e-9
    )


def test_with_many_degrees_of_freedom_student_is_normal() -> None:
    assert student_tails(1.96, 10**7) == pytest.approx(normal_tails(1.96), abs=1e-7)


def test_the_incomplete_beta_function_is_a_polynomial_for_whole_numbers() -> None:
    for x in (0.01, 0.2, 0.5, 0.77, 0.999):
        assert incomplete_beta(1, 1, x) == pytest.approx(x)
        assert incomplete_beta(2, 3, x) == pytest.approx(6 * x**2 - 8 * x**3 + 3 * x**4)
    assert (incomplete_beta(2, 3, 0), incomplete_beta(2, 3, 1)) == (0, 1)


@pytest.mark.parametrize("level", [0, 1, -0.5, 95])
def test_a_level_is_between_0_and_1(level: float) -> None:
    with pytest.raises(LevelOutOfRange):
        two_sided(level)
    with pytest.raises(LevelOutOfRange):
        student_quantile(level, 5)
