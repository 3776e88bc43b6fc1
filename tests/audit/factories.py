from datetime import date
from uuid import UUID

from services.audit import commands
from services.audit.models import Audit, Finding
from services.audit.schemas import AuditIn, FindingIn, Grade, StepIn
from shared.work import unit_of_work
from tests.world import WORLD

DAY = date(2030, 1, 7)


def audit_in(site: UUID = WORLD.lyon, lead: UUID = WORLD.diane.id) -> AuditIn:
    return AuditIn(
        site_id=site,
        title="Audit interne production",
        criteria=["ISO 9001:2015 8.5"],
        planned_for=DAY,
        lead_id=lead,
    )


def finding_in(grade: Grade = Grade.MAJOR) -> FindingIn:
    return FindingIn(
        grade=grade,
        process="PROD",
        requirement="ISO 9001:2015 8.5.1",
        statement="Les réglages de la presse 4 ne sont pas enregistrés",
        evidence="Fiches de réglage du 3 au 7 janvier vides",
    )


def planned_audit() -> Audit:
    with unit_of_work("audit", WORLD.alice, permission="audit:plan") as uow:
        return commands.plan_audit(uow, audit_in())


def started_audit() -> Audit:
    audit = planned_audit()
    with unit_of_work("audit", WORLD.diane, permission="audit:conduct") as uow:
        return commands.start_audit(uow, audit.id, StepIn(version=audit.version))


def raised_finding(grade: Grade = Grade.MAJOR) -> Finding:
    audit = started_audit()
    with unit_of_work("audit", WORLD.diane, permission="audit:conduct") as uow:
        return commands.raise_finding(uow, audit.id, finding_in(grade))
