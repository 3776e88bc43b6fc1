"""People find what they look for as they type it, and nothing that they may not see."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, literal, text

from services.actions import opening
from services.actions.schemas import ActionIn, ActionType, Priority
from services.risk import commands
from services.risk.models import Risk
from shared.auth import Actor
from shared.search import _folded, _stands_in, folded
from tests.audit.factories import planned_audit, raised_finding
from tests.conftest import Api, Work
from tests.counting import statements
from tests.risk.test_commands import risk_in
from tests.world import WORLD, World

TITLES = (
    "Fuite de la vanne sous pression",
    "Sécurité des circulations",
    "Œuvre en hauteur sans harnais",
    "Pression excessive au réacteur",
    "Bruit de l'atelier d'usinage",
)


@pytest.fixture(autouse=True)
def register(undone: dict[str, Connection], world: World, work: Work) -> None:
    with work("risk", world.alice, "risk:write") as uow:
        for title in TITLES:
            commands.assess_risk(uow, risk_in(title=title, process="PROD"))


def found(api: Api, actor: Actor, service: str, q: str, **query: str) -> list[dict[str, Any]]:
    answer = api(actor).get(f"/api/v1/{service}/search", params={"q": q, **query})
    assert answer.status_code == 200, answer.text
    hits: list[dict[str, Any]] = answer.json()
    return hits


def titles(api: Api, q: str, actor: Actor = WORLD.bob, **query: str) -> list[str]:
    return [hit["title"] for hit in found(api, actor, "risk", q, **query)]


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("securite", "Sécurité des circulations"),
        ("SÉCU", "Sécurité des circulations"),
        ("oeuvre", "Œuvre en hauteur sans harnais"),
        ("presion vane", "Fuite de la vanne sous pression"),
        ("reactuer", "Pression excessive au réacteur"),
        ("l'atelier d'usinage", "Bruit de l'atelier d'usinage"),
    ],
)
def test_accents_case_and_typos_are_forgiven(api: Api, typed: str, title: str) -> None:
    assert titles(api, typed)[:1] == [title]


def test_what_begins_so_comes_before_what_has_it_somewhere(api: Api) -> None:
    assert titles(api, "pression") == [TITLES[3], TITLES[0]]


def test_the_nearest_word_comes_first_wherever_it_stands(
    api: Api, world: World, work: Work
) -> None:
    with work("risk", world.alice, "risk:write") as uow:
        for title in ("Presse à vanne", "Vanne rapide sous pression"):
            commands.assess_risk(uow, risk_in(title=title))

    assert titles(api, "vanne presion")[-1] == "Presse à vanne"


def test_every_word_is_looked_for(api: Api) -> None:
    assert titles(api, "pression réacteur") == [TITLES[3]]
    assert titles(api, "pression sécurité") == []


def test_an_action_is_found_by_its_number(api: Api, world: World, work: Work) -> None:
    with work("actions", world.alice, "actions:progress") as uow:
        opened = [opening.open_action(uow, action_in(f"Vanne {n}")) for n in range(12)]
    third = opened[2].number

    assert found(api, world.bob, "actions", third.lower())[0]["reference"] == third
    assert [h["reference"] for h in found(api, world.bob, "actions", third[-4:])] == [third]
    numbers = [hit["reference"] for hit in found(api, world.bob, "actions", third[:-1])]
    assert third in numbers
    assert all(number.startswith(third[:-1]) for number in numbers)
    newest_first = [action.number for action in reversed(opened)][:8]
    assert [hit["reference"] for hit in found(api, world.bob, "actions", "vane")] == newest_first


def action_in(title: str) -> ActionIn:
    return ActionIn(
        site_id=WORLD.lyon,
        title=title,
        type=ActionType.CORRECTION,
        priority=Priority.P3,
        owner_id=WORLD.paul.id,
    )


def test_other_kinds_are_found_too(api: Api, world: World) -> None:
    audit, finding = planned_audit(), raised_finding()

    assert ("audit", audit.id) in ids(found(api, world.bob, "audit", "production audti"))
    assert ("finding", finding.id) in ids(found(api, world.bob, "audit", "reglage presses"))
    assert ("person", world.alice.id) in ids(found(api, world.bob, "identity", "alise"))
    assert ids(found(api, world.bob, "identity", "lyoon")) == [("place", world.lyon)]
    english = replace(world.bob, language="en")
    [said], [meant] = (found(api, who, "indicators", "retard") for who in (english, world.bob))
    assert said["id"] == meant["id"]
    assert said["title"] != meant["title"]


def ids(hits: list[dict[str, Any]]) -> list[tuple[str, UUID]]:
    return [(hit["kind"], UUID(hit["id"])) for hit in hits]


def test_nothing_of_another_site_is_found(api: Api, world: World) -> None:
    planned_audit()

    assert titles(api, "pression", world.charlie) == []
    assert found(api, world.charlie, "audit", "interne") == []
    people = found(api, world.charlie, "identity", "example.org")
    assert {hit["id"] for hit in people}.isdisjoint(
        str(person.id) for person, place in world.people if place == world.lyon
    )


def test_a_place_narrows_it_down(api: Api, world: World) -> None:
    everywhere = titles(api, "pression", world.greta)

    assert len(everywhere) == 2
    assert titles(api, "pression", world.greta, place=str(world.division)) == everywhere
    assert titles(api, "pression", world.greta, place=str(world.lille)) == []


@pytest.mark.parametrize("typed", ["", "p", "%", "__", "' or 1=1 --", "\\", "π λ", "🙂", "%%%%s"])
def test_what_has_no_words_finds_nothing(api: Api, typed: str) -> None:
    assert titles(api, typed) == []


@pytest.mark.parametrize("typed", ["a" * 101, "pression\0", "x" * 60_000])
def test_what_nobody_types_is_refused(api: Api, typed: str) -> None:
    answer = api(WORLD.bob).get("/api/v1/risk/search", params={"q": typed})

    assert answer.status_code == 422


def test_many_rows_cost_as_many_statements(
    api: Api, undone: dict[str, Connection], world: World, work: Work
) -> None:
    with statements(undone["risk"]) as few:
        titles(api, "mille pertuis")
    with work("risk", world.alice, "risk:write") as uow:
        for number in range(200):
            commands.assess_risk(uow, risk_in(title=f"Mille pertuis {number}"))
    with statements(undone["risk"]) as many:
        shown = titles(api, "mille pertuis")

    assert len(shown) == 8
    assert len(many) == len(few)


def test_the_index_serves_those_whom_row_level_security_holds(
    undone: dict[str, Connection], world: World, work: Work
) -> None:
    """A function that is not leakproof would be asked of every row that may be seen."""
    with work("risk", world.greta, "risk:read") as uow:
        rows = uow.select(Risk).where(_stands_in(Risk, "presion"))
        sought = str(rows.compile(uow.session.connection(), compile_kwargs={"literal_binds": True}))
        uow.session.execute(text("set local enable_seqscan = off"))
        plan = uow.session.connection().exec_driver_sql(f"explain {sought}").scalars().all()

    assert any("Bitmap Index Scan on ix_risk_found_by" in line for line in plan), plan


def test_postgresql_folds_as_python_does(work: Work, world: World) -> None:
    said = "ÀÉÎÕÜ çñ Œuvre æther straße ﬁn ½ n° Ω İ N°12 ŒÆ"

    with work("risk", world.bob, "risk:read") as uow:
        in_sql = uow.session.connection().scalar(_folded(literal(said)).select())
    assert in_sql == folded(said)
