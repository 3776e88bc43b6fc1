"""Two real groups, loaded as a customer's program would: what they emitted adds up."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from runtime.irep import Imported, ImportRefused, code_of, import_irep, site_id
from tests.conftest import Api
from tests.helpers import Bus
from tests.world import World

FOLDER = Path(__file__).parent.parent.parent / "data" / "irep"
BASE = "/api/v1/indicators"
YEAR = "2015-01-01"
DIOXINS = "Dioxines et furanes (PCDD + PCDF) (exprimés en iTeq)"


@dataclass(frozen=True)
class Known:
    """What the register's own figures add up to."""

    siren: str
    sites: int
    nox: tuple[int, int]
    """Sites that declared it, and kilograms; so for CO2."""
    co2: tuple[int, int]
    largest: tuple[str, int]
    """The site with the most NOx, and how much."""


STEEL = Known("444718563", 14, (4, 7_265_000), (5, 11_790_599_500), ("070.00956", 6_600_000))
CEMENT = Known("302135561", 13, (9, 5_546_000), (10, 3_793_700_000), ("063.00908", 1_130_000))


def loaded(client: TestClient, bus: Bus, siren: str) -> Imported:
    done = import_irep(client, FOLDER, siren, wait=bus.deliver_all)
    bus.deliver_all()
    return done


def definitions(client: TestClient) -> dict[str, str]:
    found = client.get(f"{BASE}/definitions", params={"limit": 200}).json()
    return {definition["code"]: definition["id"] for definition in found["items"]}


def total(client: TestClient, code: str, place: object) -> dict[str, Any]:
    path = f"{BASE}/definitions/{definitions(client)[code]}/values"
    [value] = client.get(path, params={"place": str(place)}).json()
    return dict(value)


@pytest.mark.parametrize("known", [STEEL, CEMENT])
def test_a_groups_emissions_add_up_and_missing_ones_are_missing(
    world: World, api: Api, bus: Bus, known: Known
) -> None:
    greta = api(world.greta)

    done = loaded(greta, bus, known.siren)

    assert done.sites == known.sites
    for code, (reporting, kilograms) in (("AIR_NOX", known.nox), ("AIR_CO2_TOTAL", known.co2)):
        whole = total(greta, code, done.node_id)
        assert Decimal(whole["value"]) == kilograms
        assert (whole["reporting"], whole["expected"]) == (reporting, known.sites)


@pytest.mark.parametrize("known", [STEEL, CEMENT])
def test_the_largest_site_is_told_and_who_did_not_declare_is_not_there(
    world: World, api: Api, bus: Bus, known: Known
) -> None:
    greta = api(world.greta)
    loaded(greta, bus, known.siren)

    path = f"{BASE}/definitions/{definitions(greta)['AIR_NOX']}/by-site"
    values = greta.get(path, params={"period": YEAR}).json()

    site, kilograms = known.largest
    biggest = max(values, key=lambda value: Decimal(value["value"]))
    assert len(values) == known.nox[0]
    assert biggest["site_id"] == str(site_id(site))
    assert Decimal(biggest["value"]) == kilograms


def test_both_groups_add_up_in_the_group_they_belong_to(world: World, api: Api, bus: Bus) -> None:
    greta = api(world.greta)
    for known in (STEEL, CEMENT):
        loaded(greta, bus, known.siren)

    whole = total(greta, "AIR_NOX", world.group)

    assert Decimal(whole["value"]) == 12_811_000
    assert (whole["reporting"], whole["expected"]) == (13, 30)


def test_grams_and_tonnes_become_kilograms_exactly(world: World, api: Api, bus: Bus) -> None:
    greta = api(world.greta)
    loaded(greta, bus, STEEL.siren)

    code = code_of({"Milieu": "Air", "Polluant": DIOXINS})
    dioxins = total(greta, code, site_id("070.00956"))

    assert Decimal(dioxins["value"]) == Decimal("0.00852")


def test_a_second_import_changes_nothing(world: World, api: Api, bus: Bus) -> None:
    greta = api(world.greta)
    first = loaded(greta, bus, CEMENT.siren)
    nox = total(greta, "AIR_NOX", first.node_id)

    assert loaded(greta, bus, CEMENT.siren) == first
    assert total(greta, "AIR_NOX", first.node_id) == nox
    nodes = greta.get("/api/v1/identity/nodes", params={"limit": 200}).json()["items"]
    assert len([node for node in nodes if node["parent_id"] == str(first.node_id)]) == 13


def test_identifiers_stay_text_and_sites_are_told_apart(world: World, api: Api, bus: Bus) -> None:
    greta = api(world.greta)
    loaded(greta, bus, STEEL.siren)

    nodes = greta.get("/api/v1/identity/nodes", params={"limit": 200}).json()["items"]
    names = {node["code"]: node["name"] for node in nodes}
    assert names["070.00956"] == "ARCELORMITTAL ATLANTIQUE ET LORRAINE SITE DE DUNKERQUE"
    assert names["062.02054"] == "AP Florange"
    assert names["051.01363"] == "ArcelorMittal Atlantique et Lorraine (Montataire)"


def test_who_may_not_open_sites_imports_nothing(world: World, api: Api, bus: Bus) -> None:
    """A site's coordinator opens places below the site, and the imported ones are beside it."""
    with pytest.raises(ImportRefused, match="404"):
        loaded(api(world.alice), bus, CEMENT.siren)
    with pytest.raises(ImportRefused, match="no establishment of SIREN 000000000"):
        loaded(api(world.greta), bus, "000000000")
