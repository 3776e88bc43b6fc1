from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import ProgrammingError

from services.notifications.models import Notification
from tests.conftest import Api, Work
from tests.counting import statements
from tests.notifications.factories import (
    action_assigned,
    action_opened,
    action_overdue,
    finding_raised,
    hear,
    told,
)
from tests.world import World

API = "/api/v1/notifications"
INBOX = f"{API}/inbox"


def items(api: TestClient, **query: object) -> list[dict[str, object]]:
    answer = api.get(INBOX, params=query)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    found: list[dict[str, object]] = answer.json()["items"]
    return found


def test_the_inbox_shows_the_newest_first_in_the_readers_language(world: World, api: Api) -> None:
    hear(action_opened())
    hear(action_assigned())

    newest, oldest = items(api(world.paul))

    assert (newest["kind"], oldest["kind"]) == ("action_assigned", "action_opened")
    assert newest["title"] == (
        "L'action A-2030-0001 à Lyon est désormais à vous, échéance le 12 mars 2030"
    )
    assert (newest["site_id"], newest["site_name"]) == (str(world.lyon), "Lyon")


def test_nobody_reads_anothers_inbox_whatever_they_may_see(world: World, api: Api) -> None:
    hear(action_opened())
    [row] = told()

    for other in (world.alice, world.greta, world.adam):
        assert items(api(other)) == []
        assert api(other).get(f"{INBOX}/count").json() == {"unread": 0}
        assert api(other).post(f"{INBOX}/{row.id}/read").status_code == 404
        api(other).post(f"{INBOX}/read-all")

    assert [row.read_at for row in told()] == [None]


def test_ones_inbox_is_ones_own_also_where_no_grant_reaches(world: World, api: Api) -> None:
    hear(action_opened(owner=world.charlie.id, site=world.lyon))

    [item] = items(api(world.charlie))

    assert api(world.charlie).post(f"{INBOX}/{item['id']}/read").status_code == 200


def test_reading_is_noted_once(world: World, api: Api) -> None:
    hear(action_opened())
    paul = api(world.paul)
    [item] = items(paul, unread="true")

    first = paul.post(f"{INBOX}/{item['id']}/read").json()
    again = paul.post(f"{INBOX}/{item['id']}/read").json()

    assert first["read_at"] is not None
    assert again == first
    assert items(paul, unread="true") == []
    assert len(items(paul)) == 1
    assert paul.post(f"{INBOX}/{uuid4()}/read").status_code == 404


def test_all_of_ones_own_are_read_at_once(world: World, api: Api) -> None:
    for _ in range(3):
        hear(action_overdue(3))
    greta = api(world.greta)
    assert greta.get(f"{INBOX}/count").json() == {"unread": 3}

    assert greta.post(f"{INBOX}/read-all").json() == {"unread": 0}

    assert items(greta, unread="true") == []
    assert api(world.hugo).get(f"{INBOX}/count").json() == {"unread": 3}


def test_the_inbox_needs_a_signed_in_person_with_a_role(world: World, api: Api) -> None:
    nobody = api(world.bob)
    nobody.headers.pop("Authorization")

    assert nobody.get(INBOX).status_code == 401


def test_others_at_the_site_do_not_learn_what_was_read_or_said(
    world: World, api: Api, work: Work
) -> None:
    hear(action_opened())
    [item] = items(api(world.paul))
    api(world.paul).post(f"{INBOX}/{item['id']}/read")

    changes = api(world.alice).get(f"{API}/history/{item['id']}").json()["items"]

    assert [change["action"] for change in changes] == ["created"]
    assert "A-2030-0001" not in str(changes)


def test_the_database_itself_keeps_an_inbox_to_its_owner(world: World, work: Work) -> None:
    hear(action_opened())
    everything = select(Notification)

    with work("notifications", world.greta, "notifications:read") as uow:
        assert uow.session.scalars(everything).all() == []
        uow.session.execute(text("select set_config('qse.person', '', true)"))
        assert uow.session.scalars(everything).all() == []
    with work("notifications", world.paul, "notifications:read") as uow:
        assert len(uow.session.scalars(everything).all()) == 1
        values = {"event_id": uuid4(), "person_id": world.greta.id, "version": 1, "facts": {}}
        values |= {"kind": "action_opened", "subject_id": uuid4(), "place_id": world.lyon}
        values |= {"site_name": "Lyon", "told_at": uow.now, "correlation_id": uuid4()}
        with (
            pytest.raises(ProgrammingError, match="row-level security"),
            uow.session.begin_nested(),
        ):
            uow.session.execute(insert(Notification).values(values))


def test_pages_follow_each_other_without_gap_or_repetition(world: World, api: Api) -> None:
    for _ in range(5):
        hear(finding_raised())
    alice = api(world.alice)
    seen: list[str] = []
    after: dict[str, str] = {}

    while True:
        found = alice.get(INBOX, params={"limit": "2", **after}).json()
        seen += [row["id"] for row in found["items"]]
        if found["next"] is None:
            break
        after = {"after": found["next"]}

    assert seen == [str(row.id) for row in reversed(told())]


def test_the_inbox_costs_the_same_statements_at_one_row_and_at_two_hundred(
    world: World, api: Api, undone: dict[str, Connection]
) -> None:
    alice = api(world.alice)
    hear(finding_raised())
    with statements(undone["notifications"]) as few:
        items(alice, limit=200)
    for _ in range(199):
        hear(finding_raised())

    with statements(undone["notifications"]) as many:
        assert len(items(alice, limit=200)) == 200

    assert len(many) == len(few)
