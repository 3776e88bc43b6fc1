"""Lists go by the column that the reader chooses, page after page, without gap or overlap."""

from collections.abc import Iterator
from typing import Any

import pytest

from services.risk import commands
from services.risk.schemas import RatingIn
from tests.conftest import Api, Work
from tests.risk.test_commands import risk_in
from tests.world import World

RISKS = "/api/v1/risk/risks"


@pytest.fixture
def register(world: World, work: Work) -> None:
    """Seven risks in no order: some equal, some not rated."""
    ratings = [(2, 2), None, (4, 4), (1, 1), None, (4, 4), (2, 2)]
    with work("risk", world.paul, "risk:write") as uow:
        for number, rated in enumerate(ratings):
            data = risk_in().model_copy(update={"title": f"Risque {number * 5 % 7}"})
            rating = RatingIn(gravity=rated[0], probability=rated[1]) if rated else None
            commands.assess_risk(uow, data.model_copy(update={"initial": rating}))


def walked(api: Api, world: World, sort: str) -> Iterator[dict[str, Any]]:
    after: str | None = None
    while True:
        query = {"limit": "2", "sort": sort} | ({"after": after} if after else {})
        answer = api(world.greta).get(RISKS, params=query).json()
        yield from answer["items"]
        after = answer["next"]
        if after is None:
            return


@pytest.mark.usefixtures("register")
@pytest.mark.parametrize("sort", ["title", "rank", "process"])
def test_every_row_comes_once_in_the_order_that_was_asked_for(
    api: Api, world: World, sort: str
) -> None:
    up, down = list(walked(api, world, sort)), list(walked(api, world, f"-{sort}"))

    keys = [row["initial_level"] or 0 if sort == "rank" else row[sort] for row in up]
    assert keys == sorted(keys)
    assert len({row["id"] for row in up}) == len(up) == 7
    assert [row["id"] for row in down] == [row["id"] for row in reversed(up)]


@pytest.mark.usefixtures("register")
def test_a_page_goes_on_in_its_own_order_only(api: Api, world: World) -> None:
    client = api(world.greta)
    after = client.get(RISKS, params={"limit": "2", "sort": "rank"}).json()["next"]

    other = client.get(RISKS, params={"sort": "title", "after": after})
    unknown = client.get(RISKS, params={"sort": "measures"})

    assert (other.status_code, other.json()["type"]) == (422, "bad_cursor")
    assert (unknown.status_code, unknown.json()["type"]) == (422, "invalid")
