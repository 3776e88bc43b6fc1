"""The register of processes: where they run, who pilots them, and where nobody does."""

import re

from services.processes.models import Process
from shared.auth import SYSTEM
from shared.work import unit_of_work
from tests.portal.conftest import Browser, People, shown
from tests.register.factories import registered
from tests.world import WORLD

NAMED = {"name_fr": "Produire", "name_en": "Production", "category": "operational"}


def there(code: str) -> Process:
    with unit_of_work("processes", SYSTEM) as uow:
        return uow.session.scalars(uow.select(Process).where(Process.code == code)).one()


def row(browser: Browser, page: str, name: str) -> str:
    """The row of a table or of a list in which this stands."""
    text = browser.get(page).text
    [found] = [part for part in re.split(r"</?(?:tr|li)\b", text) if f">{name}</a>" in part]
    return found


def test_a_process_is_entered_with_its_sites_and_seen_with_its_pilots(people: People) -> None:
    form = people["greta"].hidden("/processes/new", "/processes/new")
    sites = {"site_ids": [str(WORLD.lyon), str(WORLD.lille)]}
    answer = people["greta"].client.post(
        "/processes/new", data=form | {"code": "PROD"} | NAMED | sites
    )
    assert answer.status_code == 303, answer.text
    page = f"/processes/{there('PROD').id}"

    assert "PROD · Produire" in people["bob"].read(page)
    assert "Paul" in row(people["greta"], page, "Lyon")
    assert "Sans pilote" in row(people["greta"], page, "Lille")
    assert "Et 1 site que vous ne voyez pas." in people["bob"].read(page)


def test_who_may_not_change_the_register_is_offered_nothing(people: People) -> None:
    page = f"/processes/{registered('MAINT').id}"

    assert 'href="/processes/new' not in people["alice"].get("/processes").text
    assert 'name="name_fr"' not in people["alice"].get(page).text
    refused = people["alice"].post("/processes/new", code="RH", **NAMED)
    assert refused.status_code == 403


def test_a_process_is_changed_on_its_sheet_and_a_stale_change_is_told(people: People) -> None:
    page = f"/processes/{registered('LOG').id}"
    form = people["greta"].hidden(page, page) | NAMED

    first = people["greta"].client.post(page, data=form | {"name_fr": "Livrer"})
    second = people["greta"].client.post(page, data=form | {"name_fr": "Expédier"})

    assert (first.status_code, there("LOG").name_fr) == (303, "Livrer")
    assert second.status_code == 409
    assert 'value="Expédier"' in second.text


def test_a_wrong_process_is_told_beside_its_fields(people: People) -> None:
    registered("ACHATS")
    for code, sentence in (("achats", "Cette valeur ne convient pas."), ("ACHATS", "Il y a déjà")):
        answer = people["greta"].post("/processes/new", code=code, **NAMED)
        assert answer.status_code in (409, 422)
        assert sentence in shown(answer)


def test_sites_and_processes_side_by_side_show_where_nobody_pilots(people: People) -> None:
    registered("FAB", WORLD.lyon)
    registered("ETUDES", WORLD.brest)

    lyon = row(people["greta"], "/processes/sites", "Lyon")
    brest = row(people["greta"], "/processes/sites", "Brest")

    assert "Sans pilote" in lyon
    assert (brest.count("Sans pilote"), "Paul" in brest) == (1, False)


def test_the_register_leaves_with_the_names_of_its_sites(people: People) -> None:
    registered("CONC", WORLD.lyon, WORLD.brest)

    sheet = people["greta"].get("/processes/export.csv").content.decode("utf-8-sig")

    assert re.search(r"CONC.*Lyon ; Brest", sheet)
    assert "CONC" not in people["alice"].read("/processes?category=support")
