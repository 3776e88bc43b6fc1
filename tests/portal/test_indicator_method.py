"""An indicator from the catalogue to its figures: adopted, discussed, validated, entered."""

import re

import httpx2 as httpx
import pytest
from fastapi.testclient import TestClient

from portal import formats
from services.indicators.schemas import Rule
from tests.indicators import factories as figures
from tests.indicators.factories import defined, definition_in
from tests.portal.conftest import Browser, People, shown
from tests.world import WORLD


@pytest.fixture(scope="module", autouse=True)
def rates(web: TestClient) -> None:
    """Waste with a formula of four parts, water with limits of what is plausible."""
    defined(figures.adopted_in("DECH_VAL"))
    defined(definition_in(plausible_max=1000))


def field(code: str, key: str, month: int = 1) -> str:
    year = formats.today().year
    return f"{code}|{year}-{month:02}-01|{key}"


def enter(browser: Browser, **typed: str) -> httpx.Response:
    page = f"/indicators/entry?site={WORLD.lyon}&year={formats.today().year}"
    action = page.replace("&", "&amp;")
    text = browser.get(page).text
    shown_there = dict(re.findall(r'<input name="([^"]+)" value="([^"]*)"', text))
    data = browser.fields(text, action) | shown_there | typed
    return followed(browser, browser.client.post(page, data=data))


def followed(browser: Browser, answer: httpx.Response) -> httpx.Response:
    """The page that a change leads to; or, refused, the one that shows it again."""
    return browser.get(answer.headers["location"]) if answer.is_redirect else answer


def test_the_group_adopts_from_the_catalogue_and_sites_do_not(people: People) -> None:
    greta, alice = people["greta"], people["alice"]
    page = greta.read("/indicators/catalogue")
    assert "Taux de fréquence avec arrêt" in page
    assert not alice.offers("/indicators/catalogue", "/indicators/catalogue/TF2")

    made = greta.submit("/indicators/catalogue", "/indicators/catalogue/TF2")
    path = made.headers["location"]
    made = followed(greta, made)
    assert "L'indicateur est adopté" in shown(made)
    assert "Aucun site ne le mesure encore" in shown(made)

    adding = path.replace("/method", "/measured-at")
    added = followed(alice, alice.submit(path, adding, site_id=WORLD.lyon, since="2026-01-01"))
    assert "Le site mesure désormais cet indicateur" in shown(added)
    assert "depuis janvier 2026" in shown(added)


def test_an_indicator_is_defined_discussed_and_validated(people: People) -> None:
    greta, hugo, bob = people["greta"], people["hugo"], people["bob"]
    typed = {
        "code": "ENERGIE",
        "name_fr": "Énergie consommée",
        "name_en": "Energy used",
        "unit": "MWh",
        "direction": "LOW",
        "aggregation": "SUM",
        "legal_limit": "1 200,5",
        "watches": [Rule.LEGAL.value, Rule.STALE.value],
        "part_code": ["ELEC", "GAS", ""],
        "part_name_fr": ["Électricité", "Gaz", ""],
        "part_name_en": ["Electricity", "Gas", ""],
        "part_unit": ["MWh", "MWh", ""],
        "part_side": ["numerator", "numerator", "numerator"],
        "part_weight": ["", "0,9", ""],
    }
    bad = greta.post("/indicators/new", **(typed | {"part_code": ["elec", "GAS", ""]}))
    assert bad.status_code == 422
    assert 'value="Énergie consommée"' in bad.text
    assert "Formule · Code" in shown(bad)
    made = greta.post("/indicators/new", **typed)
    path = made.headers["location"]
    page = greta.read(path)
    assert "L'indicateur est en vigueur" in page
    assert "+ 0,9" in page
    assert "1 200,5 MWh" in page

    greta.submit(path, path.replace("method", "ask"), person_id=WORLD.bob.id)
    assert "Sans réponse" in greta.read(path)
    assert "Votre avis est demandé" not in greta.read(path)
    [say, *_] = re.findall(r'action="([^"]+/say/[^"]+)"', bob.get(path).text)
    silent = bob.submit(path, say, opinion="reserves")
    assert silent.status_code == 422
    assert "Dites en une phrase" in shown(silent)
    bob.submit(path, say, opinion="reserves", said="Et la vapeur achetée ?")
    assert "Et la vapeur achetée ?" in bob.read(path)

    assert not greta.offers(path, path.replace("method", "validate"))
    hugo.submit(path, path.replace("method", "validate"))
    assert "Method validated" in hugo.read(path)


def test_a_new_edition_begins_with_what_is_in_force(people: People) -> None:
    greta = people["greta"]
    old = figures.edition("DECH_VAL")
    page = greta.get(f"/indicators/{old.id}/edition")
    assert 'value="RECYCLED"' in page.text
    parts = {
        f"part_{name}": [str(part[name]) for part in old.components]
        for name in ("code", "name_fr", "name_en", "unit", "side", "weight")
    }
    hidden = greta.fields(page.text, f"/indicators/{old.id}/edition")
    facts = {
        **hidden,
        **parts,
        "name_fr": "Valorisation",
        "name_en": "Recovery",
        "unit": "%",
        "direction": "HIGH",
        "aggregation": "RATIO_OF_SUMS",
        "factor": "100",
        "frequency": "month",
        "everywhere": "true",
    }
    done = greta.client.post(f"/indicators/{old.id}/edition", data=facts)
    assert "édition 2" in shown(followed(greta, done))


def test_figures_are_entered_as_in_a_spreadsheet(people: People) -> None:
    """Parts, a decimal comma, a figure that is implausible, and a correction that says why."""
    alice = people["alice"]
    whole = {"REUSED": "1,5", "RECYCLED": "30", "RECOVERED": "8,5", "TOTAL": "50"}
    parts = {field("DECH_VAL", key): amount for key, amount in whole.items()}
    kept = enter(alice, **parts, **{field("EAU_TOT", "numerator"): "1 234"})
    assert "Les valeurs sont enregistrées" in shown(kept)
    assert 'value="1,5"' in kept.text
    assert "Hors des valeurs plausibles" in shown(kept)

    assert "Rien n'a changé" in shown(enter(alice, **parts))
    wrong = enter(alice, **{field("DECH_VAL", "TOTAL"): "60"})
    assert wrong.status_code == 422
    assert "dites pourquoi elle change" in shown(wrong)
    assert 'value="60"' in wrong.text
    right = enter(alice, **{field("DECH_VAL", "TOTAL"): "60"}, reason="Bordereau oublié")
    assert "Les valeurs sont enregistrées" in shown(right)

    measured = alice.get(f"/measurements?place={WORLD.lyon}")
    links = re.findall(r'href="(/evidence/indicators/[^"?]+)', measured.text)
    told = " ".join(alice.read(link.replace("/evidence", "/history")) for link in links)
    assert "Bordereau oublié" in told
    assert "TOTAL 50" in told
    assert "TOTAL 60" in told


def test_what_cannot_be_read_or_is_missing_stays_in_the_grid(people: People) -> None:
    alice = people["alice"]
    wrong = enter(
        alice,
        **{field("EAU_TOT", "numerator", 2): "douze", field("DECH_VAL", "REUSED", 2): "3"},
    )
    page = shown(wrong)
    assert wrong.status_code == 422
    assert "2 valeurs n'ont pas été enregistrées" in page
    assert "Ce n'est pas un nombre" in page
    assert "La formule demande aussi" in page
    assert 'value="douze"' in wrong.text


def test_who_measures_nowhere_is_told_so(people: People) -> None:
    assert "Vous ne déclarez de mesures pour aucun site" in people["bob"].read("/indicators/entry")


def test_a_site_of_another_is_not_in_the_grid(people: People) -> None:
    page = people["charlie"].read(f"/indicators/entry?site={WORLD.lyon}")
    assert "Lille · Comme dans un tableur" in page


def test_a_field_that_no_grid_holds_is_passed_over(people: People) -> None:
    kept = enter(people["alice"], **{"EAU_TOT|never|numerator": "1", "NOPE|2026-01-01|x": "1"})
    assert "Rien n'a changé" in shown(kept)


def test_the_form_of_one_figure_asks_for_the_parts_of_its_formula(people: People) -> None:
    alice, row = people["alice"], figures.edition("DECH_VAL")
    path = f"/indicators/{row.id}"
    assert 'name="amounts.RECOVERED"' in alice.get(path).text
    whole = {"REUSED": "2", "RECYCLED": "30,5", "RECOVERED": "7,5", "TOTAL": "80"}
    typed = {f"amounts.{key}": amount for key, amount in whole.items()}
    day = f"{formats.today().year}-05-02"
    about = {"site_id": WORLD.lyon, "period": day}
    done = alice.submit(path, f"{path}/measurements", **about, **typed)
    assert done.status_code == 303
    assert 'value="30,5"' in enter(alice).text
