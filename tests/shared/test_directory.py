"""Who reports to whom, as every service knows it from identity's news."""

from uuid import UUID

from services.identity import accounts
from services.identity.admin_schemas import PersonChange
from services.identity.models import Person
from shared.auth import SYSTEM
from shared.directory import is_below, manager_of
from shared.work import unit_of_work
from tests.conftest import Work
from tests.helpers import Bus
from tests.world import World


def reports_to(person: UUID, boss: UUID) -> None:
    with unit_of_work("identity", SYSTEM) as uow:
        row, email = uow.get(Person, person), uow.get(Person, boss).email
        told = PersonChange(
            name=row.name,
            email=row.email,
            language=row.language,
            version=row.version,
            manager_email=email,
        )
        accounts.change_person(uow, person, told)


def test_services_know_who_reports_to_whom(world: World, work: Work, bus: Bus) -> None:
    reports_to(world.bob.id, world.paul.id)
    reports_to(world.paul.id, world.alice.id)
    bus.deliver_all()

    with work("actions", SYSTEM, None) as uow:
        assert manager_of(uow, world.bob.id) == world.paul.id
        assert manager_of(uow, world.alice.id) is None
        assert is_below(uow, world.bob.id, world.paul.id)
        assert is_below(uow, world.bob.id, world.alice.id)
        assert not is_below(uow, world.alice.id, world.bob.id)
        assert not is_below(uow, world.charlie.id, world.alice.id)
