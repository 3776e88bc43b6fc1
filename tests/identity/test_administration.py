"""Who may give which role to whom, for how long, and what takes two people."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr

from services.identity import access, accounts, commands, proposals, signing_in
from services.identity.admin_schemas import (
    NodeMove,
    PersonChange,
    ProposalIn,
    ProposalStatus,
    RefusalIn,
)
from services.identity.errors import (
    AlreadyProposed,
    CoordinatorKeepsAddress,
    EmailTaken,
    GrantOver,
    GrantTooLong,
    GrantWithoutEnd,
    HoldsRolesElsewhere,
    LastCoordinator,
    NeedsTwoPeople,
    NotSignedIn,
    NotYourProposal,
    OnePersonIsEnough,
    OutsiderOnWholeGroup,
    OwnGrant,
    OwnProposal,
    OwnRole,
    OwnSuperior,
    PasswordOfAnother,
    PersonActive,
    PersonInactive,
    ProposalDecided,
    ProposalExpired,
    UnknownSuperior,
    WrongParent,
)
from services.identity.events import GrantChanged, NodeChanged, PersonChanged
from services.identity.models import Grant, Node, Person, Proposal
from services.identity.schemas import (
    GrantIn,
    NodeIn,
    NodeKind,
    PersonalTokenIn,
    PersonIn,
    Role,
)
from services.identity.sign_in_models import PersonalToken, SignedIn
from services.identity.sign_in_schemas import TokenRequest
from shared.auth import SYSTEM, Actor
from shared.errors import ConfirmIdentity, Forbidden, NotFound, NotInASession
from shared.schemas import Change
from shared.work import UnitOfWork, clock, unit_of_work
from tests.conftest import Work
from tests.helpers import Bus, together
from tests.world import PASSWORD, World, id_of

ADMIN = "identity:admin"
TODAY = clock().date()


def role(person: UUID, role: Role, node: UUID, **changes: object) -> dict[str, Any]:
    held = {"person_id": person, "role": role, "node_id": node, "valid_from": TODAY}
    return held | {"valid_to": TODAY + timedelta(days=300)} | changes


def grant_in(person: UUID, held: Role, node: UUID, **changes: object) -> GrantIn:
    return GrantIn.model_validate(role(person, held, node, **changes))


def proposal_in(person: UUID, held: Role, node: UUID, **changes: object) -> ProposalIn:
    return ProposalIn.model_validate(role(person, held, node, **changes))


def let_in(name: str) -> UUID:
    with unit_of_work("identity", SYSTEM) as uow:
        data = PersonIn(id=id_of(name), name=name, email=f"{name.lower()}@example.org")
        return commands.add_person(uow, data).id


def hold(person: UUID, held: Role, node: UUID) -> UUID:
    with unit_of_work("identity", SYSTEM) as uow:
        return commands.grant(uow, grant_in(person, held, node)).id


def proposed(by: Actor, person: UUID, held: Role, node: UUID) -> UUID:
    with unit_of_work("identity", by, permission=ADMIN) as uow:
        return proposals.propose(uow, proposal_in(person, held, node)).id


# --- giving roles -----------------------------------------------------------------------------


def test_a_site_coordinator_gives_roles_at_their_site(world: World, work: Work, bus: Bus) -> None:
    with work("identity", world.alice, ADMIN) as uow:
        commands.grant(uow, grant_in(world.bob.id, Role.CONTRIBUTOR, world.lyon))

    assert bus.published(GrantChanged)[-1].role is Role.CONTRIBUTOR


def test_and_at_no_other_site(world: World, work: Work) -> None:
    elsewhere = grant_in(world.bob.id, Role.READER, world.lille)

    with work("identity", world.alice, ADMIN) as uow, pytest.raises(NotFound):
        commands.grant(uow, elsewhere)


def test_roles_over_the_whole_group_are_given_by_its_coordinators(world: World, work: Work) -> None:
    here = grant_in(world.bob.id, Role.PLATFORM_ADMIN, world.lyon)

    with work("identity", world.alice, ADMIN) as uow, pytest.raises(Forbidden, match="govern"):
        commands.grant(uow, here)


def test_a_platform_administrator_gives_no_roles(world: World, work: Work) -> None:
    with work("identity", world.adam, ADMIN) as uow, pytest.raises((Forbidden, NotFound)):
        commands.grant(uow, grant_in(world.bob.id, Role.READER, world.lyon))


def test_a_coordinators_role_is_not_given_by_one_person(world: World, work: Work) -> None:
    alone = grant_in(world.bob.id, Role.SITE_COORDINATOR, world.lyon)

    with work("identity", world.greta, ADMIN) as uow, pytest.raises(NeedsTwoPeople):
        commands.grant(uow, alone)


def test_a_role_ends(world: World, work: Work) -> None:
    for_ever = grant_in(world.bob.id, Role.AUDITOR, world.lyon, valid_to=None)

    with work("identity", world.greta, ADMIN) as uow, pytest.raises(GrantWithoutEnd):
        commands.grant(uow, for_ever)


@pytest.mark.parametrize(
    ("first", "last", "fits"),
    [
        (date(2026, 1, 1), date(2028, 1, 1), "fits"),
        (date(2026, 1, 1), date(2028, 1, 2), ""),
        (date(2028, 2, 29), date(2030, 2, 28), "fits"),
        (date(2028, 2, 29), date(2030, 3, 1), ""),
    ],
)
def test_a_role_lasts_24_months_at_most(
    world: World, work: Work, first: date, last: date, fits: str
) -> None:
    data = grant_in(world.bob.id, Role.AUDITOR, world.lyon, valid_from=first, valid_to=last)

    with work("identity", world.greta, ADMIN) as uow:
        if fits:
            assert commands.grant(uow, data).valid_to == last
        else:
            with pytest.raises(GrantTooLong):
                commands.grant(uow, data)


def test_nobody_from_outside_holds_a_role_on_the_whole_group(world: World, work: Work) -> None:
    everywhere = grant_in(world.bob.id, Role.CERTIFIER, world.group)

    with work("identity", world.greta, ADMIN) as uow, pytest.raises(OutsiderOnWholeGroup):
        commands.grant(uow, everywhere)


def test_a_role_that_is_over_is_not_ended_again(world: World, work: Work) -> None:
    with work("identity", world.greta, ADMIN) as uow:
        held = commands.grant(uow, grant_in(world.bob.id, Role.AUDITOR, world.lyon))
        commands.end_grant(uow, held.id, TODAY)
        with pytest.raises(GrantOver):
            commands.end_grant(uow, held.id, TODAY + timedelta(days=30))


def test_a_program_and_a_session_of_long_ago_give_nothing(world: World, work: Work) -> None:
    data = grant_in(world.bob.id, Role.READER, world.lyon)
    program = replace(world.alice, session=None, confirmed_at=None)
    earlier = replace(world.alice, confirmed_at=clock() - timedelta(minutes=11))

    with work("identity", program, ADMIN) as uow, pytest.raises(NotInASession):
        commands.grant(uow, data)
    with work("identity", earlier, ADMIN) as uow, pytest.raises(ConfirmIdentity):
        commands.grant(uow, data)


# --- two people -------------------------------------------------------------------------------


def test_a_second_person_makes_somebody_coordinator(world: World, work: Work, bus: Bus) -> None:
    before = len(bus.published(GrantChanged))
    waiting = proposed(world.alice, world.bob.id, Role.SITE_COORDINATOR, world.lyon)
    assert len(bus.published(GrantChanged)) == before

    with work("identity", world.greta, ADMIN) as uow:
        assert proposals.confirm(uow, waiting).status is ProposalStatus.CONFIRMED

    assert bus.published(GrantChanged)[-1].role is Role.SITE_COORDINATOR


def test_neither_who_proposed_it_nor_who_gets_it_confirms(world: World, work: Work) -> None:
    waiting = proposed(world.greta, world.bob.id, Role.SITE_COORDINATOR, world.lyon)
    with work("identity", world.greta, ADMIN) as uow, pytest.raises(OwnProposal):
        proposals.confirm(uow, waiting)

    hers = proposed(world.greta, world.alice.id, Role.SITE_COORDINATOR, world.lyon)
    with work("identity", world.alice, ADMIN) as uow, pytest.raises(OwnRole):
        proposals.confirm(uow, hers)


def test_nobody_proposes_themselves(world: World, work: Work) -> None:
    mine = proposal_in(world.alice.id, Role.SITE_COORDINATOR, world.lyon)

    with work("identity", world.alice, ADMIN) as uow, pytest.raises(OwnGrant):
        proposals.propose(uow, mine)


def test_another_sites_coordinator_does_not_even_see_it(world: World, work: Work) -> None:
    waiting = proposed(world.alice, world.bob.id, Role.SITE_COORDINATOR, world.lyon)

    decisions: tuple[Callable[[UnitOfWork], Proposal], ...] = (
        lambda uow: proposals.confirm(uow, waiting),
        lambda uow: proposals.refuse(uow, waiting, RefusalIn(reason="Non")),
        lambda uow: proposals.withdraw(uow, waiting),
    )
    for decide in decisions:
        with work("identity", world.charlie, ADMIN) as uow, pytest.raises(NotFound):
            decide(uow)


def test_a_group_coordinator_takes_two_group_coordinators(world: World, work: Work) -> None:
    with work("identity", world.alice, ADMIN) as uow, pytest.raises(Forbidden):
        proposals.propose(uow, proposal_in(world.bob.id, Role.GROUP_COORDINATOR, world.lyon))
    waiting = proposed(world.greta, world.bob.id, Role.GROUP_COORDINATOR, world.group)

    with work("identity", world.alice, ADMIN) as uow, pytest.raises(NotFound):
        proposals.confirm(uow, waiting)
    with work("identity", world.hugo, ADMIN) as uow:
        assert proposals.confirm(uow, waiting).decided_by == world.hugo.id


def test_a_role_that_needs_no_second_person_is_not_proposed(world: World, work: Work) -> None:
    with work("identity", world.alice, ADMIN) as uow, pytest.raises(OnePersonIsEnough):
        proposals.propose(uow, proposal_in(world.bob.id, Role.READER, world.lyon))


def test_what_is_decided_stays_decided(world: World, work: Work) -> None:
    waiting = proposed(world.alice, world.bob.id, Role.SITE_COORDINATOR, world.lyon)
    with work("identity", world.greta, ADMIN) as uow:
        refused = proposals.refuse(uow, waiting, RefusalIn(reason="Il part en juin"))
        assert (refused.status, refused.reason) == (ProposalStatus.REFUSED, "Il part en juin")

    with work("identity", world.hugo, ADMIN) as uow, pytest.raises(ProposalDecided):
        proposals.confirm(uow, waiting)
    with work("identity", world.alice, ADMIN) as uow, pytest.raises(ProposalDecided):
        proposals.withdraw(uow, waiting)


def test_only_who_made_a_proposal_withdraws_it(world: World, work: Work) -> None:
    waiting = proposed(world.alice, world.bob.id, Role.SITE_COORDINATOR, world.lyon)

    with work("identity", world.greta, ADMIN) as uow, pytest.raises(NotYourProposal):
        proposals.withdraw(uow, waiting)
    with work("identity", world.alice, ADMIN) as uow:
        assert proposals.withdraw(uow, waiting).status is ProposalStatus.WITHDRAWN


def test_a_role_is_proposed_once_until_it_expires(world: World, work: Work) -> None:
    waiting = proposed(world.alice, world.bob.id, Role.SITE_COORDINATOR, world.lyon)
    again = proposal_in(world.bob.id, Role.SITE_COORDINATOR, world.lyon)
    with work("identity", world.greta, ADMIN) as uow, pytest.raises(AlreadyProposed, match="Bob"):
        proposals.propose(uow, again)

    _age(waiting)
    with work("identity", world.hugo, ADMIN) as uow, pytest.raises(ProposalExpired):
        proposals.confirm(uow, waiting)
    with work("identity", world.greta, ADMIN) as uow:
        assert proposals.propose(uow, again).status is ProposalStatus.PENDING
        assert uow.get(Proposal, waiting).status is ProposalStatus.EXPIRED


def _age(proposal_id: UUID) -> None:
    with unit_of_work("identity", SYSTEM) as uow:
        uow.get(Proposal, proposal_id).expires_at = clock() - timedelta(seconds=1)


def test_of_two_who_decide_at_once_one_does(own_database: str) -> None:
    world = World()
    waiting = proposed(world.alice, world.bob.id, Role.SITE_COORDINATOR, world.lyon)

    def confirm_as(actor: Actor) -> Grant | Proposal:
        with unit_of_work("identity", actor, permission=ADMIN) as uow:
            return proposals.confirm(uow, waiting)

    answers = together(lambda: confirm_as(world.greta), lambda: confirm_as(world.hugo))

    assert sum(isinstance(answer, ProposalDecided) for answer in answers) == 1
    with unit_of_work("identity", SYSTEM) as uow:
        held = uow.select(Grant).where(Grant.person_id == world.bob.id)
        made = uow.session.scalars(held.where(Grant.role == Role.SITE_COORDINATOR)).all()
    assert len(made) == 1


# --- accounts ---------------------------------------------------------------------------------


def seen(person: UUID) -> Change:
    with unit_of_work("identity", SYSTEM) as uow:
        return Change(version=uow.get(Person, person).version)


def test_closing_an_account_ends_all_it_holds_at_once(world: World, work: Work, bus: Bus) -> None:
    with work("identity", SYSTEM, ADMIN) as uow:
        token, session = signing_in.open_session(uow, uow.get(Person, world.bob.id))
    with work("identity", world.bob, "identity:read") as uow:
        key, _ = access.make_personal_token(uow, PersonalTokenIn(name="Un programme"))

    with work("identity", world.alice, ADMIN) as uow:
        accounts.deactivate(uow, world.bob.id, seen(world.bob.id))

    assert bus.published(PersonChanged)[-1].active is False
    for credential in (token, key):
        asked = TokenRequest(credential=SecretStr(credential), audience=["audit"])
        with work("identity", SYSTEM, ADMIN) as uow, pytest.raises(NotSignedIn):
            access.exchange(uow, asked)
    with work("identity", SYSTEM, ADMIN) as uow:
        assert uow.get(SignedIn, session.id).ended_at is not None
        rows = uow.select(Grant).where(Grant.person_id == world.bob.id)
        assert uow.session.scalars(rows).all() != []


def test_an_account_is_opened_again(world: World, work: Work) -> None:
    with work("identity", world.alice, ADMIN) as uow:
        with pytest.raises(PersonActive):
            accounts.reactivate(uow, world.bob.id, seen(world.bob.id))
        accounts.deactivate(uow, world.bob.id, seen(world.bob.id))
        with pytest.raises(PersonInactive):
            accounts.deactivate(uow, world.bob.id, seen(world.bob.id))
        with pytest.raises(PersonInactive):
            commands.grant(uow, grant_in(world.bob.id, Role.READER, world.lyon))
        assert accounts.reactivate(uow, world.bob.id, seen(world.bob.id)).active


def test_who_holds_roles_elsewhere_is_not_one_sites_to_close(world: World, work: Work) -> None:
    hold(world.bob.id, Role.READER, world.lille)

    with work("identity", world.alice, ADMIN) as uow, pytest.raises(HoldsRolesElsewhere):
        accounts.deactivate(uow, world.bob.id, seen(world.bob.id))
    with work("identity", world.alice, ADMIN) as uow, pytest.raises(NotFound):
        accounts.deactivate(uow, world.anna.id, seen(world.anna.id))


def test_the_last_coordinator_of_the_group_stays(world: World, work: Work) -> None:
    with work("identity", world.hugo, ADMIN) as uow:
        accounts.deactivate(uow, world.greta.id, seen(world.greta.id))

    with work("identity", world.hugo, ADMIN) as uow, pytest.raises(LastCoordinator, match="Hugo"):
        accounts.deactivate(uow, world.hugo.id, seen(world.hugo.id))
    with work("identity", world.hugo, ADMIN) as uow, pytest.raises(LastCoordinator, match="Hugo"):
        commands.end_grant(uow, id_of("grant of Hugo"), TODAY)


def test_two_coordinators_who_leave_at_once_do_not_both(own_database: str) -> None:
    world = World()

    def leave(name: str) -> Grant:
        with unit_of_work("identity", world.greta, permission=ADMIN) as uow:
            return commands.end_grant(uow, id_of(f"grant of {name}"), TODAY)

    answers = together(lambda: leave("Greta"), lambda: leave("Hugo"))

    assert sum(isinstance(answer, LastCoordinator) for answer in answers) == 1


def change(person: UUID, **changes: object) -> PersonChange:
    with unit_of_work("identity", SYSTEM) as uow:
        row = uow.get(Person, person)
        shown = {"name": row.name, "email": row.email, "language": row.language}
        return PersonChange.model_validate(shown | {"version": row.version} | changes)


def test_a_person_is_addressed_differently(world: World, work: Work, bus: Bus) -> None:
    new = change(world.bob.id, name="Robert", email="Robert@example.org")

    with work("identity", world.alice, ADMIN) as uow:
        accounts.change_person(uow, world.bob.id, new)

    told = bus.published(PersonChanged)[-1]
    assert (told.name, told.email) == ("Robert", "robert@example.org")


def test_an_address_that_is_taken_is_refused_even_by_whom_one_does_not_see(
    world: World, work: Work
) -> None:
    taken = change(world.bob.id, email="anna@example.org")
    with work("identity", world.alice, ADMIN) as uow, pytest.raises(EmailTaken):
        accounts.change_person(uow, world.bob.id, taken)
    with work("identity", world.alice, ADMIN) as uow, pytest.raises(EmailTaken):
        commands.add_person(uow, PersonIn(name="Anna", email="anna@example.org"))


def test_nobody_takes_over_a_coordinator_by_their_address(world: World, work: Work) -> None:
    hers = change(world.alice.id, email="mine@example.org")
    with work("identity", world.greta, ADMIN) as uow, pytest.raises(CoordinatorKeepsAddress):
        accounts.change_person(uow, world.alice.id, hers)

    proposed(world.alice, world.bob.id, Role.SITE_COORDINATOR, world.lyon)
    his = change(world.bob.id, email="mine@example.org")
    with work("identity", world.alice, ADMIN) as uow, pytest.raises(CoordinatorKeepsAddress):
        accounts.change_person(uow, world.bob.id, his)


def test_nobody_chooses_the_password_of_another(world: World, work: Work) -> None:
    data = PersonIn(name="Zoé", email="zoe@example.org", password=SecretStr(PASSWORD))

    with work("identity", world.greta, ADMIN) as uow, pytest.raises(PasswordOfAnother):
        commands.add_person(uow, data)


def test_an_administrator_of_the_platform_signs_anybody_out(world: World, work: Work) -> None:
    with work("identity", SYSTEM, ADMIN) as uow:
        _, session = signing_in.open_session(uow, uow.get(Person, world.bob.id))
    with work("identity", world.bob, "identity:read") as uow:
        _, token = access.make_personal_token(uow, PersonalTokenIn(name="Un programme"))

    with work("identity", world.adam, "identity:protect") as uow:
        accounts.end_sessions_of(uow, world.bob.id)
        accounts.revoke_tokens_of(uow, world.bob.id)

    with work("identity", SYSTEM, ADMIN) as uow:
        assert uow.get(SignedIn, session.id).ended_at is not None
        assert uow.get(PersonalToken, token.id).revoked_at is not None


# --- the tree ---------------------------------------------------------------------------------


def under(parent: UUID, node: UUID) -> NodeMove:
    with unit_of_work("identity", SYSTEM) as uow:
        return NodeMove(parent_id=parent, version=uow.get(Node, node).version)


def test_a_site_moves_with_all_below_it(world: World, work: Work, bus: Bus) -> None:
    with work("identity", world.greta, "identity:govern") as uow:
        workshop = commands.open_node(
            uow, NodeIn(kind=NodeKind.WORK_UNIT, parent_id=world.lyon, name="Atelier")
        )
        commands.move_node(uow, world.lyon, under(world.elsewhere, world.lyon))

    paths = {event.node_id: event.path for event in bus.published(NodeChanged)}
    assert paths[world.lyon] == [world.group, world.elsewhere, world.lyon]
    assert paths[workshop.id] == [world.group, world.elsewhere, world.lyon, workshop.id]


def test_a_place_moves_below_its_kind_of_parent_only(world: World, work: Work) -> None:
    for node, parent in ((world.lyon, world.lille), (world.division, world.elsewhere)):
        with work("identity", world.greta, "identity:govern") as uow, pytest.raises(WrongParent):
            commands.move_node(uow, node, under(parent, node))


def test_one_sites_coordinator_moves_nothing(world: World, work: Work) -> None:
    away = under(world.elsewhere, world.lyon)

    with work("identity", world.alice, "identity:govern") as uow, pytest.raises(Forbidden):
        commands.move_node(uow, world.lyon, away)


def test_people_report_to_somebody(world: World, work: Work, bus: Bus) -> None:
    his = change(world.bob.id, manager_email="Alice@example.org")
    with work("identity", world.alice, ADMIN) as uow:
        accounts.change_person(uow, world.bob.id, his)

    assert bus.published(PersonChanged)[-1].manager_id == world.alice.id


def test_nobody_reports_to_themselves_at_whatever_remove(world: World, work: Work) -> None:
    with work("identity", world.greta, ADMIN) as uow:
        accounts.change_person(
            uow, world.bob.id, change(world.bob.id, manager_email="paul@example.org")
        )
        own = change(world.bob.id, manager_email="bob@example.org")
        with pytest.raises(OwnSuperior):
            accounts.change_person(uow, world.bob.id, own)
        circle = change(world.paul.id, manager_email="bob@example.org")
        with pytest.raises(OwnSuperior):
            accounts.change_person(uow, world.paul.id, circle)


def test_a_superior_is_somebody_one_knows_of(world: World, work: Work) -> None:
    for stranger in ("nobody@example.org", "charlie@example.org"):
        his = change(world.bob.id, manager_email=stranger)
        with work("identity", world.alice, ADMIN) as uow, pytest.raises(UnknownSuperior):
            accounts.change_person(uow, world.bob.id, his)
