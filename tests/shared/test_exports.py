"""A long list leaves as a file: what its reader may read, as they see it, within limits."""

from typing import Any
from uuid import UUID

import httpx2 as httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event, select

from runtime.web import create_web
from services.risk import commands
from services.risk.jobs import jobs
from shared import exports
from shared.auth import SYSTEM, Actor
from shared.db import engine
from shared.job_rows import tables
from shared.tabular import read_xlsx
from shared.work import unit_of_work
from tests.helpers import token_of
from tests.risk.test_commands import risk_in
from tests.world import WORLD

pytestmark = pytest.mark.usefixtures("own_database")

COLUMNS = [
    {"name": "title", "title": "Risque", "kind": "text"},
    {"name": "site_id", "title": "Site", "kind": "site"},
    {"name": "domain", "title": "Domaine", "kind": "word", "words": {"S": "Sécurité"}},
]
RISKS = {
    "list": "risks",
    "title": "Risques",
    "format": "xlsx",
    "sort": "-title",
    "columns": COLUMNS,
    "somebody": "Quelqu'un",
    "about_title": "À propos",
    "about": [["Lignes", None]],
}


def asked(actor: Actor, **changes: Any) -> httpx.Response:  # noqa: ANN401
    client = TestClient(create_web(["risk"], with_portal=False))
    headers = {"Authorization": f"Bearer {token_of(actor)}"}
    return client.post("/api/v1/risk/exports", json=RISKS | changes, headers=headers)


def made(actor: Actor, **changes: Any) -> list[list[Any]]:  # noqa: ANN401
    id = UUID(asked(actor, **changes).json()["job_id"])
    jobs.run(id)
    _, files = tables("risk")
    with unit_of_work("risk", SYSTEM) as uow:
        found = select(files.c.content).where(files.c.job_id == id)
        return read_xlsx(uow.session.scalars(found).one())


def entered(*titles: str, actor: Actor = WORLD.alice, site: UUID = WORLD.lyon) -> None:
    with unit_of_work("risk", actor, permission="risk:write") as uow:
        for title in titles:
            commands.assess_risk(uow, risk_in(title=title, site_id=site))


def test_the_file_holds_what_its_reader_may_read_and_no_formula() -> None:
    entered("=1+1", "Bruit", "Chute")
    entered("Ailleurs", actor=WORLD.charlie, site=WORLD.lille)

    head, *rows = made(WORLD.bob)

    assert head == ["Risque", "Site", "Domaine"]
    assert rows == [[title, "Lyon", "Sécurité"] for title in ("Chute", "Bruit", "=1+1")]
    assert len(made(WORLD.greta)) == 5
    assert made(WORLD.greta, filters={"place": str(WORLD.lille)})[1][0] == "Ailleurs"


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"list": "people"}, 404),
        ({"sort": "measures"}, 404),
        ({"columns": [{"name": "metadata", "title": "x", "kind": "text"}]}, 404),
        ({"filters": {"level": "high"}}, 422),
        ({"title": "a/b"}, 422),
    ],
)
def test_what_is_no_list_of_ours_is_refused(wrong: dict[str, Any], status: int) -> None:
    assert asked(WORLD.alice, **wrong).status_code == status


def test_a_list_beyond_all_bounds_is_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    entered("Bruit", "Chute")
    monkeypatch.setattr(exports, "MOST_ROWS", 1)

    answer = asked(WORLD.alice)

    assert (answer.status_code, answer.json()["type"]) == (422, "too_many_rows")


def test_a_batch_costs_the_same_however_long_the_list_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "BATCH", 4)
    entered(*(f"Risque {n}" for n in range(4)))
    one = statements_of(lambda: made(WORLD.alice))
    entered(*(f"Risque {n}" for n in range(4, 12)))
    three = statements_of(lambda: made(WORLD.alice))

    assert three - one == 2 * 2  # the rows of a batch, and the names in it


def statements_of(do: Any) -> int:  # noqa: ANN401
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(engine("risk"), "before_cursor_execute", note)
    do()
    event.remove(engine("risk"), "before_cursor_execute", note)
    return len(sent)
