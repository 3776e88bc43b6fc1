"""The reports of audits that are dealt with: written, set by the job, issued; then they close."""

from uuid import UUID

from runtime.demo.acting import acting, today, until
from runtime.demo.group import BY_NAME, Someone, auditor_of, coordinator_of
from runtime.demo.texts import COMMITMENTS
from services.audit import commands as audit
from services.audit.models import Audit
from services.audit.reporting import commands as reporting
from services.audit.reporting import preparing
from services.audit.reporting.models import Report
from services.audit.reporting.queries import improvements_of
from services.audit.reporting.schemas import ReportIn
from services.audit.schemas import StepIn

CLAIRE = BY_NAME["Claire Duval"]
MET = (
    "Directeur du site",
    "Responsable maintenance et son adjoint",
    "Chef d'atelier de l'équipe du matin, trois opérateurs au poste",
)
SUMMARY = (
    "Le système de management intégré est en place et connu des équipes. Les écarts relevés"
    " tiennent à l'enregistrement au poste et au suivi des vérifications, non à la conception du"
    " système.\n"
    "Les responsables rencontrés ont reconnu les constats et proposé des actions pendant l'audit."
)
CONFORMITY = (
    "Le système est conforme aux critères de l'audit, à l'exception des non-conformités de ce"
    " rapport. Aucune ne met en cause la capacité du site à satisfaire ses clients ou la loi."
)
EFFECTIVENESS = (
    "Les objectifs de l'année sont atteints pour la qualité et la sécurité. Les actions décidées à"
    " l'audit précédent ont été vérifiées efficaces, sauf une, reprise ici."
)
DEVIATIONS = "La visite de la station de traitement a été avancée au premier matin."
NOT_COVERED = "L'équipe de nuit n'a pas été rencontrée : elle le sera au prochain audit."


def issue_and_close(site: str, audit_id: UUID) -> None:
    lead, coordinator = auditor_of(site), coordinator_of(site)
    with acting("audit:conduct", lead, today()) as uow:
        begun = StepIn(version=uow.get(Audit, audit_id).version)
        report = reporting.begin_report(uow, audit_id, begun)
    with acting("audit:conduct", lead, today()) as uow:
        commitments = {one.id: COMMITMENTS[-1] for one in improvements_of(uow, audit_id)}
        said = ReportIn(
            version=report.version,
            summary=SUMMARY,
            people_met=list(MET),
            deviations=DEVIATIONS,
            not_covered=NOT_COVERED,
            conformity=CONFORMITY,
            effectiveness=EFFECTIVENESS,
            commitments=commitments,
            readers=[coordinator.id, CLAIRE.id],
        )
        report = reporting.write_report(uow, report.id, said)
    with acting("audit:conduct", lead, today()) as uow:
        preparing.ask_for_files(uow, report.id, StepIn(version=report.version))
    until("the files of a report", lambda: _prepared(lead, report.id))
    with acting("audit:conduct", lead, today()) as uow:
        reporting.issue_report(uow, report.id, StepIn(version=report.version))
    with acting("audit:close", coordinator, today()) as uow:
        audit.close_audit(uow, audit_id, StepIn(version=uow.get(Audit, audit_id).version))


def _prepared(lead: Someone, report_id: UUID) -> bool:
    with acting("audit:conduct", lead, today()) as uow:
        return preparing.shown(uow, uow.get(Report, report_id)).current
