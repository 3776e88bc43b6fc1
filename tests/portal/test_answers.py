"""The pages of a finding's answer: who is offered what, and what they are told."""

import re

from services.audit.models import Audit, Finding
from services.audit.schemas import Grade
from tests.audit.factories import accepted, answered, external_audit, new_body, raised_finding
from tests.portal.conftest import People, shown
from tests.portal.factories import finding_form
from tests.world import WORLD

ANSWER = {
    "correction": "Carter remonté et presse consignée",
    "root_cause": "Rien n'empêche la marche sans carter",
    "plan": "Poser un verrouillage sur les quatre presses",
    "owner_id": WORLD.paul.id,
    "due_on": "2030-03-01",
}


def test_a_finding_is_answered_sent_back_answered_again_and_accepted(people: People) -> None:
    finding: Finding = raised_finding()
    page, answers = f"/findings/{finding.id}", f"/findings/{finding.id}/answers"
    assert people["paul"].offers(page, answers)
    assert not people["diane"].offers(page, answers)
    assert not people["bob"].offers(page, answers)

    short = people["paul"].submit(page, answers, **ANSWER | {"root_cause": ""})
    assert short.status_code == 422
    assert "À cette réponse il manque : une cause racine." in shown(short)
    assert "Carter remonté et presse consignée" in short.text
    people["paul"].submit(page, answers, **ANSWER)
    assert "Rien n'empêche la marche sans carter" in people["diane"].read(page)

    [back] = re.findall(rf"{answers}/[0-9a-f-]+/send-back", people["diane"].get(page).text)
    people["diane"].submit(page, back, reason="La cause ne dit pas pourquoi")
    assert "La cause ne dit pas pourquoi" in people["paul"].read(page)
    people["paul"].submit(page, answers, **ANSWER)
    [accept] = re.findall(rf"{answers}/[0-9a-f-]+/accept", people["diane"].get(page).text)
    people["diane"].submit(page, accept)

    said = people["bob"].read(page)
    assert "1 réponse précédente" in said
    assert "Approuvée · Diane" in said


def test_evidence_is_brought_where_the_answer_was_accepted(people: People) -> None:
    answer = accepted()
    page = f"/findings/{answer.finding_id}"
    bring = f"{page}/answers/{answer.id}/evidence"

    assert not people["diane"].offers(page, bring)
    people["paul"].submit(page, bring, brought="Verrouillage posé, photographies jointes")

    assert "Verrouillage posé, photographies jointes" in people["diane"].read(page)


def test_somebody_who_may_not_judge_is_told_why(people: People) -> None:
    answer = answered()
    page = f"/findings/{answer.finding_id}"
    accept = f"{page}/answers/{answer.id}/accept"

    assert not people["alice"].offers(page, accept)
    refused = people["alice"].post(accept, version=answer.version)
    assert refused.status_code == 403
    assert "Cette réponse est examinée par les auditeurs" in shown(refused)


def test_a_requirement_that_is_typed_recalls_what_was_found(people: People, audit: Audit) -> None:
    raised_finding(Grade.MINOR)

    asked = f"/audits/{audit.id}/repeats?requirement=iso+9001+8.5.1"
    said = shown(people["diane"].get(asked))

    assert "Déjà relevé sur ce site" in said
    assert "le classement non-conformité majeure est proposé" in said.lower()
    assert shown(people["diane"].get(f"/audits/{audit.id}/repeats?requirement=x")).strip() == ""


def test_a_body_grades_in_its_own_words(people: People) -> None:
    body = new_body()
    audit = external_audit(body.id)
    page = f"/audits/{audit.id}"
    assert not people["diane"].offers(page, f"{page}/findings")
    assert "Écart critique" in people["alice"].read(page)

    raised = people["alice"].submit(page, f"{page}/findings", **finding_form(grade="NCM"))

    said = people["alice"].read(raised.headers["location"])
    assert "NCM · Écart critique (Veritec)" in said
    assert "Bloque le certificat" in said


def test_an_audit_is_planned_on_the_scale_of_its_body(people: People) -> None:
    body = new_body("THIRD")
    form = people["greta"].hidden("/audits/new", "/audits/new") | {
        "site_id": WORLD.lyon,
        "title": "Audit de suivi par Veritec",
        "criteria": "ISO 9001:2015",
        "planned_for": "2030-03-04",
        "party": "third",
        "body_id": body.id,
        "lead_id": WORLD.diane.id,
    }

    planned = people["greta"].client.post("/audits/new", data=form)

    assert f"/bodies/{body.id}" in people["greta"].get(planned.headers["location"]).text


def test_a_scale_is_shown_and_gets_another_edition(people: People) -> None:
    body = new_body("SECOND")
    page, edit = f"/bodies/{body.id}", f"/bodies/{body.id}/edition"
    assert "Veritec" in people["bob"].read("/bodies")
    assert "21 jours" in people["bob"].read(page)

    form = people["greta"].get(edit)
    assert 'value="NCM"' in form.text
    grade = {
        "code": "NCM",
        "kind": "NC_MAJ",
        "title_fr": "Écart critique",
        "title_en": "Critical gap",
        "answer_days": "dix",
        "obliges": "true",
        "blocks": "",
        "working_days": "true",
        "closing_days": "",
        "definition_fr": "",
        "definition_en": "",
        "name": "Veritec",
    }
    wrong = people["greta"].post(edit, **grade)
    assert wrong.status_code == 422
    assert "Classement 1 · Jours pour répondre" in shown(wrong)
    changed = people["greta"].post(edit, **grade | {"answer_days": "10"})

    assert "10 jours ouvrés" in people["bob"].read(changed.headers["location"])
    assert "Remplacée" in people["bob"].read(page)


def test_a_new_body_begins_with_the_usual_grades(people: People) -> None:
    form = people["greta"].get("/bodies/new").text

    assert 'value="NC_MIN"' in form
    added = people["greta"].post(
        "/bodies/new",
        body="NEUF",
        name="Organisme neuf",
        code="A",
        kind="NC_MAJ",
        title_fr="Écart",
        title_en="Gap",
        obliges="",
    )
    assert added.status_code == 422
    assert "une non-conformité oblige à agir" in shown(added)


def test_the_list_is_narrowed_to_what_waits(people: People) -> None:
    finding = raised_finding()
    assert f"/findings/{finding.id}" not in people["bob"].get("/findings?late=1").text
    found = people["bob"].get("/findings?answer=to_answer&requirement=9001:2015+8.5").text
    assert f"/findings/{finding.id}" in found
    assert f"/findings/{finding.id}" not in people["bob"].get("/findings?answer=answered").text


def test_statistics_are_read_and_taken_away(people: People) -> None:
    assert "Aucun constat ici." in people["greta"].read(f"/statistics?place={WORLD.brest}")
    raised_finding()
    raised_finding()

    said = people["alice"].read("/statistics")
    assert "Taux de répétition" in said
    assert "ISO 9001 8.5.1" in said
    text = people["alice"].get("/statistics/export.csv").content.decode("utf-8-sig")
    assert '"Par exigence";"ISO 9001 8.5.1";"Non-conformité majeure"' in text
