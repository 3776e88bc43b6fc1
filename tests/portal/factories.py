"""Where the tests of pages start from, made by the services' own commands."""

from datetime import date
from uuid import UUID

from services.audit import commands as auditing
from services.audit.fieldwork import planning
from services.audit.models import Audit
from services.audit.schemas import AuditIn, StepIn
from services.policy import commands as governing
from services.policy.models import Policy
from services.policy.schemas import Domain, PolicyIn
from services.policy.schemas import StepIn as PolicyStep
from services.risk import commands as assessing
from services.risk.models import Risk
from services.risk.schemas import Domain as RiskDomain
from services.risk.schemas import RatingIn, RiskIn
from shared.work import unit_of_work
from tests.audit.factories import slot_in
from tests.world import WORLD


def planned(title: str = "Audit interne production") -> Audit:
    with unit_of_work("audit", WORLD.alice, permission="audit:plan") as uow:
        audit = auditing.plan_audit(
            uow,
            AuditIn(
                site_id=WORLD.lyon,
                title=title,
                criteria=["ISO 9001:2015 8.5"],
                planned_for=date(2030, 1, 7),
                lead_id=WORLD.diane.id,
                objectives="Vérifier la maîtrise des réglages",
                method_reason="Les réglages se voient à la presse",
            ),
        )
    with unit_of_work("audit", WORLD.diane, permission="audit:conduct") as uow:
        planning.add_slot(uow, audit.id, slot_in())
    return audit


def lead_under_way() -> Audit:
    audit = planned()
    with unit_of_work("audit", WORLD.diane, permission="audit:conduct") as uow:
        return auditing.start_audit(uow, audit.id, StepIn(version=audit.version))


def policy_in_force() -> Policy:
    with unit_of_work("policy", WORLD.greta, permission="policy:write") as uow:
        draft = governing.draft_policy(
            uow,
            PolicyIn(
                title="Politique QSE du groupe",
                text="Nous protégeons nos équipes, nos clients et notre environnement.",
                domains=[Domain.QUALITY, Domain.SAFETY],
                commitments=["Améliorer en continu"],
                owner_id=WORLD.greta.id,
            ),
        )
        governing.submit_policy(uow, draft.id, PolicyStep(version=draft.version))
    with unit_of_work("policy", WORLD.hugo, permission="policy:approve") as uow:
        approved = governing.approve_policy(uow, draft.id, PolicyStep(version=draft.version))
    with unit_of_work("policy", WORLD.greta, permission="policy:write") as uow:
        return governing.publish_policy(uow, draft.id, PolicyStep(version=approved.version))


def risk_at_lyon(title: str = "Chute de hauteur") -> Risk:
    with unit_of_work("risk", WORLD.alice, permission="risk:write") as uow:
        return assessing.assess_risk(
            uow,
            RiskIn(
                site_id=WORLD.lyon,
                domain=RiskDomain.SAFETY,
                title=title,
                method_reason="La grille du groupe, connue de tous",
                initial=RatingIn(gravity=2, probability=2),
            ),
        )


def finding_form(**other: object) -> dict[str, object]:
    return {
        "grade": "NC_MAJ",
        "process": "PROD",
        "requirement": "ISO 45001:2018 8.1.2",
        "statement": "Le carter de la presse 4 est ouvert pendant la production",
        "evidence": "Photographie du poste 4",
    } | other


def id_in(address: str) -> UUID:
    """The id at the end of an address that a page sends to."""
    return UUID(address.partition("?")[0].rpartition("/")[2])
