import pytest

from services.risk.scoring import Scale, level, score

GP4 = Scale(4, [(1, 1), (2, 4), (3, 8), (4, 12)], grave_floor=3)


@pytest.mark.parametrize(
    ("gravity", "probability", "criticality", "expected"),
    [
        (1, 3, 3, 1),
        (2, 2, 4, 2),
        (3, 2, 6, 2),
        (2, 4, 8, 3),
        (3, 3, 9, 3),
        (4, 1, 4, 2),
        (4, 2, 8, 3),
        (4, 3, 12, 4),
        (4, 4, 16, 4),
    ],
)
def test_a_rating_has_the_level_of_its_band(
    gravity: int, probability: int, criticality: int, expected: int
) -> None:
    assert score(gravity, probability) == criticality
    assert level(GP4, gravity, probability) == expected


def test_the_gravest_risks_have_a_floor_unless_all_but_impossible() -> None:
    wide = Scale(4, [(1, 1), (2, 9), (3, 12), (4, 16)], grave_floor=3)

    assert level(wide, 4, 2) == 3
    assert level(wide, 4, 1) == 1
