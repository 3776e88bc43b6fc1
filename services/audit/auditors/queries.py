from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Final, TypeVar
from uuid import UUID

from sqlalchemy import Select, or_, select

from services.audit.auditors.cases import months_before
from services.audit.auditors.facts import Stint, past_of, rules_in_force, stints_of
from services.audit.auditors.models import Auditor, Engagement, Link, Practice
from services.audit.auditors.schemas import (
    AuditorFile,
    AuditorHere,
    AuditorOut,
    CompetenceOut,
    Engaged,
    EngagementOut,
    LinkOut,
    MonthLoad,
    PracticeOut,
)
from services.audit.models import Audit, Model
from shared.directory import within
from shared.errors import NotFound
from shared.schemas import LARGEST_PAGE
from shared.work import UnitOfWork, scope

D = TypeVar("D", Engagement, Link, Practice)

AUDITORS_BY: Final = (Auditor.ends_by, Auditor.name)
"""What a reader may have the list go by."""

GRANT: Final = Model.metadata.tables["audit.known_grant"]
NODE: Final = Model.metadata.tables["audit.known_node"]


def auditors(uow: UnitOfWork, place: UUID | None, ends_within: int | None) -> Select[Auditor]:
    """The files of one's places, for who plans audits there: readers have no business with them."""
    found = uow.select(Auditor)
    planned = scope(uow.actor, "audit:plan")
    if planned is not None:
        found = found.where(Auditor.site_id.in_(planned))
    if place is not None:
        found = found.where(within(uow, Auditor, place))
    if ends_within is not None:
        found = found.where(Auditor.ends_by <= uow.now.date() + timedelta(days=ends_within))
    return found


def auditors_here(uow: UnitOfWork) -> list[AuditorHere]:
    """Who audits at one's places though another site keeps their file: by what, and until when."""
    if uow.places is None:
        return []
    day = uow.now.date()
    valid = (GRANT.c.valid_from <= day) & or_(GRANT.c.valid_to.is_(None), GRANT.c.valid_to >= day)
    here = (
        select(GRANT.c.person_id)
        .join(NODE, GRANT.c.node_id == NODE.c.path.any_())
        .where(GRANT.c.role == "auditor", valid, NODE.c.id.in_(uow.places))
    )
    with uow.everywhere() as wide:
        others = wide.select(Auditor).where(
            Auditor.person_id.in_(here), Auditor.site_id.not_in(uow.places)
        )
        rows = wide.session.scalars(others.order_by(Auditor.name).limit(LARGEST_PAGE)).all()
    return [AuditorHere.model_validate(row) for row in rows]


def own_file(uow: UnitOfWork, person_id: UUID) -> Auditor:
    """One's own, whichever site keeps it, and so looked up everywhere."""
    mine = uow.session.scalar(uow.select(Auditor).where(Auditor.person_id == person_id))
    if mine is None:
        raise NotFound(kind="Auditor", id=person_id)
    return mine


def file_of(uow: UnitOfWork, auditor: Auditor) -> AuditorFile:
    """All of a file. Audits elsewhere count for the load, and are named to who may read them."""
    rules = rules_in_force(uow)
    person_id = auditor.person_id
    with uow.everywhere() as wide:
        stints = stints_of(wide, [person_id])[person_id]
        practice = _rows(wide, auditor, Practice)
        away, links = _rows(wide, auditor, Engagement), _rows(wide, auditor, Link)
    today = uow.now.date()
    since = months_before(today, rules.kept_months)
    past = past_of(stints, practice)
    return AuditorFile(
        **AuditorOut.model_validate(auditor).model_dump(),
        competences=[CompetenceOut.model_validate(row) for row in auditor.competences],
        engagements=[EngagementOut.model_validate(row) for row in away],
        links=[LinkOut.model_validate(row) for row in links],
        practice=[PracticeOut.model_validate(row) for row in practice],
        audits=_shown(uow, stints),
        load=_load(stints),
        most_days=rules.most_days,
        audits_lately=sum(since <= one.on <= today for one in past),
    )


def _rows(uow: UnitOfWork, auditor: Auditor, model: type[D]) -> Sequence[D]:
    theirs = uow.select(model).where(model.auditor_id == auditor.id)
    return uow.session.scalars(theirs.order_by(model.id)).all()


def _shown(uow: UnitOfWork, stints: Sequence[Stint]) -> list[Engaged]:
    ids = [stint.audit.id for stint in stints]
    readable = set(
        uow.session.scalars(uow.select(Audit).with_only_columns(Audit.id).where(Audit.id.in_(ids)))
    )
    return [_engaged(stint) for stint in reversed(stints) if stint.audit.id in readable]


def _engaged(stint: Stint) -> Engaged:
    audit, span = stint.audit, stint.span
    return Engaged(
        audit_id=audit.id,
        title=audit.title,
        site_id=audit.site_id,
        role=stint.role,
        since=span.since,
        until=span.until,
        status=audit.status,
    )


def _load(stints: Sequence[Stint]) -> list[MonthLoad]:
    """Month by month, each day once: of this year's and the audits to come."""
    days = {day for stint in stints for day in stint.span.days}
    months = Counter(day.replace(day=1) for day in days)
    return [MonthLoad(month=month, days=count) for month, count in sorted(months.items())]
