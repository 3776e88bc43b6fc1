"""The people and places of the tests: Alice may at Lyon, Bob may look, Charlie is at Lille."""

from dataclasses import dataclass, field, replace
from datetime import date
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import SecretStr

from services.identity import commands
from services.identity.schemas import GrantIn, Language, NodeIn, NodeKind, PersonIn, Role
from shared.auth import SYSTEM, Actor, Grant
from shared.work import clock, unit_of_work

PASSWORD = "Un-mot-de-passe-assez-long-7"
SINCE = date(2020, 1, 1)


def id_of(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"test:{name}")


def sitting(actor: Actor) -> Actor:
    """Somebody who has just signed in at the portal."""
    session = id_of(f"session of {actor.name}")
    return replace(actor, session=session, confirmed_at=clock())


@dataclass(frozen=True)
class World:
    """Ids of the places, and the people as the services meet them."""

    group: UUID = field(default=id_of("group"))
    division: UUID = field(default=id_of("division"))
    lyon: UUID = field(default=id_of("lyon"))
    lille: UUID = field(default=id_of("lille"))
    elsewhere: UUID = field(default=id_of("elsewhere"))
    brest: UUID = field(default=id_of("brest"))

    def person(self, name: str, role: Role, node: UUID, process: str | None = None) -> Actor:
        places = None if node == self.group else frozenset({node})
        held = (Grant(role, places, process),)
        return sitting(Actor(id_of(name), name.title(), held, "fr"))

    @property
    def alice(self) -> Actor:
        return self.person("alice", Role.SITE_COORDINATOR, self.lyon)

    @property
    def bob(self) -> Actor:
        return self.person("bob", Role.READER, self.lyon)

    @property
    def charlie(self) -> Actor:
        return self.person("charlie", Role.SITE_COORDINATOR, self.lille)

    @property
    def paul(self) -> Actor:
        return self.person("paul", Role.PROCESS_OWNER, self.lyon, "PROD")

    @property
    def diane(self) -> Actor:
        return self.person("diane", Role.AUDITOR, self.lyon)

    @property
    def anna(self) -> Actor:
        return self.person("anna", Role.AUDITOR, self.lille)

    @property
    def greta(self) -> Actor:
        return self.person("greta", Role.GROUP_COORDINATOR, self.group)

    @property
    def hugo(self) -> Actor:
        return self.person("hugo", Role.GROUP_COORDINATOR, self.group)

    @property
    def adam(self) -> Actor:
        return self.person("adam", Role.PLATFORM_ADMIN, self.group)

    @property
    def people(self) -> list[tuple[Actor, UUID]]:
        return [
            (self.alice, self.lyon),
            (self.bob, self.lyon),
            (self.charlie, self.lille),
            (self.paul, self.lyon),
            (self.diane, self.lyon),
            (self.anna, self.lille),
            (self.greta, self.group),
            (self.hugo, self.group),
            (self.adam, self.group),
        ]


WORLD = World()


def settle_world() -> None:
    """Open the places and let the people in, through identity's own commands."""
    nodes = [
        (WORLD.group, NodeKind.GROUP, None, "Groupe Essai"),
        (WORLD.division, NodeKind.DIVISION, WORLD.group, "Division Nord-Sud"),
        (WORLD.elsewhere, NodeKind.DIVISION, WORLD.group, "Division Ouest"),
        (WORLD.lyon, NodeKind.SITE, WORLD.division, "Lyon"),
        (WORLD.lille, NodeKind.SITE, WORLD.division, "Lille"),
        (WORLD.brest, NodeKind.SITE, WORLD.elsewhere, "Brest"),
    ]
    with unit_of_work("identity", SYSTEM) as uow:
        for id, kind, parent, name in nodes:
            commands.open_node(uow, NodeIn(id=id, kind=kind, parent_id=parent, name=name))
        for actor, node in WORLD.people:
            email = f"{actor.name.lower()}@example.org"
            language: Language = "en" if actor.name == "Hugo" else "fr"
            commands.add_person(
                uow,
                PersonIn(
                    id=actor.id,
                    name=actor.name,
                    email=email,
                    language=language,
                    password=SecretStr(PASSWORD),
                ),
            )
            [held] = actor.grants
            commands.grant(
                uow,
                GrantIn(
                    id=id_of(f"grant of {actor.name}"),
                    person_id=actor.id,
                    role=Role(held.role),
                    node_id=node,
                    process=held.process,
                    valid_from=SINCE,
                ),
            )
