"""The report of an audit at a browser: begun, written, prepared, issued, read."""

import re

from sqlalchemy import select

from services.audit.jobs import jobs
from services.audit.schemas import Grade
from shared.auth import SYSTEM
from shared.job_rows import tables
from shared.work import unit_of_work
from tests.audit import reports
from tests.portal.conftest import People, shown
from tests.world import WORLD


def test_the_lead_writes_prepares_and_issues_the_report_and_the_audit_closes(
    people: People,
) -> None:
    audit = reports.reporting_audit(Grade.IMPROVEMENT)
    diane, page = people["diane"], f"/audits/{audit.id}"
    refused = people["alice"].submit(page, f"{page}/close")
    assert "n'a pas de rapport émis" in shown(refused)
    assert not people["alice"].offers(page, f"{page}/report")

    report = diane.submit(page, f"{page}/report").headers["location"]
    assert "Vous seul le voyez" in diane.read(report)
    assert people["alice"].get(report).status_code == 404
    [finding] = re.findall(r'name="reasons\.([^"]+)"', diane.get(report).text)
    typed = {
        "summary": "Le système est tenu.",
        "conformity": "Conforme, hors une piste.",
        "effectiveness": "Les objectifs sont atteints.",
        "people_met": "Paul, pilote de la production\nBob, opérateur",
        f"reasons.{finding}": "Aucun engagement ne porte sur ce point.",
        "readers": [str(WORLD.alice.id), str(WORLD.hugo.id)],
        "confidentiality": "restricted",
    }
    written = diane.submit(report, f"{report}/write", **typed)
    assert written.headers["location"] == report
    assert diane.read(report).count("Bob, opérateur") == 1
    assert not diane.offers(report, f"{report}/issue")

    diane.submit(report, f"{report}/prepare")
    assert "Mise en page : 0 sur 2" in diane.read(report)
    do_jobs()
    assert "Ces fichiers disent ce que dit le rapport" in diane.read(report)
    assert diane.get(f"{report}/files/fr").content.startswith(b"%PDF")
    issued = diane.submit(report, f"{report}/issue")
    assert issued.headers["location"] == report

    alice = people["alice"]
    hashes = re.findall(r'<code class="q-hash">([0-9a-f]{64})</code>', alice.get(report).text)
    assert len(set(hashes)) == 2
    file = people["hugo"].get(f"{report}/files/en")
    assert file.headers["content-type"] == "application/pdf"
    assert "attachment" in file.headers["content-disposition"]
    assert "Intacte" in alice.read(report)
    alice.submit(page, f"{page}/close")
    assert "Clos" in alice.read(page)


def test_what_is_missing_is_said_before_anything_is_signed(people: People) -> None:
    report = f"/reports/{reports.prepared(reports.begun()).id}"
    answer = people["diane"].submit(report, f"{report}/issue")
    assert answer.status_code == 422
    assert "il manque le résumé" in shown(answer)


def test_a_correction_begins_an_edition_and_the_old_one_is_still_read(people: People) -> None:
    old = f"/reports/{reports.issued().id}"
    diane = people["diane"]
    unsaid = diane.submit(old, f"{old}/correct")
    assert unsaid.status_code == 422
    new = diane.submit(old, f"{old}/correct", reason="Un nom était mal écrit").headers["location"]
    assert "Un nom était mal écrit" in diane.read(new)
    assert people["bob"].get(new).status_code == 404
    assert "Émis" in people["bob"].read(old)
    assert not people["bob"].offers(old, f"{old}/correct")


def test_the_setting_is_cancelled_where_it_is_asked_for(people: People) -> None:
    report = f"/reports/{reports.written().id}"
    diane = people["diane"]
    diane.submit(report, f"{report}/prepare")
    [cancel] = re.findall(r'action="(/jobs/audit/[^"]+)"', diane.get(report).text)
    cancelled = diane.submit(report, cancel)
    assert cancelled.headers["location"] == report
    assert "Mise en page : " not in diane.read(report)


def test_a_working_copy_is_fetched_among_the_jobs(people: People) -> None:
    report = f"/reports/{reports.issued().id}"
    diane = people["diane"]
    diane.submit(report, f"{report}/copy", language="en")
    do_jobs()
    [file] = re.findall(r'href="(/jobs/audit/[^"]+/file)"', diane.get("/jobs").text)
    answer = diane.get(file)
    assert answer.content.startswith(b"PK")
    assert answer.headers["content-disposition"].endswith("-1-en.docx")


def do_jobs() -> None:
    """What Celery would be told to do."""
    job, _ = tables("audit")
    with unit_of_work("audit", SYSTEM) as uow:
        waiting = uow.session.scalars(select(job.c.id).where(job.c.state == "waiting")).all()
    for id in waiting:
        jobs.run(id)
