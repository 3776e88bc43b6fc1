"""What is asked of certificates, of what their cycles ask for, and of the samples of sites."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import Select, Uuid, any_, func, literal, or_
from sqlalchemy.dialects.postgresql import ARRAY

from services.audit.models import Audit
from services.audit.programme.certificate_models import Certificate, Sample, Window
from services.audit.programme.certificate_schemas import (
    CertificateStatus,
    Choice,
    RiskCategory,
    SampledSite,
    SampleKind,
    SampleOut,
    Stage,
)
from services.audit.programme.models import HELD, Entry
from services.audit.programme.sampling import Candidate, chosen, lot, size
from services.audit.programme.schemas import EntryStatus
from services.audit.schemas import Party
from shared.dated import Dated
from shared.directory import within
from shared.imports import those
from shared.work import UnitOfWork

ALIVE: Final = tuple(status for status in CertificateStatus if status.is_alive)
CERTIFICATES_BY: Final = (Certificate.body, Certificate.status)
"""What a reader may have the list go by."""
KINDS: Final = {
    Stage.STAGE_1: SampleKind.INITIAL,
    Stage.STAGE_2: SampleKind.INITIAL,
    Stage.SURVEILLANCE_1: SampleKind.SURVEILLANCE,
    Stage.SURVEILLANCE_2: SampleKind.SURVEILLANCE,
    Stage.RENEWAL: SampleKind.RENEWAL,
}
WINDOWS_DATED: Final = Dated(
    "certification_due",
    Window,
    Window.latest_on,
    Window.title,
    None,
    ~Window.lapsed,
    Window.met_on.is_(None) & ~Window.lapsed,
)
"""What a calendar shows of certificates: by when their audits have to be held."""
Drawn = Mapping[tuple[UUID, int, SampleKind], Sequence[Sample]]


def certificates(
    uow: UnitOfWork, place: UUID | None, status: CertificateStatus | None
) -> Select[Certificate]:
    found = uow.select(Certificate)
    if place is not None:
        found = found.where(within(uow, Certificate, place))
    return found if status is None else found.where(Certificate.status == status)


def alive_at(uow: UnitOfWork, sites: Sequence[UUID]) -> Sequence[Certificate]:
    """Certificates that are or may become valid at one of these sites."""
    here = Certificate.site_ids.op("&&")(literal(list(sites), ARRAY(Uuid)))
    found = uow.select(Certificate).where(Certificate.status.in_(ALIVE), here)
    return uow.session.scalars(found.order_by(Certificate.id)).all()


def windows_of(uow: UnitOfWork, certificate_id: UUID) -> Sequence[Window]:
    found = uow.select(Window).where(Window.certificate_id == certificate_id)
    return uow.session.scalars(found.order_by(Window.latest_on, Window.id)).all()


def windows_without_entry(
    uow: UnitOfWork, certificates: Sequence[Certificate], since: date, until: date
) -> Sequence[Window]:
    """What has to be held in a time, and stands in no programme."""
    gone = uow.select(Entry).where(Entry.status == EntryStatus.DROPPED).with_only_columns(Entry.id)
    found = uow.select(Window).where(
        those(Window.certificate_id, [certificate.id for certificate in certificates]),
        Window.met_on.is_(None),
        ~Window.lapsed,
        Window.opens_on <= until,
        Window.latest_on >= since,
        or_(Window.entry_id.is_(None), Window.entry_id.in_(gone)),
    )
    return uow.session.scalars(found.order_by(Window.latest_on, Window.id)).all()


def windows_to_tell_of(uow: UnitOfWork, level: int, by: date, most: int) -> Sequence[Window]:
    """Those that end by a day and of which no reminder of this level, or a later one, was sent."""
    found = uow.select(Window).where(
        Window.met_on.is_(None),
        ~Window.lapsed,
        Window.latest_on <= by,
        or_(Window.told.is_(None), Window.told > level),
    )
    locked = found.order_by(Window.id).limit(most).with_for_update(of=Window, skip_locked=True)
    return uow.session.scalars(locked).all()


def ended_by(uow: UnitOfWork, day: date) -> Sequence[Certificate]:
    """Certificates whose last valid day was before a day, and that nobody renewed."""
    found = uow.select(Certificate).where(Certificate.expires_on < day)
    alive = found.where(Certificate.status.in_(ALIVE)).order_by(Certificate.id)
    return uow.session.scalars(alive.with_for_update()).all()


def samples_of(uow: UnitOfWork, certificate_id: UUID) -> Sequence[Sample]:
    found = uow.select(Sample).where(Sample.certificate_id == certificate_id)
    return uow.session.scalars(found.order_by(Sample.drawn_at.desc(), Sample.id)).all()


def drawn_for(uow: UnitOfWork, certificates: Sequence[Certificate]) -> Drawn:
    found = uow.select(Sample).where(those(Sample.certificate_id, [c.id for c in certificates]))
    drawn: dict[tuple[UUID, int, SampleKind], list[Sample]] = {}
    for sample in uow.session.scalars(found.order_by(Sample.year)):
        key = sample.certificate_id, sample.cycle, sample.kind
        drawn.setdefault(key, []).append(sample)
    return drawn


def sites_of(certificate: Certificate, window: Window, drawn: Drawn) -> list[UUID]:
    """Where an audit of the cycle goes: to the central function, and to the sites drawn for it."""
    years = range(window.opens_on.year, window.latest_on.year + 1)
    samples = drawn.get((certificate.id, window.cycle, KINDS[window.stage]), ())
    sample = next((one for one in samples if one.year in years), None)
    central = certificate.central_id or certificate.site_ids[0]
    visited = [UUID(s["site_id"]) for s in sample.candidates if s["choice"]] if sample else []
    return [central, *(site for site in visited if site != central)]


def last_visits(uow: UnitOfWork, certificate: Certificate) -> dict[UUID, date]:
    """When a certifier last was at each site, for what the certificate is about."""
    held = uow.select(Audit).where(
        Audit.status.in_(HELD),
        Audit.party == Party.THIRD,
        literal(certificate.reference_id) == any_(Audit.reference_ids),
        those(Audit.site_id, certificate.site_ids),
    )
    rows = held.with_only_columns(Audit.site_id, func.max(Audit.planned_for))
    return {row[0]: row[1] for row in uow.session.execute(rows.group_by(Audit.site_id))}


def shown(sample: Sample) -> SampleOut:
    """A sample with its arithmetic redone: whether the choice that is kept is what comes of it."""
    candidates = [_candidate(one) for one in sample.candidates]
    asked = size(sample.kind, len(candidates), effective=sample.effective, added=sample.added)
    again = chosen(candidates, asked, sample.seed)
    sites = [
        SampledSite(
            **{name: one[name] for name in ("site_id", "last_visit", "risk", "choice")},
            lot=lot(sample.seed, UUID(one["site_id"])),
        )
        for one in sample.candidates
    ]
    kept = {site.site_id: site.choice for site in sites if site.choice}
    told = ("id", "certificate_id", "site_id", "edition", "kind", "year", "effective", "reason")
    more = ("central_id", "seed", "drawn_by", "drawn_at")
    return SampleOut(
        **{name: getattr(sample, name) for name in (*told, *more)},
        sites=asked.sites,
        tenths=asked.tenths,
        rounded=asked.rounded,
        added=asked.added,
        visited=asked.visited,
        at_random=asked.at_random,
        candidates=sites,
        verified=kept == again,
    )


def kept(candidate: Candidate, choice: Choice | None) -> dict[str, str | None]:
    """A candidate as the sample keeps it."""
    last = candidate.last_visit
    return {
        "site_id": str(candidate.site_id),
        "last_visit": last.isoformat() if last else None,
        "risk": candidate.risk.value,
        "choice": choice.value if choice else None,
    }


def _candidate(one: Mapping[str, str | None]) -> Candidate:
    last = one["last_visit"]
    visited = date.fromisoformat(last) if last else None
    return Candidate(UUID(one["site_id"]), visited, RiskCategory(one["risk"] or ""))
