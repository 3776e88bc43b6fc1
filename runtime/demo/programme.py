"""The programme of audits of the group, and what certifiers have certified."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from runtime.demo import fieldwork
from runtime.demo.acting import acting, today
from runtime.demo.group import BY_NAME, GROUP, SITES, auditor_of, coordinator_of, id_of
from runtime.demo.library import norms
from services.audit import commands as audit
from services.audit.fieldwork import planning
from services.audit.fieldwork.schemas import PreparationIn
from services.audit.models import Audit
from services.audit.programme import certifying, commands, ratings
from services.audit.programme.certificate_schemas import (
    CertificateIn,
    MetIn,
    RiskCategory,
    SampleIn,
    SampleKind,
)
from services.audit.programme.certified import windows_of
from services.audit.programme.models import Entry, Programme
from services.audit.programme.months import ONE_DAY, add_months, month_of
from services.audit.programme.schemas import (
    DropIn,
    EntryIn,
    PlanIn,
    PostponeIn,
    ProgrammeIn,
    RatingIn,
    StepIn,
)
from services.audit.schemas import StepIn as AuditStep

CLAIRE, MARC = BY_NAME["Claire Duval"], BY_NAME["Marc Weber"]
BEFORE, AFTER = 9, 2
"""Months of the programme that are over, and that are to come."""

LINES: Final = [
    ("Saint-Nazaire", 1, ["ACHATS"], "Deux fournisseurs critiques ont changé dans l'année."),
    ("Le Havre", 3, ["LOG"], "Le quai a été réorganisé, les flux piétons sont nouveaux."),
    ("Pont-de-Claix", 6, ["PROD"], "Nouvelle ligne de distillation mise en service."),
    ("Moirans", 4, ["MAINT"], "Les retards de maintenance préventive s'accumulent."),
    ("Roussillon", 5, ["LOG"], "L'entrepôt extérieur est sous-traité depuis un an."),
    ("Figeac", 10, ["PROD", "MAINT"], "Suite des écarts de réglage relevés l'an dernier."),
    ("Lacq", 11, ["PROD"], "Un risque y a été remonté, au-delà de ce que le site accepte."),
]
HELD, POSTPONED, DROPPED, PLANNED = range(3), 3, 4, 5
RATED: Final = [("PROD", 3, 1), ("MAINT", 2, 1), ("LOG", 2, 0)]


def programme_audits() -> None:
    """A programme with audits held, one postponed, one dropped, one planned, one to be planned."""
    programme = _draft()
    lines = [_line(programme, number) for number in range(len(LINES))]
    with acting("audit:plan", MARC, _at(0) - timedelta(days=12)) as uow:
        shown = StepIn(version=uow.get(Programme, programme).version)
        commands.approve_programme(uow, programme, shown)
    for number in HELD:
        _hold(lines[number], LINES[number][0], _at(LINES[number][1]) + timedelta(days=9))
    _postpone(lines[POSTPONED])
    _drop(lines[DROPPED])
    _plan(lines[PLANNED], LINES[PLANNED][0], _at(LINES[PLANNED][1]) + timedelta(days=8))
    for site in SITES[:3]:
        for process, criticality, changes in RATED:
            _rate(site, process, criticality, changes)


def certify() -> None:
    """One certificate for all sites, in its first cycle; one that a site wants."""
    certificate = _multi_site()
    with acting("audit:plan", CLAIRE, today() - timedelta(days=70)) as uow:
        wish = SampleIn(kind=SampleKind.SURVEILLANCE, year=today().year)
        certifying.draw_sample(uow, certificate, wish)
    with acting("audit:plan", CLAIRE, today() - timedelta(days=20)) as uow:
        first, *_ = windows_of(uow, certificate)
        held = MetIn(version=first.version, met_on=today() - timedelta(days=40))
        certifying.note_held(uow, first.id, held)
    with acting("audit:plan", coordinator_of("Lacq"), today() - timedelta(days=15)) as uow:
        certifying.register_certificate(uow, _wanted_at_lacq())


def _draft() -> UUID:
    data = ProgrammeIn(
        id=id_of("programme"),
        site_id=id_of(GROUP),
        title=f"Programme d'audits internes {_at(0).year}-{_at(BEFORE + AFTER).year}",
        starts_on=_at(0),
        ends_on=_at(BEFORE + AFTER),
        objectives="Couvrir chaque processus et chaque exigence en trois ans, chaque site chaque "
        "année, et vérifier l'efficacité des actions de l'an dernier.",
        risks="Deux auditeurs partent dans l'année : des audits croisés entre sites sont prévus.",
        days={id_of(site): Decimal(6) for site in SITES},
    )
    with acting("audit:plan", CLAIRE, _at(0) - timedelta(days=25)) as uow:
        return commands.draft_programme(uow, data).id


def _line(programme: UUID, number: int) -> UUID:
    site, after, processes, aim = LINES[number]
    data = EntryIn(
        id=id_of(f"programme {number}"),
        site_id=id_of(site),
        aim=aim,
        reference_ids=[*norms().values()],
        processes=processes,
        month=_at(after),
        days=Decimal(2),
    )
    with acting("audit:plan", CLAIRE, _at(0) - timedelta(days=20)) as uow:
        return commands.add_entry(uow, programme, data).id


def _plan(entry: UUID, site: str, day: date) -> UUID:
    with acting("audit:plan", coordinator_of(site), min(day, today()) - timedelta(days=21)) as uow:
        known = uow.get(Entry, entry)
        wish = PlanIn(
            version=known.version,
            title=f"Audit du programme, {', '.join(known.processes)} - {site}",
            planned_for=day,
            until=day + ONE_DAY,
            lead_id=auditor_of(site).id,
        )
        return commands.plan_entry(uow, entry, wish).id


def _hold(entry: UUID, site: str, day: date) -> None:
    planned, lead = _plan(entry, site, day), auditor_of(site)
    with acting("audit:conduct", lead, day - timedelta(days=14)) as uow:
        known = uow.get(Audit, planned)
        facts = {name: getattr(known, name) for name in PreparationIn.model_fields}
        ready = PreparationIn.model_validate(facts | {"method_reason": fieldwork.REASON})
        planning.prepare_audit(uow, planned, ready)
    fieldwork.plan(planned, site, day)
    with acting("audit:conduct", lead, day) as uow:
        shown = AuditStep(version=uow.get(Audit, planned).version)
        audit.start_audit(uow, planned, shown)
    with acting("audit:conduct", lead, day + ONE_DAY) as uow:
        shown = AuditStep(version=uow.get(Audit, planned).version)
        commands.end_fieldwork(uow, planned, shown)


def _postpone(entry: UUID) -> None:
    month, reason = _at(BEFORE + 1), "Arrêt technique prolongé : l'atelier ne tourne pas."
    with acting("audit:plan", coordinator_of(LINES[POSTPONED][0]), _at(4)) as uow:
        wish = PostponeIn(version=uow.get(Entry, entry).version, month=month, reason=reason)
        commands.postpone_entry(uow, entry, wish)


def _drop(entry: UUID) -> None:
    reason = "L'activité de l'entrepôt a été reprise par le transporteur, elle sort du périmètre."
    with acting("audit:plan", coordinator_of(LINES[DROPPED][0]), _at(5)) as uow:
        wish = DropIn(version=uow.get(Entry, entry).version, reason=reason)
        commands.drop_entry(uow, entry, wish)


def _rate(site: str, process: str, criticality: int, changes: int) -> None:
    data = RatingIn(
        site_id=id_of(site),
        process=process,
        criticality=criticality,
        changes=changes,
        reason="Cotation de la revue annuelle des processus",
    )
    with acting("audit:plan", coordinator_of(site), today() - timedelta(days=90)) as uow:
        ratings.rate_process(uow, data)


def _multi_site() -> UUID:
    data = CertificateIn(
        id=id_of("certificate"),
        site_id=id_of(GROUP),
        reference_id=next(iter(norms().values())),
        body="AFNOR Certification",
        accreditation="COFRAC 4-0001",
        number="2025/104512.3",
        scope="Conception et fabrication de pièces composites et de produits de chimie fine",
        site_ids=[id_of(site) for site in SITES],
        central_id=id_of(SITES[0]),
        risks={id_of("Pont-de-Claix"): RiskCategory.HIGH, id_of("Lacq"): RiskCategory.HIGH},
        decided_on=today() - timedelta(days=395),
        certified_since=today() - timedelta(days=395 + 3 * 365),
    )
    with acting("audit:plan", CLAIRE, today() - timedelta(days=380)) as uow:
        return certifying.register_certificate(uow, data).id


def _wanted_at_lacq() -> CertificateIn:
    return CertificateIn(
        id=id_of("certificate of Lacq"),
        site_id=id_of("Lacq"),
        reference_id=[*norms().values()][-1],
        body="Bureau Veritas Certification",
        scope="Production de chimie fine à Lacq",
        site_ids=[id_of("Lacq")],
        wanted_by=today() + timedelta(days=240),
    )


def _at(after: int) -> date:
    """The first day of a month of the programme."""
    return add_months(month_of(today()), after - BEFORE)
