"""The pages of actions: the next step, causes drawn, plans, what is mine, what others ask."""

import re

import pytest
from fastapi.testclient import TestClient

from services.actions.models import Action
from services.actions.schemas import ActionType
from tests.actions import factories as acting
from tests.actions.analysing import again, sort_causes, write
from tests.actions.asking import ask, asked_lyon
from tests.actions.reasons import CAUSE, WHYS
from tests.helpers import Bus
from tests.portal.conftest import Browser, People
from tests.world import WORLD


@pytest.fixture
def corrective(web: TestClient) -> Action:
    return acting.typed_action(ActionType.CORRECTIVE, objective="OBJ-S-02", load_days="2.5")


def phase(browser: Browser, action: Action) -> str:
    page = browser.get(f"/actions/{action.id}").text
    [now] = re.findall(r'<li class="is-now" aria-current="step">.*?<span>(.*?)</span>', page)
    return str(now)


def test_the_page_says_in_which_of_four_phases_it_is(people: People, web: TestClient) -> None:
    paul = people["paul"]

    assert phase(paul, acting.typed_action(ActionType.CORRECTIVE)) == "Analyse"
    assert phase(paul, acting.typed_action(ActionType.PREVENTIVE)) == "Plan"
    assert phase(paul, acting.started_action()) == "Réalisation"
    assert phase(paul, acting.done_action()) == "Vérification"


def test_whys_are_written_in_lines_and_shown_as_a_tree(people: People, corrective: Action) -> None:
    paul, page = people["paul"], f"/actions/{corrective.id}/causes"
    typed: dict[str, object] = {"problem": WHYS["problem"], "reads_back": "true"}
    for number, why in enumerate(WHYS["whys"], 1):
        lines = {"of": "", "status": "possible", "proof": ""} | why
        typed |= {f"{name}.{number}": str(value) for name, value in lines.items()}

    sent = paul.submit(page, f"{page}/five_whys", **typed)

    assert sent.status_code == 303, sent.text
    shown = paul.read(page)
    assert f"Relu vers le haut : {CAUSE}, donc" in shown
    assert CAUSE in paul.read(f"/actions/{corrective.id}")


def test_lines_that_were_emptied_are_left_out_and_the_others_counted_anew(
    people: People, corrective: Action
) -> None:
    paul, page = people["paul"], f"/actions/{corrective.id}/causes"
    typed = {
        "problem": "Le carter est ouvert",
        "because.1": "Les rebuts bloquent",
        "because.2": " ",
        "because.5": "L'éjecteur est mal réglé",
        "of.5": "1",
    }

    assert paul.submit(page, f"{page}/five_whys", **typed).status_code == 303

    [second] = re.findall(r'<select [^>]*id="of-2".*?</select>', paul.get(page).text)
    assert '<option value="1" selected' in second


def test_what_does_not_hold_is_said_and_what_was_typed_stays(
    people: People, corrective: Action
) -> None:
    paul, page = people["paul"], f"/actions/{corrective.id}/causes"
    blamed = {
        "problem": "Le carter est ouvert",
        "because.1": "Erreur humaine",
        "status.1": "confirmed",
        "proof.1": "Vu",
    }

    refused = paul.submit(page, f"{page}/five_whys", **blamed)
    short = {"cause.1": "Ab", "family.1": "method"}
    wrong = paul.submit(f"{page}?method=ishikawa", f"{page}/ishikawa", **short)

    assert refused.status_code == 422
    assert "Erreur humaine" in refused.text
    assert "une cause racine en demande 3 au moins" in refused.text
    assert wrong.status_code == 422


def test_an_8d_is_written_step_by_step(people: People, corrective: Action) -> None:
    paul, page = people["paul"], f"/actions/{corrective.id}/causes"
    step = f"{page}/eight-d/D0"
    eight = f"{page}?method=eight_d"
    facts = {"facts.symptom": "Pièces marquées", "facts.customer_protection": "Tri"}

    half = paul.submit(eight, step, **{"facts.symptom": "Pièces marquées"}, complete="true")
    done = paul.submit(eight, step, **facts, complete="true")
    early = paul.submit(eight, f"{page}/eight-d/D2", **{"facts.what": "x"}, complete="true")

    assert (half.status_code, done.status_code, early.status_code) == (422, 303, 409)
    assert "D2 se valide seulement après D1" in early.text
    assert "Pièces marquées · Tri" in paul.read(eight)


def test_the_families_are_drawn(people: People, corrective: Action) -> None:
    sort_causes(corrective)

    page = people["bob"].read(f"/actions/{corrective.id}/causes?method=ishikawa")

    for said in ("Main-d'œuvre", "Milieu", "Mesure", "L'éjecteur se bloque", "Étalonné le mois"):
        assert said in page
    assert "Enregistrer" not in page


def test_a_plan_shows_the_actions_of_an_aim(people: People, corrective: Action) -> None:
    plans = people["alice"].read("/actions/plans")

    assert "OBJ-S-02" in plans
    assert "Constat d'audit" not in plans
    assert "objective=OBJ-S-02" in people["alice"].get("/actions/plans").text
    assert "OBJ-S-02" not in people["charlie"].read("/actions/plans")
    acting.open_action()
    assert "Constat d'audit" in people["alice"].read("/actions/plans?by=source")


def test_resources_are_written_on_the_page(people: People, corrective: Action) -> None:
    paul, page = people["paul"], f"/actions/{corrective.id}"

    sent = paul.submit(
        page,
        f"{page}/resources",
        contributor_ids=[str(WORLD.greta.id)],
        cost_estimated="1 234,50",
        constraint_human="Congés en août",
    )

    assert sent.status_code == 303
    shown = paul.read(page)
    assert "1 234,50 €" in shown
    assert "Congés en août" in shown


def test_each_finds_what_is_theirs_to_do(people: People, web: TestClient) -> None:
    planned, started, done = (
        acting.planned_action(),
        acting.started_action(),
        acting.done_correction(),
    )
    question = asked_lyon()

    pauls, alices = people["paul"].get("/actions/mine").text, people["alice"].get("/actions/mine")

    assert f'action="/actions/{planned.id}/start' in pauls
    assert f"/actions/{started.id}/act" in pauls
    assert f"object_id={started.id}" in pauls
    assert f"/actions/{done.id}/act" not in pauls
    assert f"/actions/{done.id}/act" in alices.text
    assert f'href="/read-across/{question.id}"' in alices.text
    assert f"/read-across/{question.id}" not in pauls
    assert str(done.id) not in people["charlie"].get("/actions/mine").text


def test_what_is_begun_from_there_leads_back_there(people: People, web: TestClient) -> None:
    action, paul = acting.planned_action(), people["paul"]
    start = f"/actions/{action.id}/start?next=%2Factions%2Fmine"
    page = paul.get("/actions/mine").text
    at = start if start in page else f"/actions/{action.id}/start"

    moved = paul.client.post(at, data=paul.fields(page, at))

    assert moved.status_code == 303


def test_a_sister_site_answers_and_the_asking_one_reads_it(
    people: People, corrective: Action
) -> None:
    [asked] = ask(corrective, WORLD.alice)
    Bus().deliver_all()
    charlie = people["charlie"]
    listed = charlie.get("/read-across").text
    [path] = re.findall(r'href="(/read-across/[0-9a-f-]{36})"', listed)
    assert corrective.title not in charlie.read(path)

    sent = charlie.submit(
        path,
        path,
        answer="concerned",
        statement="Deux presses ici",
        owner_id=str(WORLD.charlie.id),
        priority="P3",
    )
    Bus().deliver_all()

    assert sent.status_code == 303
    assert "Voir l'action ouverte ici" in charlie.read(path)
    assert "Deux presses ici" in people["alice"].read(f"/actions/{corrective.id}")
    assert people["alice"].get(path).status_code == 404
    assert asked.sister_id == WORLD.lille


def test_who_does_not_coordinate_is_offered_no_answer(people: People, web: TestClient) -> None:
    question = asked_lyon()

    page = people["paul"].read(f"/read-across/{question.id}")

    assert "Le coordinateur du site doit répondre." in page
    assert "Envoyer la réponse" not in page


def test_an_8d_may_be_written_while_the_work_goes_on(people: People, web: TestClient) -> None:
    action = acting.started_action()
    page = f"/actions/{action.id}/causes"

    assert not people["paul"].offers(page, f"{page}/five_whys")
    assert people["paul"].offers(f"{page}?method=eight_d", f"{page}/eight-d/D0")
    write(action, "D0")
    assert people["paul"].offers(f"{page}?method=eight_d", f"{page}/eight-d/D1")
    assert again(action).analysed_at is not None


def test_a_refused_move_stays_on_the_page_with_its_reason(people: People, web: TestClient) -> None:
    action = acting.started_action()
    page = f"/actions/{action.id}"
    people["paul"].submit(
        page, f"{page}/move", due_on=str(action.due_on.replace(year=2999)), reason="Pièce en retard"
    )
    silent = people["alice"].submit(page, f"{page}/move-decision", approved="false")

    refused = people["alice"].submit(
        page, f"{page}/move-decision", approved="false", decision="La pièce est arrivée"
    )

    assert (silent.status_code, refused.status_code) == (422, 303)
    shown = people["bob"].read(page)
    assert "Refusé" in shown
    assert "La pièce est arrivée" in shown


def test_the_list_narrows_to_kind_source_and_aim(people: People, corrective: Action) -> None:
    other = acting.typed_action(ActionType.PREVENTIVE, source_kind="accident")

    def listed(query: str) -> str:
        return people["alice"].get(f"/actions?{query}").text

    assert str(corrective.id) in listed("type=corrective")
    assert str(other.id) not in listed("type=corrective")
    assert str(other.id) in listed("source=accident")
    assert str(other.id) not in listed("objective=OBJ-S-02")
    assert str(corrective.id) not in listed("moved=1")


def test_a_correction_is_closed_on_its_page_by_somebody_else(
    people: People, web: TestClient
) -> None:
    action = acting.done_correction()
    page = f"/actions/{action.id}"
    assert not people["paul"].offers(page, f"{page}/close")

    people["alice"].submit(page, f"{page}/close", statement="Vu en place")

    assert "Vu en place" in people["bob"].read(page)
