"""The year before today: a policy, risks, audits, what came of them, and figures reported."""

import random
from datetime import date, timedelta
from uuid import UUID

from runtime.demo import fieldwork
from runtime.demo.acting import acting, today
from runtime.demo.auditors import qualify_auditors
from runtime.demo.figures import report_figures
from runtime.demo.follow import deal_with, settle_reviews
from runtime.demo.group import BY_NAME, PEOPLE, SITES, Someone, auditor_of, coordinator_of, id_of
from runtime.demo.library import citations, norms
from runtime.demo.programme import certify, programme_audits
from runtime.demo.reporting import issue_and_close
from runtime.demo.texts import AUDITS, COMMITMENTS, FINDINGS, POLICY, RISKS
from services.audit import commands as audit
from services.audit.models import Audit
from services.audit.schemas import AuditIn, FindingIn, Grade, StepIn
from services.notifications import commands as notifications
from services.policy import commands as policy
from services.policy.schemas import Domain, PolicyIn
from services.policy.schemas import StepIn as PolicyStep
from services.risk import commands as risk
from services.risk.schemas import Domain as RiskDomain
from services.risk.schemas import RatingIn, ResidualIn, RiskIn

CLAIRE, MARC = BY_NAME["Claire Duval"], BY_NAME["Marc Weber"]
UNDER_WAY = ("Saint-Nazaire", "Roussillon")
"""Sites without a major nonconformity so far: one raised there now travels the whole chain."""

IN_PROGRESS = "Audit interne intégré en cours"
ESCALATED, GRAVE = "Lacq", (4, 4)
REPORTED = 2
"""How many audits have their report issued: setting one takes its time."""


def live() -> None:
    chance = random.Random(2026)  # noqa: S311  the same demo every time, not a secret
    publish_policy(today() - timedelta(days=365))
    for site in SITES:
        assess_risks(site, today() - timedelta(days=300))
    qualify_auditors()
    dealt_with = []
    for number, site in enumerate(SITES * 2):
        back = 340 - 23 * number
        held, all_closed = hold_audit(site, today() - timedelta(days=back), number)
        if all_closed:
            dealt_with.append((site, held))
    for site in UNDER_WAY:
        conduct(site)
    for number, site in enumerate(SITES[1:4]):
        _plan(site, today() + timedelta(days=21 + 30 * number), AUDITS[number], number)
    programme_audits()
    certify()
    report_figures(chance)
    settle_reviews(CLAIRE)
    for site, held in dealt_with[:REPORTED]:
        issue_and_close(site, held)
    read_everything()
    find_something_today(UNDER_WAY[0])


def publish_policy(day: date) -> None:
    data = PolicyIn(
        id=id_of("policy"),
        title="Politique qualité, sécurité, environnement",
        text=POLICY,
        domains=list(Domain),
        commitments=COMMITMENTS,
        owner_id=CLAIRE.id,
    )
    with acting("policy:write", CLAIRE, day) as uow:
        draft = policy.draft_policy(uow, data)
        submitted = policy.submit_policy(uow, draft.id, PolicyStep(version=draft.version))
    with acting("policy:approve", MARC, day + timedelta(days=4)) as uow:
        approved = policy.approve_policy(uow, draft.id, PolicyStep(version=submitted.version))
    with acting("policy:write", CLAIRE, day + timedelta(days=7)) as uow:
        policy.publish_policy(uow, draft.id, PolicyStep(version=approved.version))


def assess_risks(site: str, day: date) -> None:
    for number, (domain, process, title, initial, residual, measures) in enumerate(RISKS):
        if (number + len(site)) % 3 == 0 and site != ESCALATED:
            continue
        escalated = (site, number) == (ESCALATED, 0)
        data = RiskIn(
            id=id_of(f"risk {site} {number}"),
            site_id=id_of(site),
            domain=RiskDomain(domain),
            process=process,
            title=title,
            method_reason="Grille gravité x probabilité du groupe, connue de tous les sites.",
            initial=_rating(GRAVE if escalated else initial),
        )
        with acting("risk:write", coordinator_of(site), day) as uow:
            assessed = risk.assess_risk(uow, data)
            version = assessed.version
        if escalated:
            continue
        change = ResidualIn(residual=_rating(residual), measures=measures, version=version)
        with acting("risk:write", coordinator_of(site), day + timedelta(days=40)) as uow:
            risk.rate_residual(uow, data.id or assessed.id, change)


def _rating(pair: tuple[int, int]) -> RatingIn:
    return RatingIn(gravity=pair[0], probability=pair[1])


def hold_audit(site: str, day: date, number: int) -> tuple[UUID, bool]:
    """Plan, start, find, end; then each nonconformity goes its way. True: all are closed."""
    lead = auditor_of(site)
    planned = _plan(site, day, AUDITS[number % len(AUDITS)], number)
    fieldwork.plan(planned, site, day)
    _start(planned, day)
    found: list[tuple[UUID, int]] = []
    for index in _chosen(site, number):
        grade, process, requirement, statement, evidence, *_ = FINDINGS[index]
        data = FindingIn(
            id=id_of(f"finding {site} {number} {index}"),
            grade=Grade(grade),
            process=process,
            requirement_id=citations().get(requirement),
            requirement=requirement,
            statement=statement,
            evidence=evidence,
        )
        with acting("audit:conduct", lead, day) as uow:
            finding = audit.raise_finding(uow, planned, data)
        if finding.grade.is_nonconformity:
            found.append((finding.id, index))
    with acting("audit:conduct", lead, day + timedelta(days=1)) as uow:
        audit.end_fieldwork(uow, planned, StepIn(version=uow.get(Audit, planned).version))
    closed = [deal_with(site, finding, index, day) for finding, index in found]
    return planned, all(closed)


def conduct(site: str) -> None:
    """An audit that is under way today: planned, its checklist answered in part."""
    audit_id = _plan(site, today(), IN_PROGRESS, len(AUDITS))
    fieldwork.plan(audit_id, site, today(), full=True)
    fieldwork.ask(audit_id, site)
    _start(audit_id)
    fieldwork.answer(audit_id, site)
    if site == UNDER_WAY[0]:
        fieldwork.keep(audit_id, site)


def _chosen(site: str, number: int) -> list[int]:
    """Four of the findings; the major ones stay away from the sites of the audits under way."""
    chosen = [(number * 3 + step * 5) % len(FINDINGS) for step in range(4)]
    spare = site in UNDER_WAY
    return [i for i in dict.fromkeys(chosen) if not (spare and FINDINGS[i][0] == Grade.MAJOR)]


def _plan(site: str, day: date, title: str, number: int) -> UUID:
    data = AuditIn(
        id=id_of(f"audit {site} {day} {number}"),
        site_id=id_of(site),
        title=f"{title} - {site}",
        scope="Production, maintenance, logistique et encadrement du site",
        reference_ids=[*norms().values()],
        processes=["PROD", "MAINT", "LOG"],
        objectives=fieldwork.OBJECTIVES,
        method_reason=fieldwork.REASON,
        planned_for=day,
        lead_id=auditor_of(site).id,
    )
    with acting("audit:plan", coordinator_of(site), day - timedelta(days=30)) as uow:
        return audit.plan_audit(uow, data).id


def _start(audit_id: UUID, day: date | None = None) -> UUID:
    with acting("audit:conduct", _lead_of(audit_id), day or today()) as uow:
        planned = uow.get(Audit, audit_id)
        audit.start_audit(uow, audit_id, StepIn(version=planned.version))
    return audit_id


def _lead_of(audit_id: UUID) -> Someone:
    with acting("audit:read", CLAIRE, today()) as uow:
        lead_id = uow.get(Audit, audit_id).lead_id
    return next(someone for someone in BY_NAME.values() if someone.id == lead_id)


def read_everything() -> None:
    """Nobody comes back to a year of unread news."""
    for someone in PEOPLE:
        with acting("notifications:read", someone, today()) as uow:
            notifications.mark_all_read(uow)


def find_something_today(site: str) -> None:
    """So that the audit under way has its first finding, and some inboxes their first news."""
    grade, process, requirement, statement, evidence, *_ = FINDINGS[0]
    data = FindingIn(
        id=id_of(f"finding {site} today"),
        grade=Grade(grade),
        process=process,
        requirement_id=citations().get(requirement),
        requirement=requirement,
        statement=statement,
        evidence=evidence,
    )
    audit_id = id_of(f"audit {site} {today()} {len(AUDITS)}")
    with acting("audit:conduct", auditor_of(site), today()) as uow:
        audit.raise_finding(uow, audit_id, data)
