from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

from services.audit.answers.models import Answer, Body
from services.audit.answers.requirements import key_of
from services.audit.answers.schemas import INTERNAL, Clock, Earlier, Repeats
from services.audit.library.queries import cited
from services.audit.library.queries import requirement as known_requirement
from services.audit.models import Audit, Finding
from services.audit.schemas import FindingStatus, Grade
from shared.catalogue import current_edition
from shared.work import UnitOfWork

REPEATED_WITHIN: Final = timedelta(days=3 * 365)
"""A cycle of certification: what was found before it began is another story."""
MOST_EARLIER: Final = 10
WANTING: Final = (Grade.OBSERVATION, Grade.MINOR, Grade.MAJOR)
"""What counts as the same thing found again; praise and ideas do not."""

DUE: Final[dict[Clock, tuple[InstrumentedAttribute[date | None], InstrumentedAttribute[int]]]] = {
    Clock.ANSWER: (Finding.answer_due_on, Finding.answer_told),
    Clock.CLOSING: (Finding.closing_due_on, Finding.closing_told),
}


def body_of(uow: UnitOfWork, audit: Audit) -> Body:
    """The scale an audit follows: the edition it names, else the group's own of the day."""
    if audit.body_id is None:
        return current_edition(uow, Body, INTERNAL)
    return uow.get(Body, audit.body_id)


def rounds(uow: UnitOfWork, finding_id: UUID) -> list[Answer]:
    """The answers to a finding, newest first."""
    theirs = uow.select(Answer).where(Answer.finding_id == finding_id)
    return list(uow.session.scalars(theirs.order_by(Answer.round.desc())))


def earlier_here(uow: UnitOfWork, finding: Finding) -> Finding | None:
    """The last time that the same was found wanting at this site, by another audit."""
    if finding.grade not in WANTING or not finding.requirement_key:
        return None
    same = _same_requirement(finding.requirement_key, finding.raised_on)
    here = uow.select(Finding).where(
        same, Finding.site_id == finding.site_id, Finding.audit_id != finding.audit_id
    )
    return uow.session.scalar(here.order_by(Finding.raised_on.desc(), Finding.id.desc()).limit(1))


def repeats(
    uow: UnitOfWork, audit: Audit, requirement: str, requirement_id: UUID | None = None
) -> Repeats:
    """What was found before, for an auditor who is about to cite a requirement."""
    named = requirement_id and known_requirement(uow, requirement_id, audit.reference_ids)
    key = key_of(cited(*named) if named else requirement)
    if not key:
        return Repeats(here=[], elsewhere=[], proposed=None)
    found = uow.select(Finding).add_columns(Audit.title).join(Audit, Audit.id == Finding.audit_id)
    same = found.where(_same_requirement(key, uow.now.date()), Finding.audit_id != audit.id)
    newest = same.order_by(Finding.raised_on.desc(), Finding.id.desc()).limit(MOST_EARLIER)
    here = Finding.site_id == audit.site_id
    of_site = [_told(*row) for row in uow.session.execute(newest.where(here))]
    return Repeats(
        here=of_site,
        elsewhere=[_told(*row) for row in uow.session.execute(newest.where(~here))],
        proposed=Grade.MAJOR if any(map(_not_lifted, of_site)) else None,
    )


def due_by(uow: UnitOfWork, clock: Clock, day: date, step: int, limit: int) -> Sequence[Finding]:
    """Findings of which a clock runs out by a day, and of whom this step was not told yet."""
    due_on, told = DUE[clock]
    waiting = [_waits_for_answer()] if clock is Clock.ANSWER else []
    due = uow.select(Finding).where(
        Finding.status == FindingStatus.OPEN, due_on <= day, told < step, *waiting
    )
    return uow.session.scalars(due.order_by(Finding.id).limit(limit).with_for_update()).all()


def _waits_for_answer() -> ColumnElement[bool]:
    return Finding.answer_state.in_(["to_answer", "sent_back"])


def _same_requirement(key: str, day: date) -> ColumnElement[bool]:
    lately = Finding.raised_on >= day - REPEATED_WITHIN
    return (Finding.requirement_key == key) & lately & Finding.grade.in_(WANTING)


def _not_lifted(earlier: Earlier) -> bool:
    return earlier.grade is Grade.MINOR and earlier.status is FindingStatus.OPEN


def _told(finding: Finding, audit: str) -> Earlier:
    return Earlier(
        finding_id=finding.id,
        audit_id=finding.audit_id,
        audit=audit,
        site_id=finding.site_id,
        process=finding.process,
        grade=finding.grade,
        statement=finding.statement,
        raised_on=finding.raised_on,
        status=finding.status,
    )
