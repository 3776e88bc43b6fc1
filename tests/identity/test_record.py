"""The doors to the sealed record: who is told what, and in how many statements."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection, insert

from services.identity.models import checkpoint
from services.identity.record_models import Verification
from services.identity.record_schemas import JobStatus
from shared.auth import SYSTEM, Actor
from shared.work import unit_of_work
from tests.access.doors import made_proof
from tests.conftest import Api
from tests.counting import statements
from tests.world import WORLD, World

IDENTITY = "/api/v1/identity"
NOTE = "qse checkpoint of example.org\n{}\n\n\u2014 key signature\n"


@pytest.fixture
def sealed(world: World) -> int:
    """Some checkpoints; gives how many."""
    with unit_of_work("identity", SYSTEM) as uow:
        rows = [{"number": n, "made_at": uow.now, "note": NOTE.format(n)} for n in range(1, 8)]
        uow.session.execute(insert(checkpoint), rows)
    return len(rows)


def verified(found: int, by: Actor = WORLD.greta) -> None:
    with unit_of_work("identity", SYSTEM) as uow:
        made = Verification(person_id=by.id, status=JobStatus.DONE, rows=9, checkpoints=2)
        made.found, made.findings = found, ["risk: something was altered"] * found
        uow.add(made)


def test_checkpoints_come_newest_first_and_a_page_at_a_time(api: Api, sealed: int) -> None:
    web = api(WORLD.alice)
    seen, after = [], None
    while True:
        asked = {"limit": 3} | ({"after": after} if after else {})
        found = web.get(f"{IDENTITY}/checkpoints", params=asked).json()
        seen += [one["number"] for one in found["items"]]
        after = found["next"]
        if after is None:
            break
    assert seen == list(range(sealed, 0, -1))


def test_a_note_is_given_to_the_letter(api: Api, sealed: int) -> None:
    answer = api(WORLD.diane).get(f"{IDENTITY}/checkpoints/7")
    assert answer.text == NOTE.format(7)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert api(WORLD.diane).get(f"{IDENTITY}/checkpoints/8").status_code == 404


def test_the_state_names_the_newest_checkpoint(api: Api, sealed: int) -> None:
    told = api(WORLD.adam).get(f"{IDENTITY}/record").json()
    assert told["newest"]["number"] == sealed
    assert (told["waiting"], told["disagrees"], told["verifying"]) == (0, False, False)


def test_who_sees_some_sites_learns_whether_all_is_well_and_no_more(api: Api, world: World) -> None:
    verified(found=0)
    verified(found=2)

    whole = api(WORLD.greta).get(f"{IDENTITY}/verifications").json()["items"]
    assert [(one["intact"], one["found"], len(one["findings"])) for one in whole] == [
        (False, 2, 2),
        (True, 0, 0),
    ]
    for somebody in (WORLD.alice, WORLD.diane):
        answer = api(somebody).get(f"{IDENTITY}/verifications")
        assert [one["intact"] for one in answer.json()["items"]] == [False, True]
        assert "altered" not in answer.text
        assert [one["rows"] for one in answer.json()["items"]] == [None, None]


def test_what_was_found_is_not_in_the_history_that_others_read(api: Api, world: World) -> None:
    verified(found=1)
    with unit_of_work("identity", SYSTEM) as uow:
        row = uow.session.scalars(uow.select(Verification)).one()
    told = api(WORLD.greta).get(f"{IDENTITY}/history/{row.id}")
    assert told.json()["items"]
    assert "altered" not in told.text


@pytest.mark.parametrize("door", ["verifications", f"nodes/{WORLD.lyon}/proofs"])
def test_a_program_asks_for_nothing(api: Api, world: World, door: str) -> None:
    answer = api(replace(WORLD.alice, session=None)).post(f"{IDENTITY}/{door}")
    assert (answer.status_code, answer.json()["type"]) == (403, "not_in_a_session")


def test_a_second_verification_waits_for_the_first(api: Api, world: World) -> None:
    assert api(WORLD.alice).post(f"{IDENTITY}/verifications").status_code == 201
    answer = api(WORLD.greta).post(f"{IDENTITY}/verifications")
    assert (answer.status_code, answer.json()["type"]) == (409, "verification_under_way")


@pytest.mark.parametrize(
    ("place", "refusal"),
    [
        (WORLD.lille, (404, "not_found")),
        (WORLD.brest, (404, "not_found")),
        (WORLD.division, (404, "not_found")),
    ],
)
def test_a_proof_is_of_a_site_of_ones_own(
    api: Api, world: World, place: object, refusal: tuple[int, str]
) -> None:
    answer = api(WORLD.alice).post(f"{IDENTITY}/nodes/{place}/proofs")
    assert (answer.status_code, answer.json()["type"]) == refusal


def test_a_division_has_no_proof(api: Api, world: World) -> None:
    answer = api(WORLD.greta).post(f"{IDENTITY}/nodes/{WORLD.division}/proofs")
    assert answer.json()["detail"] == "Division Nord-Sud is no site: a proof is of one site."


@pytest.mark.parametrize("who", [WORLD.bob, WORLD.paul, WORLD.adam], ids=lambda who: who.name)
def test_who_has_no_part_in_it_is_refused(api: Api, world: World, who: Actor) -> None:
    """The record of a site is more than a process owner's part of it; an administrator has none."""
    answer = api(who).post(f"{IDENTITY}/nodes/{WORLD.lyon}/proofs")
    assert answer.status_code == 403


def test_a_fourth_proof_waits_for_the_first_three(api: Api, world: World) -> None:
    asked = [api(WORLD.alice).post(f"{IDENTITY}/nodes/{WORLD.lyon}/proofs") for _ in range(4)]
    assert [answer.status_code for answer in asked] == [201, 201, 201, 409]
    assert asked[3].json()["type"] == "too_many_proofs"


def test_the_archive_is_a_file_to_save(api: Api, world: World) -> None:
    made = made_proof()
    answer = api(WORLD.alice).get(f"{IDENTITY}/proofs/{made.id}/file")
    assert answer.content == b"PK"
    assert answer.headers["content-disposition"] == 'attachment; filename="proof-1.zip"'
    assert api(WORLD.greta).get(f"{IDENTITY}/proofs/{made.id}/file").status_code == 404


def test_a_list_costs_the_same_however_long_it_is(
    api: Api, undone: dict[str, Connection], sealed: int
) -> None:
    def cost() -> list[int]:
        costs = []
        for path in ("record", "checkpoints", "verifications", "proofs"):
            with statements(undone["identity"]) as sent:
                assert api(WORLD.alice).get(f"{IDENTITY}/{path}").status_code == 200
            costs.append(len(sent))
        return costs

    before = cost()
    for _ in range(10):
        verified(found=0)
        made_proof()
    assert cost() == before
