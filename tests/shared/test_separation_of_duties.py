"""Six people write, do, hand on, approve and verify in any order: nobody ever signs their own."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from services.actions import commands as acting
from services.actions import opening
from services.actions.models import Action
from services.actions.schemas import ActionIn, ActionType, AssignIn, DoneIn, Priority, StartIn
from services.identity import commands as identity
from services.identity.schemas import GrantIn, PersonIn, Role
from services.policy import commands as governing
from services.policy.models import Policy
from shared import signing
from shared.auth import SYSTEM, Actor
from shared.errors import DomainError
from shared.work import clock, unit_of_work
from tests import servers
from tests.actions.factories import plan_in, verdict
from tests.conftest import Platform
from tests.helpers import Bus
from tests.policy.factories import change_of, policy_in, step
from tests.promises import HowMany, Promise
from tests.world import SINCE, WORLD, id_of

NAMES = ("greta", "hugo", "ines", "jean", "karim", "lea")
STEPS = 50
NOBODY = UUID(int=1)
UNDRESSED = "alter table {}.signature drop constraint ck_signature_other_hands"


def person(name: str) -> Actor:
    return WORLD.person(name, Role.GROUP_COORDINATOR, WORLD.group)


@pytest.fixture
def six_people(own_database: str) -> str:
    """Four more coordinators of the group, known to all services; gives the database."""
    with unit_of_work("identity", SYSTEM) as uow:
        for name in NAMES[2:]:
            email = f"{name}@example.org"
            identity.add_person(uow, PersonIn(id=id_of(name), name=name.title(), email=email))
            held = GrantIn(
                person_id=id_of(name),
                role=Role.GROUP_COORDINATOR,
                node_id=WORLD.group,
                valid_from=SINCE,
            )
            identity.grant(uow, held)
    Bus().deliver_all()
    return own_database


class Desk:
    """A policy and an action in six hands; it notes whose, and who signed all the same."""

    def __init__(self, tally: Counter[str]) -> None:
        self.tally = tally
        self.authors: set[UUID] = set()
        self.doers: set[UUID] = set()
        self.policy = self.action = NOBODY

    def write(self, by: Actor, _other: Actor) -> None:
        with unit_of_work("policy", by, permission="policy:write") as uow:
            self.policy = governing.draft_policy(uow, policy_in()).id
        self.authors = {by.id}

    def revise(self, by: Actor, _other: Actor) -> None:
        with unit_of_work("policy", by, permission="policy:write") as uow:
            governing.revise_policy(uow, self.policy, change_of(uow.get(Policy, self.policy)))
        self.authors.add(by.id)

    def submit(self, by: Actor, _other: Actor) -> None:
        with unit_of_work("policy", by, permission="policy:write") as uow:
            governing.submit_policy(uow, self.policy, step(uow.get(Policy, self.policy)))

    def approve(self, by: Actor, _other: Actor) -> None:
        with unit_of_work("policy", by, permission="policy:approve") as uow:
            governing.approve_policy(uow, self.policy, step(uow.get(Policy, self.policy)))
        self._signed(by, self.authors)

    def open(self, by: Actor, other: Actor) -> None:
        wanted = ActionIn(
            site_id=WORLD.lyon,
            title="Remettre la fiche au poste",
            type=ActionType.CORRECTIVE,
            priority=Priority.P2,
            owner_id=other.id,
        )
        with unit_of_work("actions", by, permission="actions:progress") as uow:
            self.action = opening.open_action(uow, wanted).id
        self.doers = {other.id}

    def hand_on(self, by: Actor, other: Actor) -> None:
        with unit_of_work("actions", by, permission="actions:progress") as uow:
            seen = uow.get(Action, self.action).version
            acting.assign_action(uow, self.action, AssignIn(version=seen, owner_id=other.id))
        self.doers = {other.id}

    def begin(self, by: Actor, _other: Actor) -> None:
        check = clock().date() + timedelta(days=9)
        with unit_of_work("actions", by, permission="actions:progress") as uow:
            plan = plan_in(uow.get(Action, self.action), effectiveness_check_on=check)
            version = acting.plan_action(uow, self.action, plan).version
            acting.start_action(uow, self.action, StartIn(version=version))

    def finish(self, by: Actor, _other: Actor) -> None:
        with unit_of_work("actions", by, permission="actions:progress") as uow:
            seen = uow.get(Action, self.action).version
            done = DoneIn(version=seen, evidence="Fiche au poste, photo jointe")
            acting.declare_done(uow, self.action, done)
        self.doers.add(by.id)

    def verify(self, by: Actor, _other: Actor) -> None:
        with unit_of_work("actions", by, permission="actions:verify") as uow:
            action = uow.get(Action, self.action)
            acting.verify_action(uow, action.id, verdict(action, effective=False))
        self._signed(by, self.doers)
        self.doers = {action.owner_id or NOBODY}

    def _signed(self, by: Actor, made_by: set[UUID]) -> None:
        self.tally["signed"] += 1
        self.tally["own"] += by.id in made_by


Move = Callable[[Desk, Actor, Actor], None]
OFTEN: tuple[Move, ...] = (Desk.approve, Desk.verify, Desk.finish, Desk.submit, Desk.begin)
RARELY: tuple[Move, ...] = (Desk.write, Desk.revise, Desk.open, Desk.hand_on)

anybody = st.sampled_from(NAMES).map(person)
moves = st.tuples(st.sampled_from(OFTEN * 3 + RARELY), anybody, anybody)
stories = st.lists(moves, min_size=STEPS // 2, max_size=STEPS)


def live_through(count: int, *also: type[Exception]) -> Counter[str]:
    """Live some stories, refusals and all, and count what was signed, and by whom it was made."""
    tally: Counter[str] = Counter()

    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(stories)
    def live(story: list[tuple[Move, Actor, Actor]]) -> None:
        desk = Desk(tally)
        desk.write(person("greta"), person("hugo"))
        desk.open(person("greta"), person("hugo"))
        for move, by, other in story:
            with suppress(DomainError, *also):
                move(desk, by, other)
            tally["moves"] += 1

    live()
    return tally


@pytest.mark.security
@pytest.mark.usefixtures("six_people")
def test_nobody_signs_what_they_had_a_hand_in(promise: Promise, how_many: HowMany) -> None:
    count = how_many(1000, 20)

    tally = live_through(count)

    assert tally["signed"] > count
    assert tally["own"] == 0
    told = f"{tally['own']} of {tally['signed']} in {count} stories, {tally['moves']} moves"
    promise("E5", "signatures on own work", told, 0)


@pytest.mark.security
@pytest.mark.usefixtures("six_people")
def test_the_database_refuses_what_the_application_forgot(
    promise: Promise, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing, "require_other_hands", lambda *_: None)

    tally = live_through(10, IntegrityError)

    assert tally["signed"]
    assert tally["own"] == 0
    promise("E5", "the same with the check in the application removed", tally["own"], 0)


@pytest.mark.security
def test_own_signatures_are_noticed_where_nothing_refuses_them(
    platform: Platform, six_people: str, promise: Promise, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: neither the application's check nor the database's constraint."""
    monkeypatch.setattr(signing, "require_other_hands", lambda *_: None)
    url = servers.named(platform.postgres_url, six_people)
    servers.execute(url, UNDRESSED.format("policy"), UNDRESSED.format("actions"))

    tally = live_through(15, IntegrityError)

    assert tally["own"]
    promise("E5", "control with both removed", tally["own"], "some")
