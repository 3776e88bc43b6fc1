"""How often each process is to be audited at each site, from what audit knows of both."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func

from services.audit.library.models import KnownProcess
from services.audit.models import Audit, Finding
from services.audit.programme.frequency import CURRENT, Facts, Proposed, proposed
from services.audit.programme.models import HELD, Escalation, ProcessRating
from services.audit.programme.schemas import FrequencyOut
from services.audit.schemas import FindingStatus, Grade
from shared.imports import those
from shared.work import UnitOfWork

REMEMBERED: Final = timedelta(days=365)
At = tuple[UUID, str]
"""A process at a site, by its code."""


def frequencies(uow: UnitOfWork, sites: Sequence[UUID]) -> list[FrequencyOut]:
    """A line for each process that runs at one of these sites: five statements, however many."""
    ratings = {(row.site_id, row.process): row for row in _rows(uow, ProcessRating, sites)}
    found = open_nonconformities(uow, sites)
    last = last_audits(uow, sites)
    escalated = _escalations(uow, sites)
    return [
        _line(uow, at, ratings.get(at), found.get(at, (0, 0)), (last.get(at), escalated[at[0]]))
        for at in running(uow, sites)
    ]


def running(uow: UnitOfWork, sites: Sequence[UUID]) -> list[At]:
    wanted = set(sites)
    processes = uow.session.scalars(uow.select(KnownProcess).order_by(KnownProcess.code))
    return sorted(
        (site, process.code) for process in processes for site in wanted & set(process.site_ids)
    )


def last_audits(uow: UnitOfWork, sites: Sequence[UUID]) -> dict[At, date]:
    """When each process was last audited at each site."""
    process = func.unnest(Audit.processes).column_valued("process", joins_implicitly=True)
    held = uow.select(Audit).where(Audit.status.in_(HELD), those(Audit.site_id, sites))
    rows = held.with_only_columns(Audit.site_id, process, func.max(Audit.planned_for))
    grouped = rows.group_by(Audit.site_id, process)
    return {(site, code): day for site, code, day in uow.session.execute(grouped)}


def open_nonconformities(uow: UnitOfWork, sites: Sequence[UUID]) -> dict[At, tuple[int, int]]:
    """How many minor and how many major ones are open of each process at each site."""
    still = uow.select(Finding).where(
        Finding.status == FindingStatus.OPEN,
        Finding.grade.in_([Grade.MINOR, Grade.MAJOR]),
        those(Finding.site_id, sites),
    )
    by = (Finding.site_id, Finding.process)
    major = func.count().filter(Finding.grade == Grade.MAJOR)
    rows = still.with_only_columns(*by, func.count() - major, major).group_by(*by)
    return {(site, code): (low, high) for site, code, low, high in uow.session.execute(rows)}


def _escalations(uow: UnitOfWork, sites: Sequence[UUID]) -> dict[UUID, int]:
    since = uow.now.date() - REMEMBERED
    told = uow.select(Escalation).where(those(Escalation.site_id, sites))
    rows = told.where(Escalation.told_on >= since)
    counted = rows.with_only_columns(Escalation.site_id, func.count()).group_by(Escalation.site_id)
    return defaultdict(int, {row[0]: row[1] for row in uow.session.execute(counted)})


def _rows(
    uow: UnitOfWork, model: type[ProcessRating], sites: Sequence[UUID]
) -> Sequence[ProcessRating]:
    return uow.session.scalars(uow.select(model).where(those(model.site_id, sites))).all()


def _line(
    uow: UnitOfWork,
    at: At,
    rating: ProcessRating | None,
    found: tuple[int, int],
    past: tuple[date | None, int],
) -> FrequencyOut:
    """The terms that are known stand there also without a rating; their sum does not."""
    today, (last, escalated) = uow.now.date(), past
    facts = Facts(
        rating.criticality if rating else 0, rating.changes if rating else 0, *found, last
    )
    told = proposed(facts, today)
    known = _known(told) if rating else {}
    return FrequencyOut(
        site_id=at[0],
        process=at[1],
        edition=CURRENT.edition,
        nonconformities=told.nonconformities,
        age=told.age,
        escalated=escalated,
        last_audit=last,
        reason=rating.reason if rating else "",
        **{"criticality": None, "changes": None, "score": None, "months": None} | known,
        due_on=told.due_on if rating else None,
    )


def _known(told: Proposed) -> dict[str, int]:
    return {name: getattr(told, name) for name in ("criticality", "changes", "score", "months")}
