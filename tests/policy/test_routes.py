from uuid import UUID

from fastapi.testclient import TestClient
from sqlalchemy import Connection

from tests.conftest import Api
from tests.counting import statements
from tests.policy.factories import DIVISIONAL, draft, new_edition, policy_in, published, requested
from tests.world import World

POLICIES = "/api/v1/policy/policies"
REQUESTS = "/api/v1/policy/review-requests"
REASON = "Les moyens prévus ne suffisent plus"


def ids(api: TestClient, path: str, **query: object) -> list[str]:
    answer = api.get(path, params=query)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json()["items"]]


def test_a_policy_lives_from_draft_to_published(world: World, api: Api) -> None:
    greta, hugo = api(world.greta), api(world.hugo)

    made = greta.post(POLICIES, json=policy_in().model_dump(mode="json", exclude_none=True))
    assert made.status_code == 201, made.text
    policy = made.json()
    change = {"title": policy["title"], "text": "Un texte entièrement revu et assez long."}
    change |= {"domains": ["S", "E"], "commitments": policy["commitments"]}
    path = f"{POLICIES}/{policy['id']}"
    policy = greta.put(path, json=change | {"version": policy["version"]}).json()
    assert policy["domains"] == ["S", "E"]
    for who, verb, status in (
        (greta, "submit", "in_review"),
        (hugo, "approve", "approved"),
        (greta, "publish", "published"),
    ):
        policy = who.post(f"{path}/{verb}", json={"version": policy["version"]}).json()
        assert policy["status"] == status
    assert greta.post(f"{path}/new-edition").json()["edition"] == policy["edition"] + 1


def test_readers_see_what_is_or_was_in_force(world: World, api: Api) -> None:
    first = published()
    second = published(new_edition(first))
    third = draft()
    reader, author = api(world.bob), api(world.greta)

    assert ids(reader, POLICIES) == [str(second.id), str(first.id)]
    assert ids(reader, POLICIES, status="draft") == []
    assert reader.get(f"{POLICIES}/{first.id}").json()["status"] == "superseded"
    assert reader.get(f"{POLICIES}/{third.id}").status_code == 404
    assert ids(author, POLICIES, status="draft") == [str(third.id)]
    assert author.get(f"{POLICIES}/{third.id}").status_code == 200


def test_writing_approving_and_deciding_need_their_permissions(world: World, api: Api) -> None:
    policy, request = published(), requested()
    alice = api(world.alice)
    version = {"version": 1}

    refused = [
        alice.post(POLICIES, json=policy_in().model_dump(mode="json", exclude_none=True)),
        alice.post(f"{POLICIES}/{policy.id}/submit", json=version),
        alice.post(f"{POLICIES}/{policy.id}/approve", json=version),
        alice.post(f"{POLICIES}/{policy.id}/publish", json=version),
        alice.post(f"{POLICIES}/{policy.id}/new-edition"),
        alice.post(
            f"{REQUESTS}/{request.id}/decide",
            json=version | {"decision": "act", "reason": REASON},
        ),
        api(DIVISIONAL).post(f"{POLICIES}/{policy.id}/new-edition"),
    ]
    assert [answer.status_code for answer in refused] == [403] * 7


def test_a_stale_approval_answers_with_both_states(world: World, api: Api) -> None:
    policy = draft()
    path = f"{POLICIES}/{policy.id}"
    api(world.greta).post(f"{path}/submit", json={"version": policy.version})

    stale = api(world.hugo).post(f"{path}/approve", json={"version": policy.version})

    assert (stale.status_code, stale.json()["type"]) == (409, "stale_version")
    assert stale.json()["facts"]["current"]["status"] == "in_review"


def test_a_review_is_read_where_one_may_and_decided_with_a_reason(world: World, api: Api) -> None:
    lyon, lille = requested(world.lyon), requested(world.lille)
    alice, greta = api(world.alice), api(world.greta)

    assert ids(alice, REQUESTS) == [str(lyon.id)]
    assert alice.get(f"{REQUESTS}/{lyon.id}").json()["value"] == "3.5"
    assert alice.get(f"{REQUESTS}/{lille.id}").status_code == 404
    assert set(ids(greta, REQUESTS, place=world.division)) == {str(lyon.id), str(lille.id)}
    assert ids(greta, REQUESTS, place=world.lille) == [str(lille.id)]
    path = f"{REQUESTS}/{lyon.id}/decide"
    hasty = greta.post(path, json={"version": 1, "decision": "maintain", "reason": "non"})
    assert hasty.status_code == 422
    done = greta.post(path, json={"version": 1, "decision": "maintain", "reason": REASON})
    assert (done.status_code, done.json()["status"]) == (200, "decided")
    again = greta.post(path, json={"version": 2, "decision": "act", "reason": REASON})
    assert (again.status_code, again.json()["type"]) == (409, "already_decided")
    assert ids(greta, REQUESTS, status="pending") == [str(lille.id)]


def test_pages_follow_each_other_without_gap_or_repetition(world: World, api: Api) -> None:
    made = {str(requested().id) for _ in range(5)}
    alice = api(world.alice)
    seen: list[str] = []
    after: dict[str, str] = {}

    while True:
        found = alice.get(REQUESTS, params={"limit": "2", **after}).json()
        seen += [row["id"] for row in found["items"]]
        if found["next"] is None:
            break
        after = {"after": found["next"]}

    assert (len(seen), set(seen)) == (5, made)


def test_a_list_costs_the_same_statements_at_one_row_and_at_two_hundred(
    world: World, api: Api, undone: dict[str, Connection]
) -> None:
    alice = api(world.alice)
    requested()
    with statements(undone["policy"]) as few:
        ids(alice, REQUESTS, limit=200)
    for _ in range(199):
        requested()

    with statements(undone["policy"]) as many:
        assert len(ids(alice, REQUESTS, limit=200)) == 200

    assert len(many) == len(few)


def test_an_unknown_policy_is_not_there(world: World, api: Api) -> None:
    assert api(world.greta).get(f"{POLICIES}/{UUID(int=5)}").status_code == 404
