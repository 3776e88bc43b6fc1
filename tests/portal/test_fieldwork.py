"""The pages of an audit's preparation, plan, checklist and room."""

import re
from uuid import UUID, uuid4

import pytest

from services.audit.models import Audit
from tests.audit.factories import known_reference
from tests.audit.rooms import answer_in, answered, asked
from tests.portal.conftest import People, shown
from tests.portal.factories import planned
from tests.world import WORLD

WHEN = {"day": "2030-01-07", "starts": "10:00", "ends": "11:00"}


def test_the_lead_prepares_and_others_read(people: People) -> None:
    audit, reference = planned(), known_reference()
    page = f"/audits/{audit.id}/preparation"

    typed = {"criteria": "ISO 9001:2015 8.5", "objectives": "Établir", "method": "remote"}
    answer = people["diane"].submit(page, page, **typed, reference_ids=[str(reference)])

    assert answer.headers["location"] == page
    assert "Établir" in people["bob"].read(page)
    assert "Enregistrer la préparation" not in people["bob"].read(page)
    assert "À distance" in people["bob"].read(page)


def test_a_slot_is_planned_changed_sent_and_dropped(people: People) -> None:
    audit = planned()
    diane, page = people["diane"], f"/audits/{audit.id}/plan"
    typed = WHEN | {"kind": "interview", "place": "Atelier 2", "people": [str(WORLD.paul.id)]}

    answer = diane.submit(page, f"/audits/{audit.id}/slots", **typed, functions="Chef d'équipe")
    assert answer.headers["location"] == page
    said = diane.read(page)
    assert "11:00 Entretien pas encore envoyé Atelier 2" in said
    assert "Paul, Chef d'équipe" in said

    answer = diane.submit(page, f"/audits/{audit.id}/slots", **typed)
    assert answer.status_code == 409
    assert "Le 07/01/2030 de 10:00 à 11:00, cet auditeur est déjà attendu ailleurs" in shown(answer)

    assert diane.submit(page, f"/audits/{audit.id}/send-plan").status_code == 303
    assert "Version 1 envoyée" in diane.read(page)
    *_, slot = re.findall(r"/slots/([0-9a-f-]{36})", diane.get(page).text)
    changed = f"/audits/{audit.id}/slots/{slot}"
    answer = diane.submit(changed, changed, **typed | {"place": "Atelier 3", "ends": "11:30"})
    assert answer.headers["location"] == page
    assert "changé depuis l'envoi" in diane.read(page)
    assert diane.submit(page, f"{changed}/drop").status_code == 303
    assert not people["bob"].offers(page, f"/audits/{audit.id}/slots")


def test_what_is_missing_before_the_start_is_said(people: People) -> None:
    audit = planned()
    diane, page = people["diane"], f"/audits/{audit.id}"
    plan = f"{page}/plan"
    slot = diane.get(plan).text.split("/slots/")[1][:36]
    diane.submit(plan, f"{page}/slots/{slot}/drop")

    answer = diane.submit(page, f"{page}/start")

    assert answer.status_code == 409
    assert "ne peut pas encore commencer ; il lui faut un plan." in shown(answer)


def test_a_checklist_is_written_and_kept(people: People) -> None:
    audit = planned()
    diane, page = people["diane"], f"/audits/{audit.id}/checklist"
    answer = diane.submit(page, f"{page}/generate")
    assert "Aucune exigence des référentiels de cet audit" in shown(answer)

    questions = f"/audits/{audit.id}/questions"
    assert diane.submit(page, questions, text_fr="Qui règle la presse ?").status_code == 303
    assert "Qui règle la presse ? sans réponse" in diane.read(page)
    assert diane.submit(page, questions, text_fr="").status_code == 422
    at = f"{questions}/{diane.get(page).text.split('/questions/')[1][:36]}"
    assert diane.submit(at, f"{at}/reword", text_fr="Qui règle la presse 4 ?").status_code == 303
    assert "édition 2" in diane.read(at)
    assert diane.submit(at, f"{at}/move", up="true").status_code == 409
    assert diane.post(f"{at}/dance").status_code == 404

    code = f"P{uuid4().hex[:8]}"
    assert diane.submit(page, f"{page}/keep", code=code, title="Presse").status_code == 303
    other = f"/audits/{planned().id}/checklist"
    options = diane.get(other).text.split(f"Presse · {code}")[0]
    template = options.rpartition('<option value="')[2][:36]
    assert diane.submit(other, f"{other}/from-template", template_id=template).status_code == 303
    assert "Qui règle la presse 4 ?" in diane.read(other)
    assert diane.submit(at, f"{at}/drop", reason="Posée deux fois").status_code == 303
    assert "Questions retirées 1" in diane.read(page)


@pytest.mark.parametrize("part", ["checklist", "room"])
def test_who_is_not_on_the_team_is_told_so(people: People, audit: Audit, part: str) -> None:
    said = people["alice"].read(f"/audits/{audit.id}/{part}")

    assert "Réservé à l'équipe d'audit jusqu'à la fin du terrain." in said
    assert "Diane" in said


def test_everybody_reads_the_answers_once_the_fieldwork_has_ended(
    people: People, audit: Audit
) -> None:
    question = asked(audit)
    answered(question, answer_in(note="Fiche vue", sample="Fiches 3 à 7"))
    page = f"/audits/{audit.id}"
    people["diane"].submit(page, f"{page}/end-fieldwork")

    assert "Conforme" in people["bob"].read(f"{page}/checklist")
    said = people["bob"].read(f"{page}/questions/{question.id}")
    assert "Fiche vue" in said
    assert "Échantillon : Fiches 3 à 7" in said
    closed = people["diane"].read(f"{page}/room")
    assert "La salle d'audit est ouverte pendant l'audit." in closed


def test_the_room_takes_answers_one_at_a_time_and_tells_them_to_others(
    people: People, audit: Audit
) -> None:
    question, diane = asked(audit), people["diane"]
    save = {"id": str(uuid4()), "edition": "1", "verdict": "conform", "note": "Fiche vue"}

    first = diane.post(f"/questions/{question.id}/answers", **save)
    again = diane.post(f"/questions/{question.id}/answers", **save)

    assert first.json() == again.json()
    assert [one["note"] for one in first.json()] == ["Fiche vue"]
    news = diane.get(f"/audits/{audit.id}/room/answers").json()
    assert [one["id"] for one in news["answers"]] == [save["id"]]
    assert news["names"][str(WORLD.diane.id)] == "Diane"
    blank = {"id": str(uuid4()), "edition": "1", "verdict": "not_audited"}
    refused = diane.post(f"/questions/{question.id}/answers", **blank)
    assert refused.status_code == 422
    assert refused.json()["sentence"].startswith("Dites pourquoi")
    unread = diane.post(f"/questions/{question.id}/answers", verdict="perhaps")
    assert unread.json()["type"] == "invalid"
    met = diane.post(f"/audits/{audit.id}/room/met", id=str(uuid4()), name="Nadia Petit")
    assert met.json()["name"] == "Nadia Petit"
    assert people["alice"].get(f"/audits/{audit.id}/room/answers").status_code == 403


def test_a_photograph_is_put_with_its_question_once(people: People, audit: Audit) -> None:
    question, diane, id = asked(audit), people["diane"], uuid4()
    csrf = diane.hidden(f"/audits/{audit.id}", f"/audits/{audit.id}/end-fieldwork")["csrf"]
    path = f"/photographs?question_id={question.id}&id={id}"
    large = b"vu au poste 4 " * 100_000
    file = {"file": ("carter.txt", large, "text/plain")}

    sent = [diane.client.post(path, data={"csrf": csrf}, files=file) for _ in range(2)]

    assert [UUID(answer.json()["id"]) for answer in sent] == [id, id]
    assert "carter.txt" in diane.read(f"/audits/{audit.id}/questions/{question.id}")
    assert diane.get(f"/photographs/{id}/content").content == large
    assert people["alice"].get(f"/photographs/{id}/content").status_code == 403
