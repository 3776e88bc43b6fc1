"""Programmes, certificates and what they speak of, made by the audit service's own commands."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from services.audit import commands as auditing
from services.audit.fieldwork import planning
from services.audit.fieldwork.schemas import PreparationIn
from services.audit.library import commands as library
from services.audit.models import Audit
from services.audit.programme import certifying, commands, ratings
from services.audit.programme.certificate_models import Certificate, Sample, Window
from services.audit.programme.certificate_schemas import CertificateIn, SampleIn, SampleKind
from services.audit.programme.certified import windows_of
from services.audit.programme.models import Entry, Programme
from services.audit.programme.schemas import (
    DropIn,
    EntryIn,
    PlanIn,
    PostponeIn,
    ProgrammeIn,
    RatingIn,
    StepIn,
)
from services.audit.schemas import AuditIn
from services.audit.schemas import StepIn as AuditStep
from shared.auth import SYSTEM, Actor
from shared.work import clock, unit_of_work
from tests.audit.auditors.factories import fit_to_lead
from tests.audit.factories import DAY, slot_in
from tests.world import WORLD, id_of

ISO_9001, ISO_14001 = id_of("ISO 9001:2015"), id_of("ISO 14001:2015")
FIRST, LAST = date(2030, 1, 1), date(2030, 12, 1)
MARCH, JUNE = date(2030, 3, 1), date(2030, 6, 1)
CLAUSES = ("4.1", "6.1", "8.4", "8.5.1")


def known_references() -> None:
    """Two references with some requirements, the processes of the sites, and who may lead."""
    sites = [WORLD.lyon, WORLD.lille, WORLD.brest]
    with unit_of_work("audit", SYSTEM) as uow:
        for id, code in ((ISO_9001, "ISO 9001"), (ISO_14001, "ISO 14001")):
            said: dict[str, Any] = {
                "code": code,
                "edition": "2015",
                "kind": "standard",
                "in_force_until": None,
            }
            titles = {"title_fr": code, "title_en": code, "in_force_from": date(2015, 9, 15)}
            library.keep_reference(uow, id, {"in_force_until": None, **said, **titles})
            library.keep_requirements(uow, id, [_clause(id, n) for n in range(len(CLAUSES))])
        for code, at in (("PROD", sites), ("ACHATS", sites), ("MAINT", sites[:1])):
            told = {"name_fr": code.title(), "name_en": code.title(), "category": "operational"}
            library.keep_process(uow, id_of(code), {"code": code, "site_ids": at, **told})
    fit_to_lead("ISO 9001", "ISO 14001")


def another_process(code: str) -> None:
    """One that runs at Lyon, and that no audit has been about."""
    told = {"code": code, "name_fr": code, "name_en": code, "category": "support"}
    with unit_of_work("audit", SYSTEM) as uow:
        library.keep_process(uow, id_of(code), {"site_ids": [WORLD.lyon], **told})


def _clause(reference: UUID, number: int) -> dict[str, Any]:
    titles = {"title_fr": f"Exigence {number}", "title_en": f"Clause {number}"}
    told: dict[str, Any] = {"number": CLAUSES[number], "parent_id": None, "theme": None, "also": []}
    return {"id": clause(reference, number), "position": number, **titles, **told}


def clause(reference: UUID, number: int) -> UUID:
    return uuid5(reference, CLAUSES[number])


def programme_in(place: UUID = WORLD.lyon) -> ProgrammeIn:
    return ProgrammeIn(
        site_id=place,
        title="Programme d'audits 2030",
        starts_on=FIRST,
        ends_on=LAST,
        objectives="Couvrir le système en un an",
        days={WORLD.lyon: Decimal(12)},
    )


def entry_in(site: UUID = WORLD.lyon, **more: Any) -> EntryIn:  # noqa: ANN401
    told = {"aim": "Le processus a changé d'organisation", "month": MARCH, "days": Decimal(2)}
    about = {"reference_ids": [ISO_9001], "processes": ["PROD"]}
    return EntryIn.model_validate({"site_id": site, **told, **about} | more)


def drafted(place: UUID = WORLD.lyon, by: Actor | None = None) -> Programme:
    with unit_of_work("audit", by or WORLD.alice, permission="audit:plan") as uow:
        return commands.draft_programme(uow, programme_in(place))


def drafted_entry(programme: Programme, by: Actor | None = None, **more: Any) -> Entry:  # noqa: ANN401
    with unit_of_work("audit", by or WORLD.alice, permission="audit:plan") as uow:
        return commands.add_entry(uow, programme.id, entry_in(**more))


def approved(programme: Programme | None = None) -> Programme:
    """A programme with an entry, written by Alice and approved by Greta."""
    if programme is None:
        programme = drafted()
        drafted_entry(programme)
    with unit_of_work("audit", WORLD.greta, permission="audit:plan") as uow:
        shown = StepIn(version=uow.get(Programme, programme.id).version)
        return commands.approve_programme(uow, programme.id, shown)


def programmed() -> Entry:
    programme = approved()
    with unit_of_work("audit", SYSTEM) as uow:
        return uow.session.scalars(
            uow.select(Entry).where(Entry.programme_id == programme.id)
        ).one()


def planned(entry: Entry | None = None, day: date = DAY) -> Audit:
    entry = entry or programmed()
    wanted = PlanIn(
        version=entry.version, title="Audit production", planned_for=day, lead_id=WORLD.diane.id
    )
    with unit_of_work("audit", WORLD.alice, permission="audit:plan") as uow:
        return commands.plan_entry(uow, entry.id, wanted)


def prepared(audit: Audit) -> Audit:
    """With its method, and a meeting in its plan."""
    with unit_of_work("audit", WORLD.diane, permission="audit:conduct") as uow:
        facts = {name: getattr(audit, name) for name in PreparationIn.model_fields}
        settled = {"objectives": "Vérifier", "method_reason": "Cela se voit sur place"}
        planning.prepare_audit(uow, audit.id, PreparationIn.model_validate(facts | settled))
    with unit_of_work("audit", WORLD.diane, permission="audit:conduct") as uow:
        planning.add_slot(uow, audit.id, slot_in(day=audit.planned_for))
        return uow.get(Audit, audit.id)


def started(audit: Audit) -> Audit:
    ready = prepared(audit)
    with unit_of_work("audit", WORLD.diane, permission="audit:conduct") as uow:
        return auditing.start_audit(uow, audit.id, AuditStep(version=ready.version))


def held(audit: Audit) -> Audit:
    started(audit)
    return ended(audit)


def ended(audit: Audit) -> Audit:
    with unit_of_work("audit", WORLD.diane, permission="audit:conduct") as uow:
        shown = AuditStep(version=uow.get(Audit, audit.id).version)
        return commands.end_fieldwork(uow, audit.id, shown)


def held_on(day: date, *processes: str, references: tuple[UUID, ...] = (ISO_9001,)) -> Audit:
    """An audit at Lyon that no programme wanted."""
    told = {"title": "Audit tenu", "criteria": ["ISO 9001:2015"], "lead_id": WORLD.diane.id}
    about = {"reference_ids": list(references), "processes": list(processes)}
    data = {"site_id": WORLD.lyon, "planned_for": day, **told, **about}
    with unit_of_work("audit", WORLD.alice, permission="audit:plan") as uow:
        audit = auditing.plan_audit(uow, AuditIn.model_validate(data))
    return held(audit)


def postponed(entry: Entry | None = None) -> Entry:
    entry = entry or programmed()
    wish = PostponeIn(version=entry.version, month=JUNE, reason="Arrêt de l'atelier")
    with unit_of_work("audit", WORLD.alice, permission="audit:plan") as uow:
        return commands.postpone_entry(uow, entry.id, wish)


def dropped(entry: Entry | None = None) -> Entry:
    entry = entry or programmed()
    with unit_of_work("audit", WORLD.alice, permission="audit:plan") as uow:
        wish = DropIn(version=entry.version, reason="Activité cédée")
        return commands.drop_entry(uow, entry.id, wish)


def closed() -> Programme:
    entry = dropped()
    with unit_of_work("audit", WORLD.alice, permission="audit:plan") as uow:
        shown = StepIn(version=uow.get(Programme, entry.programme_id).version)
        return commands.close_programme(uow, entry.programme_id, shown)


def rated(process: str = "PROD", criticality: int = 3, changes: int = 1) -> None:
    told = {"criticality": criticality, "changes": changes, "reason": "Nouvelle ligne"}
    with unit_of_work("audit", WORLD.alice, permission="audit:plan") as uow:
        data = {"site_id": WORLD.lyon, "process": process, **told}
        ratings.rate_process(uow, RatingIn.model_validate(data))


def certificate_in(place: UUID = WORLD.lyon, **more: Any) -> CertificateIn:  # noqa: ANN401
    told = {"body": "AFNOR Certification", "number": "2029/1", "scope": "Pièces composites"}
    about = {"reference_id": ISO_9001, "site_ids": [WORLD.lyon], "decided_on": lately()}
    return CertificateIn.model_validate({"site_id": place, **told, **about} | more)


def lately() -> date:
    """Of a certificate that is in its first year."""
    return clock().date() - timedelta(days=331)


def certified(by: Actor | None = None, **more: Any) -> Certificate:  # noqa: ANN401
    with unit_of_work("audit", by or WORLD.alice, permission="audit:plan") as uow:
        return certifying.register_certificate(uow, certificate_in(**more))


def multi_site(**more: Any) -> Certificate:  # noqa: ANN401
    """One certificate of the group: its central function at Lyon, and two other sites."""
    sites = {"site_ids": [WORLD.lyon, WORLD.lille, WORLD.brest], "central_id": WORLD.lyon}
    return certified(by=WORLD.greta, place=WORLD.group, **sites | more)


def windows(certificate: Certificate) -> list[Window]:
    with unit_of_work("audit", SYSTEM) as uow:
        return list(windows_of(uow, certificate.id))


def sampled(certificate: Certificate | None = None, year: int = 2030) -> Sample:
    chosen = certificate or multi_site()
    with unit_of_work("audit", WORLD.greta, permission="audit:plan") as uow:
        wish = SampleIn(kind=SampleKind.SURVEILLANCE, year=year)
        return certifying.draw_sample(uow, chosen.id, wish)
