"""The doors of reports. Their lead at Lyon is Diane."""

from services.audit.reporting.models import Report
from services.audit.reporting.queries import may_read_there
from shared.auth import SYSTEM
from shared.job_doors import cancel, own_jobs
from shared.schemas import LARGEST_PAGE
from shared.work import unit_of_work
from tests.access.knocking import Knock, door
from tests.access.people import HERE, WHOLE, somebody
from tests.audit import reports
from tests.world import WORLD


def for_outsiders_too() -> Report:
    """Who comes from outside, if they are there, reads what is meant for them and nothing else."""
    roles = ("certifier", "inspector")
    readers = [somebody(role, where).id for role in roles for where in (WHOLE, HERE)]
    with unit_of_work("audit", SYSTEM) as uow:
        here = may_read_there(uow, WORLD.lyon)
    there = [id for id in readers if id in here]
    return reports.issued(reports.written(readers=[WORLD.alice.id, *there]))


def step_on(report: Report, name: str, **facts: object) -> Knock:
    body = {"version": report.version, **facts}
    return Knock(f"/reports/{report.id}/{name}", body, by=WORLD.diane)


@door("audit GET /reports")
def list_reports() -> Knock:
    for_outsiders_too()
    return Knock("/reports", query={"limit": "200"}, shows=str(WORLD.lyon))


@door("audit GET /commitments")
def read_commitments() -> Knock:
    reports.published_commitments("Améliorer en continu")
    return Knock("/commitments")


@door("audit POST /audits/{audit_id}/report")
def begin_report() -> Knock:
    audit = reports.reporting_audit()
    return Knock(f"/audits/{audit.id}/report", {"version": audit.version}, by=WORLD.diane)


@door("audit GET /reports/{report_id}")
def read_report() -> Knock:
    return Knock(f"/reports/{for_outsiders_too().id}")


@door("audit PUT /reports/{report_id}")
def write_report() -> Knock:
    report = reports.begun()
    body = reports.said(report).model_dump(mode="json")
    return Knock(f"/reports/{report.id}", body, by=WORLD.diane)


def give_up_her_jobs() -> None:
    """Nobody does them here, and nobody may have more than three that wait."""
    with unit_of_work("audit", WORLD.diane, permission="audit:read") as uow:
        for job in own_jobs(uow, None, LARGEST_PAGE).items:
            cancel(uow, job.id)


@door("audit POST /reports/{report_id}/prepare")
def prepare_report() -> Knock:
    give_up_her_jobs()
    return step_on(reports.written(), "prepare")


@door("audit POST /reports/{report_id}/copy")
def copy_report() -> Knock:
    give_up_her_jobs()
    return step_on(reports.written(), "copy", language="fr")


@door("audit POST /reports/{report_id}/issue")
def issue_report() -> Knock:
    return step_on(reports.prepared(), "issue")


@door("audit POST /reports/{report_id}/correct")
def correct_report() -> Knock:
    return step_on(reports.issued(), "correct", reason="Un nom était mal écrit")


@door("audit GET /reports/{report_id}/files/{language}")
def fetch_report() -> Knock:
    return Knock(f"/reports/{for_outsiders_too().id}/files/fr")
