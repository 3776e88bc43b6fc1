"""Clocks that run out: whoever must answer is told, and then whoever coordinates the site."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from services.audit.answers.queries import DUE, due_by
from services.audit.answers.schemas import Clock
from services.audit.events import FindingDueSoon, FindingOverdue
from services.audit.models import Finding, FindingAction
from shared.events import Event
from shared.imports import those
from shared.work import UnitOfWork

LADDER: Final = ((1, -7), (2, 1), (3, 15))
"""Steps of telling, and how many days after the due day: ahead of it, past it, long past it."""

TOLD_AT_ONCE: Final = 500


def announce_due(uow: UnitOfWork) -> int:
    """Climb the ladder: each step of each clock of a finding is told once, ever."""
    return sum(
        _announce(uow, clock, step, days) for clock in Clock for step, days in reversed(LADDER)
    )


def _announce(uow: UnitOfWork, clock: Clock, step: int, days: int) -> int:
    told, day = 0, uow.now.date() - timedelta(days=days)
    while due := due_by(uow, clock, day, step, TOLD_AT_ONCE):
        owners = _owners(uow, due)
        for finding in due:
            setattr(finding, DUE[clock][1].key, step)
        uow.publish_all([(_news(f, clock, step, owners[f.id]), f) for f in due])
        told += len(due)
    return told


def _owners(uow: UnitOfWork, findings: Sequence[Finding]) -> dict[UUID, list[UUID]]:
    """Who owns the actions on each, in one statement."""
    these = those(FindingAction.finding_id, [finding.id for finding in findings])
    taken = uow.select(FindingAction).where(these, ~FindingAction.cancelled)
    owners: dict[UUID, list[UUID]] = defaultdict(list)
    for action in uow.session.scalars(taken.order_by(FindingAction.id)):
        if action.owner_id is not None and action.owner_id not in owners[action.finding_id]:
            owners[action.finding_id].append(action.owner_id)
    return owners


def _news(finding: Finding, clock: Clock, step: int, owners: list[UUID]) -> Event:
    about = {
        "finding_id": finding.id,
        "audit_id": finding.audit_id,
        "site_id": finding.site_id,
        "grade": finding.grade,
        "clock": clock,
        "due_on": getattr(finding, DUE[clock][0].key),
        "owner_ids": owners,
    }
    return FindingDueSoon(**about) if step == 1 else FindingOverdue(**about, level=step - 1)
