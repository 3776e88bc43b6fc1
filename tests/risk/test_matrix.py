"""The matrix: how many risks each rating of a method has, and the register narrowed to one."""

from typing import Any

from sqlalchemy import Connection

from services.risk.models import Method
from services.risk.schemas import Domain
from shared.auth import SYSTEM
from shared.work import unit_of_work
from tests.conftest import Api
from tests.counting import statements
from tests.risk.test_commands import assessed, method_in, residual, risk_in
from tests.world import World

RISKS = "/api/v1/risk/risks"


def method(code: str = "GP4") -> Method:
    with unit_of_work("risk", SYSTEM) as uow:
        found = uow.session.scalar(uow.select(Method).where(Method.code == code))
        assert found is not None
        return found


def path(of: Method) -> str:
    return f"/api/v1/risk/methods/{of.id}/matrix"


def counts(answer: dict[str, Any]) -> dict[tuple[int, int], int]:
    cells = answer["cells"]
    return {(c["gravity"], c["probability"]): c["risks"] for c in cells if c["risks"]}


def test_each_rating_is_counted_under_its_level(api: Api, world: World) -> None:
    for gravity, probability in ((4, 3), (4, 3), (1, 1), (4, 2)):
        assessed(gravity, probability)

    matrix = api(world.bob).get(path(method())).json()

    assert counts(matrix) == {(4, 3): 2, (1, 1): 1, (4, 2): 1}
    levels = [cell["level"] for cell in matrix["cells"]]
    assert levels == [2, 3, 4, 4, 1, 2, 3, 4, 1, 2, 2, 3, 1, 1, 1, 2]
    assert (matrix["unrated"], matrix["otherwise"]) == (0, 0)


def test_initial_and_residual_ratings_are_counted_apart(api: Api, world: World) -> None:
    residual(assessed(4, 3), 2, 1)
    assessed(4, 3)
    assessed(None)
    client, at = api(world.bob), path(method())

    initial = client.get(at).json()
    today = client.get(at, params={"rating": "residual"}).json()

    assert (counts(initial), initial["unrated"]) == ({(4, 3): 2}, 1)
    assert (counts(today), today["unrated"]) == ({(2, 1): 1}, 2)


def test_what_another_method_rated_is_counted_apart(api: Api, world: World) -> None:
    assessed(4, 3)
    body = method_in([1, 10]).model_dump(mode="json")
    other = api(world.greta).post("/api/v1/risk/methods", json=body).json()

    matrix = api(world.bob).get(f"/api/v1/risk/methods/{other['id']}/matrix").json()

    assert (counts(matrix), matrix["unrated"], matrix["otherwise"]) == ({}, 0, 1)
    assert len(matrix["cells"]) == other["scale"] ** 2


def test_another_sites_risks_are_not_counted(api: Api, world: World) -> None:
    assessed(4, 3)
    at = path(method())

    assert counts(api(world.charlie).get(at).json()) == {}
    greta = api(world.greta)
    assert counts(greta.get(at, params={"place": str(world.lille)}).json()) == {}
    assert counts(greta.get(at, params={"place": str(world.lyon)}).json()) == {(4, 3): 1}


def test_every_number_is_that_of_the_list_it_leads_to(api: Api, world: World) -> None:
    residual(assessed(4, 3), 4, 3)
    residual(assessed(4, 3), 2, 1)
    assessed(4, 3)
    assessed(None)
    greta, gp4 = api(world.greta), method()
    body = method_in([1, 10]).model_dump(mode="json")
    other = greta.post("/api/v1/risk/methods", json=body).json()
    greta.post(RISKS, json=risk_in(method="GP5").model_dump(mode="json"))

    def listed(**query: str | int) -> int:
        return len(greta.get(RISKS, params=query).json()["items"])

    for rating in ("initial", "residual"):
        matrix = greta.get(path(gp4), params={"rating": rating}).json()
        for (gravity, probability), number in counts(matrix).items():
            cell: dict[str, str | int] = {
                "gravity": gravity,
                "probability": probability,
                "method_id": str(gp4.id),
            }
            assert listed(rating=rating, **cell) == number
        assert listed(rating=rating, unrated="true") == matrix["unrated"]
        assert listed(rating=rating, other_than=str(gp4.id)) == matrix["otherwise"]
    assert matrix["unrated"] == 3
    assert listed(rating="initial", other_than=str(gp4.id)) == 1
    assert listed(rating="initial", other_than=other["id"]) == 3


def test_a_domain_narrows_matrix_and_register(api: Api, world: World) -> None:
    assessed(2, 2)
    body = risk_in(domain=Domain.ENVIRONMENT).model_dump(mode="json")
    client = api(world.alice)
    assert client.post(RISKS, json=body).status_code == 201

    narrowed = client.get(path(method()), params={"domain": "E"}).json()
    rows = client.get(RISKS, params={"domain": "E"}).json()["items"]

    assert counts(narrowed) == {(2, 2): 1}
    assert [row["domain"] for row in rows] == ["E"]
    assert client.get(RISKS, params={"domain": "X"}).status_code == 422
    assert client.get(RISKS, params={"gravity": "11"}).status_code == 422


def test_the_matrix_costs_two_statements_however_many_risks(
    api: Api, world: World, undone: dict[str, Connection]
) -> None:
    client, at = api(world.greta), path(method())

    def cost() -> int:
        with statements(undone["risk"]) as sent:
            answer = client.get(at, params={"place": str(world.lyon)})
        assert answer.status_code == 200, answer.text
        return len(sent)

    assessed()
    few = cost()
    for _ in range(50):
        assessed(3, 3)
    assert cost() == few
