"""Auditors with what shows that they can, and audits that ask for it."""

from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from services.audit import commands
from services.audit.auditors import files, teams
from services.audit.auditors.models import Auditor, AuditorRules, Competence
from services.audit.auditors.schemas import (
    AuditorIn,
    CompetenceIn,
    EngagementIn,
    EngagementKind,
    Level,
    LinkIn,
    LinkKind,
    PracticeIn,
    RulesIn,
    TeamRole,
)
from services.audit.auditors.team_schemas import SeatIn, TeamIn, TeamOut
from services.audit.fieldwork import planning
from services.audit.library import commands as library
from services.audit.models import Audit
from services.audit.schemas import AuditIn, StepIn
from services.identity import commands as identity
from services.identity.schemas import GrantIn, Role
from shared.auth import SYSTEM, Actor
from shared.catalogue import current_edition, supersede
from shared.work import clock, unit_of_work
from tests.audit.factories import slot_in
from tests.helpers import Bus
from tests.world import SINCE, WORLD, id_of

TODAY: Final = clock().date()
SOON: Final = (TODAY.replace(day=1) + timedelta(days=62)).replace(day=10)
"""In another month than today, and not at its edge."""
LATER: Final = TODAY + timedelta(days=400)


def audits_at_lyon(who: Actor, bus: Bus, role: Role = Role.AUDITOR, **more: Any) -> None:  # noqa: ANN401
    """Give somebody a role at Lyon besides what they hold elsewhere."""
    with unit_of_work("identity", SYSTEM, permission="identity:admin") as uow:
        grant = GrantIn(person_id=who.id, role=role, node_id=WORLD.lyon, valid_from=SINCE, **more)
        identity.grant(uow, grant)
    bus.deliver_all()


def file_of(who: Actor = WORLD.diane, site: UUID = WORLD.lyon, **more: Any) -> Auditor:  # noqa: ANN401
    with unit_of_work("audit", WORLD.greta, permission="audit:plan") as uow:
        return files.open_file(uow, AuditorIn(site_id=site, person_id=who.id, **more))


def competence_in(**more: Any) -> CompetenceIn:  # noqa: ANN401
    facts: dict[str, Any] = {
        "code": "ISO 9001",
        "level": Level.LEAD,
        "proof": "Certificat de formation ISO 19011",
        "valid_from": TODAY - timedelta(days=300),
        "valid_to": LATER,
    }
    return CompetenceIn(**(facts | more))


def granted(auditor: Auditor, **more: Any) -> Competence:  # noqa: ANN401
    with unit_of_work("audit", WORLD.greta, permission="audit:plan") as uow:
        return files.grant_competence(uow, auditor.id, competence_in(**more))


def practised(auditor: Auditor, *days: date, tutored: bool = True) -> None:
    with unit_of_work("audit", WORLD.greta, permission="audit:plan") as uow:
        for day in days:
            data = PracticeIn(held_on=day, code="ISO 9001", tutored=tutored, proof="Rapport signé")
            files.declare_practice(uow, auditor.id, data)


def qualified(who: Actor = WORLD.diane, site: UUID = WORLD.lyon, **more: Any) -> Auditor:  # noqa: ANN401
    """Somebody who may lead an audit by ISO 9001, unless told otherwise."""
    auditor = file_of(who, site)
    granted(auditor, **more)
    practised(auditor, *(TODAY - timedelta(days=30 * n) for n in (2, 4, 6)))
    return auditor


def asked_of_all(**rules: int) -> None:
    """What the group asks of its auditors from now on, where it differs."""
    with unit_of_work("audit", WORLD.greta, permission="audit:plan") as uow:
        old = current_edition(uow, AuditorRules, "GROUP")
        kept = {name: getattr(old, name) for name in RulesIn.model_fields if name != "code"}
        supersede(uow, old, kept | rules)


def fit_to_lead(*codes: str, who: Actor = WORLD.diane) -> None:
    """Let somebody lead audits by these references on any day, in a group that asks no practice."""
    asked_of_all(lead_audits=0, lead_tutored=0, kept_audits=0)
    with unit_of_work("audit", SYSTEM) as uow:
        known = uow.session.scalar(uow.select(Auditor).where(Auditor.person_id == who.id))
        held = uow.select(Competence).where(Competence.auditor_id == (known.id if known else None))
        qualified = {one.code for one in uow.session.scalars(held)}
    auditor = known or file_of(who)
    for code in set(codes) - qualified:
        granted(auditor, code=code, valid_to=date(2999, 1, 1))


def away(auditor: Auditor, since: date, until: date) -> None:
    with unit_of_work("audit", WORLD.greta, permission="audit:plan") as uow:
        data = EngagementIn(kind=EngagementKind.TRAINING, since=since, until=until)
        files.declare_engagement(uow, auditor.id, data)


def tied(auditor: Auditor, kind: LinkKind, **more: Any) -> None:  # noqa: ANN401
    with unit_of_work("audit", WORLD.greta, permission="audit:plan") as uow:
        files.declare_link(uow, auditor.id, LinkIn(kind=kind, **more))


def iso_audit(*codes: str, **more: Any) -> Audit:  # noqa: ANN401
    """An audit of PROD at Lyon by ISO 9001. It has no lead yet, unless one is given."""
    codes = codes or ("ISO 9001",)
    facts: dict[str, Any] = {
        "site_id": WORLD.lyon,
        "title": "Audit ISO 9001 de la production",
        "reference_ids": known(*codes),
        "processes": ["PROD"],
        "planned_for": SOON,
        "objectives": "Vérifier que la production est maîtrisée",
        "method_reason": "Les postes se voient sur place",
    }
    with unit_of_work("audit", WORLD.greta, permission="audit:plan") as uow:
        audit = commands.plan_audit(uow, AuditIn(**(facts | more)))
    with unit_of_work("audit", SYSTEM) as uow:
        planning.add_slot(uow, audit.id, slot_in(day=audit.planned_for))
    return audit


def known(*codes: str) -> list[UUID]:
    """References as the audit service was told of them, and a process that both sites run."""
    told: dict[str, Any] = {
        "edition": "2015",
        "kind": "standard",
        "title_fr": "Norme",
        "title_en": "Standard",
    }
    told |= {"in_force_from": SINCE, "in_force_until": None}
    names = {"name_fr": "Produire", "name_en": "Production", "category": "operational"}
    with unit_of_work("audit", SYSTEM) as uow:
        library.keep_process(
            uow, id_of("PROD"), names | {"code": "PROD", "site_ids": [WORLD.lyon, WORLD.lille]}
        )
        for code in codes:
            library.keep_reference(uow, id_of(code), told | {"code": code})
    return [id_of(code) for code in codes]


def seat(who: Actor, role: TeamRole = TeamRole.LEAD, derogation: str = "") -> SeatIn:
    return SeatIn(person_id=who.id, role=role, derogation=derogation)


def chosen(audit: Audit, *seats: SeatIn, by: Actor = WORLD.alice, reason: str = "") -> TeamOut:
    with unit_of_work("audit", by, permission="audit:plan") as uow:
        version = uow.get(Audit, audit.id).version
        return teams.choose_team(
            uow, audit.id, TeamIn(version=version, seats=list(seats), reason=reason)
        )


def started(audit: Audit, by: Actor = WORLD.diane) -> Audit:
    with unit_of_work("audit", by, permission="audit:conduct") as uow:
        version = uow.get(Audit, audit.id).version
        return commands.start_audit(uow, audit.id, StepIn(version=version))
