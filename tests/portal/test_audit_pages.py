import re

from services.audit.models import Audit
from tests.audit import reports
from tests.audit.auditors.factories import fit_to_lead
from tests.compliance.factories import issued
from tests.helpers import Bus
from tests.portal.conftest import People, shown
from tests.portal.factories import finding_form, id_in, planned
from tests.register.factories import registered
from tests.world import WORLD


def test_only_the_lead_is_offered_to_start_the_audit(people: People) -> None:
    audit = planned()
    page, start = f"/audits/{audit.id}", f"/audits/{audit.id}/start"

    assert people["diane"].offers(page, start)
    assert not people["alice"].offers(page, start)
    assert not people["bob"].offers(page, start)
    answer = people["diane"].submit(page, start)
    assert answer.headers["location"] == page
    begun = "L'audit a commencé. Les constats peuvent être enregistrés."
    assert begun in people["diane"].read(page)
    assert "L'audit a commencé" not in people["diane"].read(page)


def test_an_audit_elsewhere_does_not_exist(people: People) -> None:
    audit = planned()

    answer = people["charlie"].get(f"/audits/{audit.id}")

    assert answer.status_code == 404
    assert "Introuvable" in answer.text


def test_what_was_typed_is_kept_when_the_form_is_not_right(people: People, audit: Audit) -> None:
    page, action = f"/audits/{audit.id}", f"/audits/{audit.id}/findings"
    typed = finding_form(process="", statement="Un <carter> ouvert")

    answer = people["diane"].submit(page, action, **typed)

    assert answer.status_code == 422
    assert "Un champ est à corriger. Processus · À remplir." in shown(answer)
    assert "Un &lt;carter&gt; ouvert" in answer.text
    assert 'value="NC_MAJ" checked' in answer.text
    assert answer.text.count("autofocus") == 1


def test_a_nonconformity_without_evidence_is_refused_beside_the_field(
    people: People, audit: Audit
) -> None:
    page, action = f"/audits/{audit.id}", f"/audits/{audit.id}/findings"

    answer = people["diane"].submit(page, action, **finding_form(evidence=""))

    assert answer.status_code == 422
    assert "Preuve objective · À remplir." in shown(answer)
    assert "Photographie" not in answer.text


def test_sending_the_form_twice_raises_one_finding(people: People, audit: Audit) -> None:
    diane, page = people["diane"], f"/audits/{audit.id}"
    form = diane.hidden(page, f"{page}/findings") | finding_form()

    first = diane.client.post(f"{page}/findings", data=form)
    second = diane.client.post(f"{page}/findings", data=form)

    assert first.headers["location"] == second.headers["location"]
    assert "Constats 1" in diane.read(page)


def test_a_finding_is_followed_to_its_end(people: People, audit: Audit, live_bus: Bus) -> None:
    page = f"/audits/{audit.id}"
    raised = people["diane"].submit(page, f"{page}/findings", **finding_form())
    finding = raised.headers["location"]
    assert "L'action corrective arrive." in people["diane"].read(finding)

    live_bus.deliver_all()

    assert "Traiter la non-conformité majeure (PROD)" in people["diane"].read(finding)
    refused = people["diane"].submit(finding, f"{finding}/close")
    assert refused.status_code == 409
    assert "Actions de ce constat à vérifier encore : 1" in shown(refused)
    assert not people["bob"].offers(finding, f"{finding}/close")
    assert f"/findings/{id_in(finding)}" in people["bob"].get("/findings?grade=NC_MAJ").text


def test_a_refusal_is_told_in_english_to_who_speaks_it(people: People, audit: Audit) -> None:
    page = f"/audits/{audit.id}"
    raised = people["diane"].submit(page, f"{page}/findings", **finding_form())
    finding = raised.headers["location"]

    answer = people["hugo"].submit(finding, f"{finding}/close")

    assert answer.status_code == 409
    assert "No action on this nonconformity is known yet" in shown(answer)
    assert "Close the finding" in shown(answer)


def test_the_fieldwork_ends_and_the_audit_is_closed(people: People, audit: Audit) -> None:
    page = f"/audits/{audit.id}"

    people["diane"].submit(page, f"{page}/end-fieldwork")
    assert not people["diane"].offers(page, f"{page}/findings")
    with reports.conducting(WORLD.diane) as uow:
        ended = uow.get(Audit, audit.id)
    reports.issued(reports.written(ended))
    people["alice"].submit(page, f"{page}/close")

    assert "Clos" in people["bob"].read(page)
    late = people["diane"].post(f"{page}/findings", **finding_form())
    assert late.status_code == 409
    assert "L'audit n'est pas en cours" in shown(late)


def test_an_audit_is_planned_and_its_lead_must_be_independent(people: People) -> None:
    greta = people["greta"]
    form = greta.hidden("/audits/new", "/audits/new") | {
        "site_id": WORLD.lyon,
        "title": "Audit du processus achats",
        "criteria": "ISO 9001:2015 8.4",
        "planned_for": "2030-03-04",
    }

    refused = greta.client.post("/audits/new", data=form | {"lead_id": WORLD.anna.id})
    assert refused.status_code == 409
    assert "Anna n'est pas auditeur sur ce site au 04/03/2030" in shown(refused)
    assert "Audit du processus achats" in refused.text

    answer = greta.client.post("/audits/new", data=form | {"lead_id": WORLD.diane.id})
    assert answer.status_code == 303
    page = greta.read(answer.headers["location"])
    assert "L'audit est planifié." in page
    assert "Diane" in page


def test_a_planned_audit_gets_another_lead_or_is_cancelled(people: People) -> None:
    audit = planned()
    page = f"/audits/{audit.id}"

    people["alice"].submit(page, f"{page}/lead", lead_id=WORLD.diane.id)
    short = people["alice"].submit(page, f"{page}/cancel", reason="non")
    assert short.status_code == 422
    assert "Motif · Trop court : au moins 5 caractères." in shown(short)
    answer = people["alice"].submit(page, f"{page}/cancel", reason="Reporté à l'an prochain")

    assert answer.status_code == 303
    assert "Annulé" in people["alice"].read(page)


def test_a_step_that_does_not_exist_is_not_found(people: People) -> None:
    assert people["alice"].post(f"/audits/{planned().id}/dance").status_code == 404


def test_somebody_who_was_faster_is_named(people: People) -> None:
    audit = planned()
    page = f"/audits/{audit.id}"
    form = people["alice"].hidden(page, f"{page}/cancel")
    people["diane"].submit(page, f"{page}/start")

    answer = people["alice"].client.post(
        f"{page}/cancel", data=form | {"reason": "Reporté à l'an prochain"}
    )

    assert answer.status_code == 409
    said = shown(answer)
    assert "Quelqu'un d'autre a modifié cette page entre-temps" in said
    assert "Modifié par Diane" in said


def test_the_list_keeps_its_filter_and_place_from_page_to_page(people: People) -> None:
    for number in range(52):
        planned(f"Audit de la série {number}")

    first = people["alice"].get(f"/audits?place={WORLD.lyon}&status=planned").text

    [following] = [p for p in first.split('"') if p.startswith("/audits?") and "after=" in p]
    assert f"place={WORLD.lyon}" in following
    assert "status=planned" in following
    second = people["alice"].get(following.replace("&amp;", "&"))
    assert second.status_code == 200
    assert "Début de la liste" in second.text
    assert "Aucun audit ici." in people["alice"].read(f"/audits?place={WORLD.brest}")


def test_an_audit_is_held_against_references_and_its_findings_cite_them(
    people: People, live_bus: Bus
) -> None:
    reference = issued("PRO-QSE-001")
    registered("PROD", WORLD.lyon)
    live_bus.deliver_all()
    fit_to_lead("PRO-QSE-001")
    planning = people["greta"].get("/audits/new").text
    assert "PRO-QSE-001:A · Règles de consignation" in planning
    assert "PROD · Produire" in planning
    form = people["greta"].hidden("/audits/new", "/audits/new") | {
        "site_id": WORLD.lyon,
        "title": "Audit de la consignation",
        "reference_ids": reference.id,
        "processes": "PROD",
        "planned_for": "2030-03-04",
        "lead_id": WORLD.diane.id,
    }
    page = people["greta"].client.post("/audits/new", data=form).headers["location"]
    assert "PRO-QSE-001:A" in people["greta"].read(page)
    prepared = {"objectives": "Établir", "method": "on_site", "method_reason": "Vu au poste"}
    prepared |= {"processes": "PROD", "reference_ids": str(reference.id)}
    people["diane"].submit(f"{page}/preparation", f"{page}/preparation", **prepared)
    slot = {"kind": "opening", "day": "2030-03-04", "starts": "08:00", "ends": "09:00"}
    people["diane"].submit(f"{page}/plan", f"{page}/slots", **slot)
    people["diane"].submit(page, f"{page}/start")

    offered = people["diane"].get(page).text
    [requirement] = re.findall(r'<option value="([^"]+)" >4.1 Consigner</option>', offered)
    typed = finding_form() | {"requirement": "", "requirement_id": requirement}
    finding = people["diane"].submit(page, f"{page}/findings", **typed)

    assert "PRO-QSE-001:A 4.1" in people["bob"].read(finding.headers["location"])


def test_an_audit_against_nothing_is_told_which_field_to_fill(people: People) -> None:
    form = people["greta"].hidden("/audits/new", "/audits/new") | {
        "site_id": WORLD.lyon,
        "title": "Audit sans critère",
        "planned_for": "2030-03-04",
        "lead_id": WORLD.diane.id,
    }

    refused = people["greta"].client.post("/audits/new", data=form)

    assert refused.status_code == 422
    assert "Un audit se tient au regard de quelque chose" in shown(refused)
    assert "d'audit · À remplir." in shown(refused)
