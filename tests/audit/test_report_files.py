"""The files of a report: set by a job in both languages, whole or not at all."""

import io
from typing import Any
from uuid import UUID

import docx
import orjson
import pypdfium2  # type: ignore[import-untyped]
import pytest
from sqlalchemy import func, select

from services.audit.jobs import jobs
from services.audit.reporting import preparing
from services.audit.reporting.models import Report, ReportFile
from services.audit.reporting.queries import content_of, files_of
from services.audit.reporting.schemas import CopyIn, ReportLanguage
from services.audit.schemas import Grade, StepIn
from shared import reports as setting
from shared.auth import SYSTEM
from shared.files import store
from shared.job_doors import cancel, own_job
from shared.job_rows import tables
from shared.schemas import JobState
from shared.typography import NARROW, french
from shared.work import unit_of_work
from tests.audit import reports
from tests.world import WORLD

pytestmark = pytest.mark.usefixtures("own_database")


def asked(report: Report) -> UUID:
    with reports.conducting(WORLD.diane) as uow:
        return preparing.ask_for_files(uow, report.id, StepIn(version=report.version))


def job_of(id: UUID) -> Any:  # noqa: ANN401  a row of the table
    with unit_of_work("audit", WORLD.diane, permission="audit:read") as uow:
        return own_job(uow, id)


def kept() -> int:
    with unit_of_work("audit", SYSTEM) as uow:
        return uow.session.scalar(select(func.count()).select_from(ReportFile)) or 0


def content(row: ReportFile) -> bytes:
    return b"".join(store().read(f"audit/{row.sha256[:2]}/{row.sha256[2:4]}/{row.sha256}"))


def test_the_files_are_set_in_both_languages_and_say_the_findings_in_order() -> None:
    audit = reports.reporting_audit(Grade.STRENGTH, Grade.MINOR, Grade.MAJOR)
    report = reports.written(audit, divergences="Le chef d'atelier conteste le constat 2.")
    id = asked(report)

    jobs.run(id)

    assert job_of(id).state == JobState.DONE, job_of(id).error
    with reports.conducting(WORLD.diane) as uow:
        row = uow.get(Report, report.id)
        files = {file.language: content(file) for file in files_of(uow, report.id)}
        assert preparing.shown(uow, row).current
        told = content_of(uow, row).told
    in_french, english = (_text(files[language]) for language in ReportLanguage)
    assert in_french.index("Non-conformité majeure") < in_french.index("Le chef d'atelier conteste")
    chapters = in_french[in_french.index("1 Résumé") :]
    places = [chapters.index(f"Constat {number}") for number in (1, 2, 3)]
    assert places == sorted(places)
    assert chapters.index("Point fort") < places[1]
    assert "Major nonconformity" in english
    assert "Diverging opinions" in english
    for file in files.values():
        annex = _annex(file)
        assert annex["findings"] == orjson.loads(orjson.dumps(told))["findings"]
        assert annex["schema"] == "qse/audit-report/1"


def test_the_files_say_the_team_and_every_question_with_its_answer() -> None:
    report = reports.written(reports.answered_audit())
    id = asked(report)

    jobs.run(id)

    assert job_of(id).state == JobState.DONE, job_of(id).error
    with reports.conducting(WORLD.diane) as uow:
        files = {file.language: content(file) for file in files_of(uow, report.id)}
    in_french, english = (_text(files[language]) for language in ReportLanguage)
    for said in (
        "Diane Responsable d'audit Paul Observateur",
        "8.5.1 Qui règle la presse 4 ? Non audité Diane La presse était à l'arrêt",
        "Échantillon : Fiches 12 à 14 Motif : Entretien annuel",
        "Qui tient les fiches ? Sans réponse",
        "Question retirée Retirée : Posée deux fois",
    ):
        assert said in in_french.replace(NARROW, " ")
    assert "Diane Lead auditor Paul Observer" in english
    assert "8.5.1 Who sets press 4? Not audited Diane La presse" in english
    assert "Sample: Fiches 12 à 14 Reason: Entretien annuel" in english
    assert "Qui tient les fiches ? Not answered" in english
    for file in files.values():
        told = _annex(file)
        assert told["team"] == [
            {"name": "Diane", "role": "lead"},
            {"name": "Paul", "role": "observer"},
        ]
        [one] = [one for one in told["checklist"] if one["clause"] == "8.5.1"]
        assert one == {
            "standard": "ISO 9001:2015",
            "clause": "8.5.1",
            "requirement": "ISO 9001:2015 8.5.1",
            "process": "PROD",
            "question_fr": "Qui règle la presse 4 ?",
            "question_en": "Who sets press 4?",
            "verdict": "not_audited",
            "note": "La presse était à l'arrêt",
            "sample": "Fiches 12 à 14",
            "reason": "Entretien annuel",
            "answered_by": "Diane",
            "dropped_for": "",
        }
        assert [one["verdict"] for one in told["checklist"]].count(None) == 2


def _annex(file: bytes) -> Any:  # noqa: ANN401  whatever JSON holds
    pdf = pypdfium2.PdfDocument(file)
    annex = orjson.loads(bytes(pdf.get_attachment(0).get_data()))
    pdf.close()
    return annex


def _text(file: bytes) -> str:
    pdf = pypdfium2.PdfDocument(file)
    found = " ".join(page.get_textpage().get_text_range() for page in pdf)
    pdf.close()
    return " ".join(found.split())


def test_a_report_that_is_set_anew_keeps_what_was_set_before() -> None:
    report = reports.prepared(reports.prepared())
    with reports.conducting(WORLD.diane) as uow:
        assert len(files_of(uow, report.id)) == 2
    assert kept() == 4


def test_a_child_that_is_killed_fails_the_job_and_leaves_no_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(setting, "_answer", _killed)
    id = asked(reports.written())

    jobs.run(id)

    job = job_of(id)
    assert job.state == JobState.FAILED
    with unit_of_work("audit", SYSTEM) as uow:
        table, _ = tables("audit")
        error = uow.session.scalar(select(table.c.error).where(table.c.id == id))
    assert (error or {})["type"] == "not_set"
    assert kept() == 0


def _killed(child: Any, wait: Any) -> tuple[bytes, bytes]:  # noqa: ANN401
    child.kill()
    return child.communicate()  # type: ignore[no-any-return]


def test_a_job_that_is_cancelled_ends_its_child_and_leaves_no_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    id = asked(reports.written())
    begun = []

    def until_cancelled(child: Any, wait: Any) -> tuple[bytes, bytes]:  # noqa: ANN401
        begun.append(child)
        with unit_of_work("audit", WORLD.diane, permission="audit:read") as uow:
            cancel(uow, id)
        wait()
        return child.communicate()  # type: ignore[no-any-return]

    monkeypatch.setattr(setting, "_answer", until_cancelled)
    jobs.run(id)

    assert job_of(id).state == JobState.CANCELLED
    assert begun[0].returncode is not None
    assert kept() == 0


def test_a_report_that_changed_meanwhile_is_not_set() -> None:
    report = reports.written()
    id = asked(report)
    with reports.conducting(WORLD.diane) as uow:
        row = uow.get(Report, report.id)
        row.summary = "Tout autre chose."
    jobs.run(id)
    assert job_of(id).state == JobState.FAILED
    assert kept() == 0


def test_a_working_copy_is_the_result_of_a_job() -> None:
    report = reports.issued(reports.written(reports.answered_audit()))
    with reports.conducting(WORLD.diane) as uow:
        wanted = CopyIn(version=report.version, language=ReportLanguage.FRENCH)
        id = preparing.ask_for_copy(uow, report.id, wanted)
    jobs.run(id)
    job = job_of(id)
    assert (job.state, job.file) == (JobState.DONE, f"{report.reference}-1-fr.docx")
    _, files = tables("audit")
    with unit_of_work("audit", SYSTEM) as uow:
        file = uow.session.scalar(select(files.c.content).where(files.c.job_id == id))
    copied = docx.Document(io.BytesIO(file or b""))
    warning = copied.sections[0].header.paragraphs[0].text
    assert warning == f"Copie de travail{NARROW}: ceci n'est pas le rapport émis"
    rows = [tuple(cell.text for cell in row.cells) for table in copied.tables for row in table.rows]
    assert ("Paul", "Observateur") in rows
    noted = "La presse était à l'arrêt\nÉchantillon : Fiches 12 à 14\nMotif : Entretien annuel"
    line = ("8.5.1", "Qui règle la presse 4 ?", "Non audité\nDiane", noted)
    assert tuple(map(french, line)) in rows
