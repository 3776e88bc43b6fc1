"""What can be done to a certificate, to what its cycle asks for, and to the sample of its sites."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from services.audit.events import CertificateExpired, CertificationDue
from services.audit.library.queries import references_named
from services.audit.programme.certificate_models import Certificate, Sample, Window
from services.audit.programme.certificate_schemas import (
    CertificateChange,
    CertificateFacts,
    CertificateIn,
    CertificateStatus,
    DecisionIn,
    MetIn,
    RiskCategory,
    SampleIn,
    StatusIn,
)
from services.audit.programme.certified import (
    ended_by,
    kept,
    last_visits,
    windows_of,
    windows_to_tell_of,
)
from services.audit.programme.cycle import Due, begun, dues, initial, renewed
from services.audit.programme.errors import (
    AddedWithoutReason,
    CentralNotASite,
    DecisionMissing,
    NotInTheFuture,
    SampleDrawn,
    SitesOutsideCertificate,
    TooFewSites,
)
from services.audit.programme.sampling import EDITION, Candidate, chosen, size
from shared.directory import sites_below
from shared.work import UnitOfWork

LADDER: Final = (120, 60, 30, 7)
"""Days before its end at which it is told that an audit has to be held, each once."""
TOLD_AT_ONCE: Final = 200
SEED_BYTES: Final = 16
FEWEST_SITES: Final = 2


def register_certificate(uow: UnitOfWork, data: CertificateIn) -> Certificate:
    """Enter a certificate: one that was decided, or one that is wanted by a day."""
    known = uow.find(Certificate, data.id)
    if known is not None:
        return known
    values = data.model_dump(exclude_none=True, exclude={"decided_on", "risks"})
    certificate = Certificate(**values, risks=_risks(data), status=CertificateStatus.IN_PROGRESS)
    _require_sites(uow, certificate, data)
    uow.add(certificate)
    if data.decided_on is not None:
        certificate.decide(begun(data.decided_on, data.expiry_rule), "", uow.now.date())
        _ask_for(uow, certificate, _dues(certificate))
    elif data.wanted_by is not None:
        _ask_for(uow, certificate, initial(data.wanted_by))
    else:
        raise DecisionMissing(missing="decided_on")
    return certificate


def change_certificate(
    uow: UnitOfWork, certificate_id: UUID, data: CertificateChange
) -> Certificate:
    certificate = uow.get(Certificate, certificate_id, lock=True, seen=data)
    certificate.require_alive()
    _require_sites(uow, certificate, data)
    for name in ("body", "accreditation", "number", "scope", "site_ids", "central_id"):
        setattr(certificate, name, getattr(data, name))
    certificate.risks = _risks(data)
    uow.session.flush()
    return certificate


def note_decision(uow: UnitOfWork, certificate_id: UUID, data: DecisionIn) -> Certificate:
    """The body decided: a cycle begins, and what was left of the one before has lapsed."""
    certificate = uow.get(Certificate, certificate_id, lock=True, seen=data)
    before, rule = certificate.validity, certificate.expiry_rule
    if before is None:
        cycle = begun(data.decided_on, rule)
    else:
        cycle = renewed(before, data.decided_on, rule, keeps_day=data.keeps_day)
    certificate.decide(cycle, data.number, uow.now.date())
    _let_lapse(uow, certificate)
    _ask_for(uow, certificate, _dues(certificate))
    uow.session.flush()
    return certificate


def set_status(uow: UnitOfWork, certificate_id: UUID, data: StatusIn) -> Certificate:
    certificate = uow.get(Certificate, certificate_id, lock=True, seen=data)
    uow.because(data.reason)
    certificate.set_status(data.status, data.reason)
    if not certificate.status.is_alive:
        _let_lapse(uow, certificate)
    uow.session.flush()
    return certificate


def note_held(uow: UnitOfWork, window_id: UUID, data: MetIn) -> Window:
    """An audit of the cycle that this platform holds no audit of."""
    if data.met_on > uow.now.date():
        raise NotInTheFuture(today=uow.now.date())
    window = uow.get(Window, window_id, lock=True, seen=data)
    window.note(data.met_on)
    uow.session.flush()
    uow.session.refresh(window)
    return window


def draw_sample(uow: UnitOfWork, certificate_id: UUID, data: SampleIn) -> Sample:
    """Choose the sites of an audit, once: nobody draws until the choice pleases."""
    known = uow.find(Sample, data.id)
    if known is not None:
        return known
    certificate = uow.get(Certificate, certificate_id, lock=True)
    certificate.require_alive()
    if data.added and not data.reason:
        raise AddedWithoutReason(missing="reason")
    if len(certificate.others) < FEWEST_SITES:
        raise TooFewSites
    _require_undrawn(uow, certificate, data)
    candidates = _candidates(uow, certificate)
    asked = size(data.kind, len(candidates), effective=data.effective, added=data.added)
    seed = secrets.token_hex(SEED_BYTES)
    choice = chosen(candidates, asked, seed)
    return uow.add(
        Sample(
            **data.model_dump(exclude_none=True),
            certificate_id=certificate.id,
            site_id=certificate.site_id,
            cycle=certificate.cycle,
            edition=EDITION,
            central_id=certificate.central_id,
            seed=seed,
            candidates=[kept(one, choice.get(one.site_id)) for one in candidates],
            drawn_by=uow.actor.id,
            drawn_at=uow.now,
        )
    )


def remind(uow: UnitOfWork) -> None:
    """Tell what has to be held soon: each step of the ladder once, however often this runs."""
    today = uow.now.date()
    for level in reversed(LADDER):
        by = today + timedelta(days=level)
        while waiting := windows_to_tell_of(uow, level, by, TOLD_AT_ONCE):
            for window in waiting:
                window.told = level
            uow.publish_all([(_due(uow, window), window) for window in waiting])


def end_certificates(uow: UnitOfWork) -> None:
    """The day after its last valid day a certificate has expired."""
    for certificate in ended_by(uow, uow.now.date()):
        certificate.status = CertificateStatus.EXPIRED
        _let_lapse(uow, certificate)
        expired = CertificateExpired(
            certificate_id=certificate.id,
            site_id=certificate.site_id,
            expired_on=certificate.expires_on or uow.now.date(),
        )
        uow.publish(expired, about=certificate)


def _due(uow: UnitOfWork, window: Window) -> CertificationDue:
    return CertificationDue(
        window_id=window.id,
        certificate_id=window.certificate_id,
        site_id=window.site_id,
        stage=window.stage.value,
        latest_on=window.latest_on,
        days_left=(window.latest_on - uow.now.date()).days,
    )


def _dues(certificate: Certificate) -> list[Due]:
    return dues(certificate.validity) if certificate.validity else []


def _ask_for(uow: UnitOfWork, certificate: Certificate, asked: Sequence[Due]) -> None:
    """What is past when it is entered is told to nobody: it was held, or somebody notes it."""
    [reference] = references_named(uow, [certificate.reference_id])
    today = uow.now.date()
    for due in asked:
        uow.add(
            Window(
                certificate_id=certificate.id,
                site_id=certificate.site_id,
                title=f"{certificate.body} · {reference.label}"[:200],
                cycle=certificate.cycle,
                stage=due.stage,
                opens_on=due.opens_on,
                latest_on=due.latest_on,
                told=0 if due.latest_on < today else None,
            )
        )


def _let_lapse(uow: UnitOfWork, certificate: Certificate) -> None:
    for window in windows_of(uow, certificate.id):
        if window.met_on is None:
            window.lapsed = True


def _require_sites(uow: UnitOfWork, certificate: Certificate, data: CertificateFacts) -> None:
    strange = set(data.site_ids) - set(sites_below(uow, certificate.site_id))
    if strange:
        raise SitesOutsideCertificate(count=len(strange))
    if data.central_id is not None and data.central_id not in data.site_ids:
        raise CentralNotASite


def _require_undrawn(uow: UnitOfWork, certificate: Certificate, data: SampleIn) -> None:
    same = uow.select(Sample).where(
        Sample.certificate_id == certificate.id,
        Sample.cycle == certificate.cycle,
        Sample.kind == data.kind,
        Sample.year == data.year,
    )
    if uow.session.scalar(same) is not None:
        raise SampleDrawn(year=data.year)


def _candidates(uow: UnitOfWork, certificate: Certificate) -> list[Candidate]:
    visited = last_visits(uow, certificate)
    return [
        Candidate(site, visited.get(site), _risk(certificate, site)) for site in certificate.others
    ]


def _risk(certificate: Certificate, site: UUID) -> RiskCategory:
    return RiskCategory(certificate.risks.get(str(site), RiskCategory.MEDIUM))


def _risks(data: CertificateFacts) -> dict[str, str]:
    return {str(site): risk.value for site, risk in data.risks.items()}
