"""The library over HTTP: narrowed to what is in force, to a theme, page by page."""

from datetime import date

from sqlalchemy import Connection

from tests.compliance.factories import drafted, issued, loaded, of, required, superseded
from tests.conftest import Api
from tests.counting import statements
from tests.world import World

REFERENCES = "/api/v1/compliance/references"
REQUIREMENTS = "/api/v1/compliance/requirements"


def labels(api: Api, world: World, **asked: str) -> list[str]:
    rows = api(world.bob).get(REFERENCES, params=asked).json()["items"]
    return [f"{row['code']}:{row['edition']}" for row in rows]


def test_the_library_is_narrowed_to_what_may_be_used_on_a_day(api: Api, world: World) -> None:
    old = issued("ISO 14001", edition="2015", kind="standard")
    newer = issued("ISO 14001", edition="2026", in_force_from=date(2026, 4, 1))
    superseded(old, newer, until=date(2029, 4, 30))
    drafted("PRO-QSE-001")

    assert labels(api, world, in_force_on="2026-03-31") == ["ISO 14001:2015"]
    assert len(labels(api, world, in_force_on="2029-04-30")) == 2
    assert labels(api, world, in_force_on="2029-05-01") == ["ISO 14001:2026"]
    assert labels(api, world, kind="standard") == ["ISO 14001:2015"]
    assert labels(api, world, status="draft") == ["PRO-QSE-001:A"]
    assert labels(api, world, code="ISO 14001", status="superseded") == ["ISO 14001:2015"]


def test_a_theme_brings_the_requirements_together_that_serve_it(api: Api, world: World) -> None:
    quality, environment = loaded("iso_9001_2015"), loaded("iso_14001_2015")

    rows = api(world.bob).get(REQUIREMENTS, params={"theme": "design"}).json()["items"]

    found = {(row["reference_id"], row["number"]) for row in rows}
    assert found == {(str(quality.id), "8.3"), (str(environment.id), "8.1")}


def test_a_reference_is_read_page_by_page_in_the_order_of_its_text(api: Api, world: World) -> None:
    reference = loaded("iso_9001_2015")
    numbers: list[str] = []
    asked: dict[str, str] | None = {"reference_id": str(reference.id), "limit": "30"}
    while asked is not None:
        page = api(world.bob).get(REQUIREMENTS, params=asked).json()
        numbers += [row["number"] for row in page["items"]]
        asked = asked | {"after": page["next"]} if page["next"] else None

    assert numbers == [row.number for row in of(reference.id)]
    assert (numbers[0], numbers[-1]) == ("4", "10.3")


def test_what_comes_with_the_product_says_whether_it_is_there(api: Api, world: World) -> None:
    reference = loaded("iso_9001_2015")

    told = api(world.greta).get("/api/v1/compliance/shipped").json()

    there = {one["name"]: one["reference_id"] for one in told}
    assert there["iso_9001_2015"] == str(reference.id)
    assert there["iso_45001_2018"] is None
    again = api(world.greta).post("/api/v1/compliance/shipped/iso_9001_2015")
    assert (again.status_code, again.json()["type"]) == (409, "reference_there")


def test_a_list_takes_as_many_statements_for_many_as_for_few(
    api: Api, world: World, undone: dict[str, Connection]
) -> None:
    reference = drafted("PRO-QSE-001")
    required(reference, "1")

    def asked() -> int:
        with statements(undone["compliance"]) as sent:
            labels(api, world)
            api(world.bob).get(REQUIREMENTS, params={"reference_id": str(reference.id)})
        return len(sent)

    few = asked()
    for number in range(2, 12):
        required(reference, str(number))
        drafted(f"PRO-QSE-{number:03}")
    assert asked() == few
