"""The pages of who administers: places, people, roles, workbooks."""

import re
from datetime import timedelta
from uuid import uuid4

import httpx2 as httpx
import pytest

from services.identity import commands
from services.identity.models import Node
from services.identity.schemas import GrantIn, PersonIn, Role
from shared.auth import SYSTEM
from shared.work import clock, unit_of_work
from tests.portal.conftest import People, shown
from tests.world import WORLD

TODAY = clock().date()
UNTIL = TODAY + timedelta(days=300)


@pytest.fixture
def zoe() -> str:
    """Somebody who reads at Lyon; gives the address of her page."""
    with unit_of_work("identity", SYSTEM) as uow:
        email = f"{uuid4()}@example.org"
        person = commands.add_person(uow, PersonIn(name="Zoé Roy", email=email))
        held = {"person_id": person.id, "role": Role.READER, "node_id": WORLD.lyon}
        commands.grant(uow, GrantIn.model_validate(held | {"valid_from": TODAY, "valid_to": UNTIL}))
        return f"/admin/people/{person.id}"


def role_form(role: Role, **changes: object) -> dict[str, object]:
    typed = {"id": str(uuid4()), "role": role.value, "node_id": str(WORLD.lyon)}
    return typed | {"valid_from": str(TODAY), "valid_to": str(UNTIL)} | changes


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("greta", {"places", "people", "proposals", "identity-provider"}),
        ("alice", {"places", "people", "proposals"}),
        ("adam", {"people", "identity-provider"}),
        ("bob", set()),
    ],
)
def test_the_menu_shows_what_one_may(people: People, name: str, seen: set[str]) -> None:
    links = re.findall(
        r'class="q-nav-link[^"]*" href="/admin/([a-z-]+)', people[name].get("/").text
    )

    assert set(links) == seen


@pytest.mark.parametrize("page", ["places", "people", "proposals", "identity-provider"])
def test_each_page_is_shown_in_both_languages(people: People, page: str) -> None:
    for name in ("greta", "hugo"):
        assert people[name].get(f"/admin/{page}").status_code == 200


def test_a_place_is_opened_and_renamed_in_the_tree(people: People) -> None:
    page = f"/admin/places?edit={WORLD.lyon}"
    typed = {"kind": "work_unit", "name": "Atelier peinture"}
    opened = people["alice"].submit(page, f"/admin/places/{WORLD.lyon}/below", **typed)
    assert opened.status_code == 303
    assert "Atelier peinture" in people["alice"].read(opened.headers["location"])

    renamed = people["alice"].submit(page, f"/admin/places/{WORLD.lyon}", name="Lyon", code="LYO")
    assert renamed.status_code == 303
    assert "Site · LYO" in people["alice"].read("/admin/places")


def test_a_name_that_is_too_short_is_said_in_place(people: People) -> None:
    page = f"/admin/places?edit={WORLD.lyon}"
    wrong = people["alice"].submit(page, f"/admin/places/{WORLD.lyon}", name="L")

    assert wrong.status_code == 422
    assert "Trop court" in shown(wrong)


def test_a_site_moves_for_a_group_coordinator_only(people: People) -> None:
    page, action = f"/admin/places?edit={WORLD.brest}", f"/admin/places/{WORLD.brest}/move"
    assert not people["alice"].offers(f"/admin/places?edit={WORLD.lyon}", "/move")
    moved = people["greta"].submit(page, action, parent_id=str(WORLD.division))

    assert moved.status_code == 303
    with unit_of_work("identity", SYSTEM) as uow:
        assert uow.get(Node, WORLD.brest).parent_id == WORLD.division
    people["greta"].submit(page, action, parent_id=str(WORLD.elsewhere))


def test_people_are_found_by_name_role_and_place(people: People, zoe: str) -> None:
    alice = people["alice"]

    assert "Zoé Roy" in alice.read("/admin/people?text=zo%C3%A9")
    assert "Zoé Roy" in alice.read("/admin/people?role=reader")
    assert "Zoé Roy" not in alice.read("/admin/people?role=auditor")
    assert "Zoé Roy" not in alice.read("/admin/people?active=false")
    assert "Zoé Roy" not in people["greta"].read(f"/admin/people?place={WORLD.lille}")
    assert "Personne ne correspond." in alice.read("/admin/people?text=100%25_")


def test_somebody_is_let_in_and_given_a_role(people: People) -> None:
    alice = people["alice"]
    typed = {"name": "Yves Le Bris", "email": "yves@example.org", "language": "fr"}
    added = alice.submit("/admin/people/new", "/admin/people/new", **typed)
    page = added.headers["location"]
    assert "Aucun rôle pour l'instant." in alice.read(page)

    given = alice.submit(page, f"{page}/roles", **role_form(Role.AUDITOR))
    assert given.status_code == 303, shown(given)
    assert "Auditeur · Lyon" in alice.read(page)

    again = alice.submit("/admin/people/new", "/admin/people/new", **typed)
    assert again.status_code == 409
    assert "Quelqu'un a déjà cette adresse électronique." in shown(again)


def test_a_role_without_an_end_is_refused_beside_what_was_typed(people: People, zoe: str) -> None:
    typed = role_form(Role.AUDITOR, valid_to="")
    refused = people["alice"].submit(zoe, f"{zoe}/roles", **typed)

    assert refused.status_code == 422
    assert "au plus 24 mois après le premier" in shown(refused)


def test_two_people_make_a_coordinator(people: People, zoe: str) -> None:
    proposed = people["alice"].submit(zoe, f"{zoe}/roles", **role_form(Role.SITE_COORDINATOR))
    assert proposed.status_code == 303
    assert "Attend une seconde personne" in people["alice"].read(zoe)

    page = people["greta"].get("/admin/proposals").text
    [*_, confirm] = re.findall(r'action="(/admin/proposals/[0-9a-f-]+/confirm)"', page)
    assert not people["alice"].offers("/admin/proposals", confirm)
    assert people["greta"].submit("/admin/proposals", confirm).status_code == 303
    assert "Coordinateur QSE de site · Lyon" in people["alice"].read(zoe)


def test_a_proposal_is_refused_with_a_reason(people: People, zoe: str) -> None:
    people["alice"].submit(zoe, f"{zoe}/roles", **role_form(Role.SITE_COORDINATOR))
    page = people["greta"].get("/admin/proposals").text
    [*_, refuse] = re.findall(r'action="(/admin/proposals/[0-9a-f-]+/refuse)"', page)

    assert people["greta"].submit("/admin/proposals", refuse, reason="").status_code == 422
    assert people["greta"].submit("/admin/proposals", refuse, reason="Il part").status_code == 303
    gone = people["greta"].post(refuse, reason="Il part")
    assert gone.status_code == 409


def test_who_proposed_a_role_may_take_that_back(people: People, zoe: str) -> None:
    people["alice"].submit(zoe, f"{zoe}/roles", **role_form(Role.SITE_COORDINATOR))
    page = people["alice"].get("/admin/proposals").text
    [*_, withdraw] = re.findall(r'action="(/admin/proposals/[0-9a-f-]+/withdraw)"', page)

    assert people["alice"].submit("/admin/proposals", withdraw).status_code == 303
    assert people["alice"].post(withdraw).status_code == 409


def test_a_role_is_taken_back(people: People, zoe: str) -> None:
    page = people["alice"].get(zoe).text
    [end] = re.findall(r'action="(/admin/people/[0-9a-f-]+/roles/[0-9a-f-]+/end)"', page)

    assert people["alice"].submit(zoe, end).status_code == 303
    assert "Terminé" in people["alice"].read(zoe)
    assert people["alice"].post(end).status_code == 409


def test_an_account_is_closed_and_opened_again(people: People, zoe: str) -> None:
    assert people["alice"].submit(zoe, f"{zoe}/deactivate").status_code == 303
    assert "Compte fermé" in people["alice"].read(zoe)
    assert people["alice"].submit(zoe, f"{zoe}/reactivate").status_code == 303
    assert "Compte ouvert" in people["alice"].read(zoe)
    stale = people["alice"].post(f"{zoe}/deactivate", version="1")
    assert stale.status_code == 409


def test_who_is_called_differently(people: People, zoe: str) -> None:
    email = f"{uuid4()}@example.org"
    typed = {"name": "Zoé Leroy", "email": email, "language": "en"}
    assert people["alice"].submit(zoe, zoe, **typed).status_code == 303
    assert "Zoé Leroy" in people["alice"].read(zoe)
    wrong = people["alice"].submit(zoe, zoe, **(typed | {"email": "alice@example.org"}))
    assert wrong.status_code == 409
    assert people["alice"].submit(zoe, zoe, **(typed | {"name": ""})).status_code == 422


def test_somebody_is_signed_out_everywhere(people: People) -> None:
    bob = people.another("bob")
    page = f"/admin/people/{WORLD.bob.id}"
    assert people["adam"].submit(page, f"{page}/sessions/end").status_code == 303

    assert bob.get("/").status_code == 303
    assert people["adam"].post(f"{page}/tokens/revoke").status_code == 303
    people.known.pop("bob", None)


def test_the_list_of_people_leaves_as_it_is_narrowed(people: People, zoe: str) -> None:
    alice, at = people["alice"], "/admin/people/export.csv"
    [email, *_] = re.findall(r"[0-9a-f-]{36}@example\.org", alice.get(zoe).text)
    paul = "paul@example.org"

    assert {email, paul} <= addresses(alice.get(at))
    assert addresses(alice.get(f"{at}?text={email}")) == {email}
    assert addresses(alice.get(f"{at}?role=process_owner")) == {paul}
    alice.submit(zoe, f"{zoe}/deactivate")
    assert email not in addresses(alice.get(at))
    assert addresses(alice.get(f"{at}?active=false&text={email}")) == {email}
    assert {email, paul} <= addresses(alice.get(f"{at}?active=all"))
    assert paul not in addresses(people["charlie"].get(at))
    assert people["bob"].get(at).status_code == 403


def addresses(answer: httpx.Response) -> set[str]:
    """Whose rows a CSV file of people holds."""
    assert answer.status_code == 200, answer.text
    return set(re.findall(r"[^\s;\"]+@example\.org", answer.text))
