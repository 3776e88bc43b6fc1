from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

from services.identity.schemas import Role
from services.indicators.events import AlertRaised
from services.policy import commands
from services.policy.handlers import handlers
from services.policy.models import Policy, ReviewRequest
from services.policy.queries import request_of
from services.policy.schemas import Domain, PolicyChange, PolicyIn, StepIn
from shared.auth import SYSTEM, SYSTEM_ID, Actor, Grant
from shared.bus import handle_alone
from shared.events import Envelope
from shared.work import clock, unit_of_work
from tests.world import WORLD

DIVISIONAL = WORLD.person("dora", Role.GROUP_COORDINATOR, WORLD.division)
BOTH = Actor(
    UUID(int=7),
    "Béa",
    (
        Grant(Role.GROUP_COORDINATOR, frozenset({WORLD.lille})),
        Grant(Role.READER, frozenset({WORLD.lyon})),
    ),
)
"""Coordinates Lille, and only reads at Lyon."""


def policy_in(*domains: Domain) -> PolicyIn:
    return PolicyIn(
        title="Politique QSE du groupe",
        text="Nous satisfaisons nos clients, protégeons nos équipes et notre environnement.",
        domains=list(domains or Domain),
        commitments=["Améliorer en continu", "Consulter les travailleurs"],
        owner_id=WORLD.hugo.id,
    )


def change_of(policy: Policy, text: str = "Un texte entièrement revu.") -> PolicyChange:
    return PolicyChange(
        version=policy.version,
        title=policy.title,
        text=text,
        domains=list(Domain),
        commitments=policy.commitments,
    )


def step(policy: Policy) -> StepIn:
    return StepIn(version=policy.version)


def draft(*domains: Domain) -> Policy:
    with unit_of_work("policy", WORLD.greta, permission="policy:write") as uow:
        return commands.draft_policy(uow, policy_in(*domains))


def submitted(policy: Policy | None = None) -> Policy:
    policy = policy or draft()
    with unit_of_work("policy", WORLD.greta, permission="policy:write") as uow:
        return commands.submit_policy(uow, policy.id, step(policy))


def approved(policy: Policy | None = None) -> Policy:
    policy = submitted(policy)
    with unit_of_work("policy", WORLD.hugo, permission="policy:approve") as uow:
        return commands.approve_policy(uow, policy.id, step(policy))


def published(policy: Policy | None = None) -> Policy:
    policy = approved(policy)
    with unit_of_work("policy", WORLD.greta, permission="policy:write") as uow:
        return commands.publish_policy(uow, policy.id, step(policy))


def new_edition(policy: Policy) -> Policy:
    with unit_of_work("policy", WORLD.greta, permission="policy:write") as uow:
        return commands.start_new_edition(uow, policy.id)


def alert(site: UUID = WORLD.lyon) -> AlertRaised:
    return AlertRaised(
        alert_id=uuid4(),
        definition_id=uuid4(),
        code="NC_MAJ_12M",
        name_fr="Non-conformités majeures sur 12 mois",
        name_en="Major nonconformities over 12 months",
        site_id=site,
        period=date(2030, 1, 1),
        value=Decimal("3.5"),
        bound=Decimal(2),
    )


def hear(event: AlertRaised, id: UUID | None = None, story: UUID | None = None) -> None:
    """Have the policy service hear of an alert, as the bus would tell it."""
    envelope = Envelope(
        id=id or uuid4(),
        type=event.topic,
        source="/indicators",
        time=clock(),
        dataschema=event.topic,
        data=event.model_dump(mode="json"),
        actorid=SYSTEM_ID,
        siteid=event.site_id,
        correlationid=story or uuid4(),
    )
    for handler in handlers.hearing(event.topic):
        assert handle_alone("policy", handler, envelope)


def requested(site: UUID = WORLD.lyon) -> ReviewRequest:
    event = alert(site)
    hear(event)
    with unit_of_work("policy", SYSTEM) as uow:
        request = request_of(uow, event.alert_id)
        assert request is not None
        return request
