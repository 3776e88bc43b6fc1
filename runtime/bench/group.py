"""The group that is audited: sites with a coordinator and an owner, each with an audit under way.

Everything is done by the services' own commands, as the people who may do it.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from datetime import time as daytime
from uuid import UUID

from uuid_utils.compat import uuid7

from services.audit import commands as audit
from services.audit.fieldwork import planning
from services.audit.fieldwork.schemas import SlotIn
from services.audit.schemas import AuditIn, SlotKind
from services.audit.schemas import StepIn as AuditStep
from services.identity import access, tokens
from services.identity import commands as identity
from services.identity.models import Person
from services.identity.schemas import (
    GrantIn,
    NodeIn,
    NodeKind,
    PersonalTokenIn,
    PersonIn,
    Role,
)
from services.policy import commands as policy
from services.policy.schemas import Domain, PolicyIn
from services.policy.schemas import StepIn as PolicyStep
from shared.auth import SYSTEM, Actor, actor_from
from shared.work import UnitOfWork, clock, unit_of_work

DIVISION_OF = 10
"""Sites of a division: a group of some tens of sites is what the product is made for."""

PROCESS = "PROD"
HELD_FOR = timedelta(days=400)
LASTS = timedelta(days=729)
APART = timedelta(days=4)
"""Nobody audits at two sites on one day, nor more than ten days in a month."""


@dataclass(frozen=True)
class Site:
    """A place where a chain can begin, and the ids that are its own."""

    id: UUID
    division_id: UUID
    coordinator_id: UUID
    owner_id: UUID
    audit_id: UUID

    @property
    def own(self) -> tuple[UUID, ...]:
        return self.id, self.division_id, self.coordinator_id, self.owner_id, self.audit_id


@dataclass(frozen=True)
class Group:
    auditor: Actor
    coordinators: tuple[Actor, Actor]
    sites: list[Site]


def settle(count: int) -> Group:
    """Open the places and let the people in."""
    with unit_of_work("identity", SYSTEM) as uow:
        group = _open(uow, NodeKind.GROUP, None, "Groupe du banc")
        auditor = _hire(uow, Role.AUDITOR, group)
        coordinators = [_hire(uow, Role.GROUP_COORDINATOR, group) for _ in range(2)]
        sites = [
            site
            for first in range(0, count, DIVISION_OF)
            for site in _division(uow, group, first, min(DIVISION_OF, count - first))
        ]
        one, other = (_actor(uow, id) for id in coordinators)
        return Group(_actor(uow, auditor), (one, other), sites)


def begin(group: Group) -> None:
    """Put a policy in force and start an audit everywhere, once all services know the group."""
    publish_policy(*group.coordinators)
    for number, site in enumerate(group.sites):
        start_audit(group.auditor, group.coordinators[0], site, clock() - number * APART)


def publish_policy(author: Actor, approver: Actor) -> None:
    draft = PolicyIn(
        title="Politique du groupe",
        text="Nous protégeons les personnes, l'environnement et nos clients.",
        domains=list(Domain),
        commitments=["Réduire les risques"],
        owner_id=author.id,
    )
    with unit_of_work("policy", author, permission="policy:write") as uow:
        row = policy.draft_policy(uow, draft)
        policy.submit_policy(uow, row.id, PolicyStep(version=row.version))
    with unit_of_work("policy", approver, permission="policy:approve") as uow:
        version = policy.approve_policy(uow, row.id, PolicyStep(version=row.version)).version
    with unit_of_work("policy", author, permission="policy:write") as uow:
        policy.publish_policy(uow, row.id, PolicyStep(version=version))


def start_audit(lead: Actor, planner: Actor, site: Site, begun: datetime) -> None:
    planned = AuditIn(
        id=site.audit_id,
        site_id=site.id,
        title="Audit interne production",
        criteria=["ISO 45001:2018"],
        planned_for=begun.date(),
        lead_id=lead.id,
        objectives="Vérifier la maîtrise de la production",
        method_reason="Les postes se voient sur place",
    )
    meeting = SlotIn(kind=SlotKind.OPENING, day=begun.date(), starts=daytime(8), ends=daytime(9))
    with unit_of_work("audit", planner, permission="audit:plan") as uow:
        version = audit.plan_audit(uow, planned).version
    with unit_of_work("audit", lead, permission="audit:conduct", now=begun) as uow:
        planning.add_slot(uow, site.audit_id, meeting)
        audit.start_audit(uow, site.audit_id, AuditStep(version=version))


def access_token(person: Actor) -> str:
    with unit_of_work("identity", SYSTEM) as uow:
        claims = access.claims_of(uow, uow.get(Person, person.id))
    token, _ = tokens.access_token(claims, ["audit"])
    return token


def personal_token(person: Actor) -> str:
    with unit_of_work("identity", Actor(person.id, person.name, all_powerful=True)) as uow:
        token, _ = access.make_personal_token(uow, PersonalTokenIn(name="bench"))
    return token


def _division(uow: UnitOfWork, group: UUID, first: int, count: int) -> list[Site]:
    division = _open(uow, NodeKind.DIVISION, group, f"Division {first // DIVISION_OF + 1}")
    return [_site(uow, division, first + number) for number in range(count)]


def _site(uow: UnitOfWork, division: UUID, number: int) -> Site:
    site = _open(uow, NodeKind.SITE, division, f"Site {number + 1}")
    return Site(
        id=site,
        division_id=division,
        coordinator_id=_hire(uow, Role.SITE_COORDINATOR, site),
        owner_id=_hire(uow, Role.PROCESS_OWNER, site, PROCESS),
        audit_id=uuid7(),
    )


def _open(uow: UnitOfWork, kind: NodeKind, above: UUID | None, name: str) -> UUID:
    return identity.open_node(uow, NodeIn(kind=kind, parent_id=above, name=name)).id


def _hire(uow: UnitOfWork, role: Role, place: UUID, process: str | None = None) -> UUID:
    id = uuid7()
    identity.add_person(uow, PersonIn(id=id, name=f"{role} {id}"[-60:], email=f"{id}@example.org"))
    since: date = clock().date() - HELD_FOR
    held = GrantIn(
        person_id=id,
        role=role,
        node_id=place,
        process=process,
        valid_from=since,
        valid_to=since + LASTS,
    )
    identity.grant(uow, held)
    return id


def _actor(uow: UnitOfWork, person_id: UUID) -> Actor:
    """Somebody of the bench, who has just signed in."""
    found = actor_from(access.claims_of(uow, uow.get(Person, person_id)))
    return replace(found, session=person_id, confirmed_at=uow.now)
