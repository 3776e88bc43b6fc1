"""Reports in each state of their lives, made by the commands that people make them with."""

from functools import partial
from uuid import UUID

from services.audit import commands as auditing
from services.audit.auditors.schemas import TeamRole
from services.audit.fieldwork.checklist import drop_question
from services.audit.fieldwork.schemas import DropIn
from services.audit.models import Audit
from services.audit.reporting import commands
from services.audit.reporting.models import Report
from services.audit.reporting.preparing import keep_files
from services.audit.reporting.queries import content_of, policy_in_force
from services.audit.reporting.schemas import CorrectionIn, ReportIn, ReportLanguage
from services.audit.schemas import Grade, StepIn
from shared.work import unit_of_work
from tests.audit.auditors.factories import chosen, seat, started
from tests.audit.factories import finding_in, prepared_audit, started_audit
from tests.audit.rooms import answer_in, answered, asked
from tests.evidence.factories import pdf
from tests.world import WORLD

conducting = partial(unit_of_work, "audit", permission="audit:conduct")


def reporting_audit(*grades: Grade) -> Audit:
    """An audit whose fieldwork ended, with a finding of each grade."""
    audit = started_audit()
    with conducting(WORLD.diane) as uow:
        for grade in grades:
            auditing.raise_finding(uow, audit.id, finding_in(grade))
    return ended(audit)


def ended(audit: Audit) -> Audit:
    with conducting(WORLD.diane) as uow:
        return auditing.end_fieldwork(uow, audit.id, StepIn(version=audit.version))


def watched_audit() -> Audit:
    """An audit of Diane's that Paul observed, under way; it asks who keeps the records."""
    audit = prepared_audit()
    observer = seat(WORLD.paul, TeamRole.OBSERVER)
    chosen(audit, seat(WORLD.diane), observer, reason="Elle connaît le site")
    return started(audit)


def answered_audit() -> Audit:
    """Its fieldwork ended with a question answered, one not asked after all, and one left open."""
    audit = watched_audit()
    words = {"requirement": "ISO 9001:2015 8.5.1", "text_en": "Who sets press 4?"}
    answer = answer_in(
        verdict="not_audited",
        note="La presse était à l'arrêt",
        sample="Fiches 12 à 14",
        reason="Entretien annuel",
    )
    answered(asked(audit, "Qui règle la presse 4 ?", **words), answer)
    again = asked(audit, "Qui tient encore les fiches ?")
    with conducting(WORLD.diane) as uow:
        drop_question(uow, again.id, DropIn(version=again.version, reason="Posée deux fois"))
    return ended(audit)


def begun(audit: Audit | None = None) -> Report:
    audit = audit or reporting_audit()
    with conducting(WORLD.diane) as uow:
        return commands.begin_report(uow, audit.id, StepIn(version=audit.version))


def said(report: Report, **otherwise: object) -> ReportIn:
    whole = {
        "version": report.version,
        "summary": "Le système est tenu ; deux points sont à reprendre.",
        "people_met": ["Paul, pilote de la production"],
        "conformity": "Conforme à ISO 9001:2015, hors les écarts relevés.",
        "effectiveness": "Les objectifs de la production sont atteints.",
        "readers": [WORLD.alice.id, WORLD.hugo.id],
    }
    return ReportIn.model_validate(whole | otherwise)


def written(audit: Audit | None = None, **otherwise: object) -> Report:
    report = begun(audit)
    with conducting(WORLD.diane) as uow:
        return commands.write_report(uow, report.id, said(report, **otherwise))


def prepared(report: Report | None = None) -> Report:
    """With files that are quicker to make than the real ones."""
    report = report or written()
    with conducting(WORLD.diane) as uow:
        row = uow.get(Report, report.id)
        keep_files(
            uow, row, content_of(uow, row), {name: pdf() + name.encode() for name in ReportLanguage}
        )
        return row


def issued(report: Report | None = None) -> Report:
    report = prepared(report)
    with conducting(WORLD.diane) as uow:
        return commands.issue_report(uow, report.id, StepIn(version=report.version))


def corrected(report: Report | None = None) -> Report:
    report = report or issued()
    with conducting(WORLD.diane) as uow:
        wrong = CorrectionIn(version=report.version, reason="Un nom était mal écrit")
        return commands.correct_report(uow, report.id, wrong)


def superseded() -> Report:
    old = issued()
    issued(corrected(old))
    with conducting(WORLD.diane) as uow:
        return uow.get(Report, old.id)


def published_commitments(*texts: str) -> None:
    with unit_of_work("audit", WORLD.greta, permission="audit:read") as uow:
        before = policy_in_force(uow)
        edition = before.edition + 1 if before else 1
        commands.keep_policy(uow, UUID(int=edition), edition, uow.now.date(), list(texts))
