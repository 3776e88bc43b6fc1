from datetime import date
from uuid import UUID

import pytest

from services.identity import commands as identity
from services.identity.schemas import GrantIn, Role
from services.processes import commands, queries
from services.processes.errors import CodeStays, NotSites, ProcessThere
from services.processes.events import ProcessChanged, ProcessWithdrawn
from services.processes.models import Process
from services.processes.schemas import Category
from shared.auth import SYSTEM
from shared.errors import Forbidden, StaleVersion
from tests.conftest import Api, Work
from tests.counting import statements
from tests.helpers import Bus
from tests.importing import carried_out, errors, looked_through, outcome, taken_back
from tests.register.factories import changed, process_in, registered
from tests.world import SINCE, World


def test_a_process_is_told_when_it_comes_and_when_it_changes(world: World, bus: Bus) -> None:
    process = registered("PROD", world.lyon)
    changed(process, site_ids=[world.lyon, world.brest], category="support")

    first, last = bus.published(ProcessChanged)
    assert (first.code, first.site_ids) == ("PROD", [world.lyon])
    assert (last.category, last.site_ids) == (Category.SUPPORT, [world.lyon, world.brest])


def test_a_code_is_there_once_and_stays(world: World) -> None:
    process = registered("PROD")

    with pytest.raises(ProcessThere, match="a process PROD already"):
        registered("PROD")
    with pytest.raises(CodeStays, match="The code of PROD stays"):
        changed(process, code="FAB")


def test_a_process_runs_at_sites_only(world: World) -> None:
    with pytest.raises(NotSites, match="2 of these places"):
        registered("PROD", world.lyon, world.division, world.group)
    with pytest.raises(NotSites):
        changed(registered("PROD"), site_ids=[world.bob.id])


def test_who_coordinates_one_site_only_changes_no_process(world: World, work: Work) -> None:
    with pytest.raises(Forbidden), work("processes", world.alice, "processes:write") as uow:
        commands.add_process(uow, process_in())


def test_a_stale_change_is_refused(world: World) -> None:
    process = registered()
    changed(process, name_fr="Fabriquer")

    with pytest.raises(StaleVersion):
        changed(process, version=1)


def test_the_register_is_narrowed_to_a_place_and_a_category(world: World, work: Work) -> None:
    registered("PROD", world.lyon)
    registered("LOG", world.brest)
    with work("processes", world.bob, "processes:read") as uow:

        def found(place: UUID | None = None, category: Category | None = None) -> list[str]:
            rows = queries.processes(uow, queries.Filters(place, category))
            return sorted(uow.session.scalars(rows.with_only_columns(Process.code)))

        assert found() == ["LOG", "PROD"]
        assert found(world.lyon) == ["PROD"]
        assert found(world.elsewhere) == ["LOG"]
        assert found(category=Category.SUPPORT) == []


def test_the_pilot_is_who_owns_the_process_there_and_else_who_owns_all(
    world: World, work: Work, bus: Bus, api: Api
) -> None:
    production = registered("PROD", world.lyon, world.lille)
    purchasing = registered("ACHATS", world.lyon)
    owns_all = GrantIn(
        person_id=world.diane.id, role=Role.PROCESS_OWNER, node_id=world.lyon, valid_from=SINCE
    )
    with work("identity", SYSTEM, "identity:admin") as uow:
        identity.grant(uow, owns_all)
        gone = owns_all.model_copy(
            update={"node_id": world.lille, "valid_to": date(2020, 6, 1), "id": None}
        )
        identity.grant(uow, gone)
    bus.deliver_all()

    asked = {"sites": [str(world.lyon), str(world.lille)]}
    told = api(world.bob).get("/api/v1/processes/pilots", params=asked).json()

    found = {(one["process_id"], one["site_id"]): one["person_ids"] for one in told}
    assert found == {
        (str(production.id), str(world.lyon)): [str(world.paul.id)],
        (str(production.id), str(world.lille)): [],
        (str(purchasing.id), str(world.lyon)): [str(world.diane.id)],
    }


def test_pilots_take_as_many_statements_for_many_as_for_few(
    world: World, work: Work, undone: dict[str, object]
) -> None:
    registered("PROD", world.lyon)

    def asked() -> int:
        with (
            work("processes", world.bob, "processes:read") as uow,
            statements(undone["processes"]) as sent,  # type: ignore[arg-type]
        ):
            sites = [world.lyon, world.lille]
            queries.pilots(uow, queries.running_at(uow, sites), sites)
        return len(sent)

    few = asked()
    for number in range(8):
        registered(f"P_{number}", world.lyon, world.lille)
    assert asked() == few


def test_a_register_comes_in_from_a_workbook_and_goes_back(world: World, bus: Bus) -> None:
    registered("PROD")
    told = looked_through(
        "processes",
        "processes",
        world.greta,
        ["PROD", "Produire", "Production", "Réalisation", "Lyon"],
        ["ACHATS", "Acheter", "Purchasing", "Support", "Lyon ; Division Ouest / Brest"],
        ["QSE", "Animer le système", "Running the system", "Management"],
    )
    assert outcome(told).changes == {"add_process": 2}

    carried_out("processes", told.id, world.greta)
    _, *told_of = bus.published(ProcessChanged)
    taken_back("processes", told.id, world.greta)

    assert [(one.code, one.site_ids) for one in told_of] == [
        ("ACHATS", [world.lyon, world.brest]),
        ("QSE", []),
    ]
    assert len(bus.published(ProcessWithdrawn)) == 2


def test_each_wrong_cell_of_the_workbook_is_named(world: World) -> None:
    told = looked_through(
        "processes",
        "processes",
        world.greta,
        ["prod", "Produire", "Production", "Réalisation", "Lyon"],
        ["LOG", "Livrer", "Delivery", "Autre", "Lyon; Atlantis"],
        ["QSE", "Animer", "Running", "Management"],
        ["QSE", "Animer", "Running", "Management"],
    )

    assert errors(told) == [
        (2, "code", "cell_invalid"),
        (3, "category", "not_in_the_list"),
        (3, "site_ids", "unknown_site"),
        (5, "code", "twice_in_the_workbook"),
    ]
