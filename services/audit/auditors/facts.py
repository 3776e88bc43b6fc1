"""What decides whether people may audit something, gathered for all of them at once.

It is looked up everywhere: an auditor's file may be another site's, and so may the audits they
are on. What comes of it is a verdict, which says less.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, or_, select

from services.audit.auditors.cases import (
    Held,
    Past,
    Person,
    Rules,
    Span,
    Task,
    Tie,
    Visit,
    months_before,
)
from services.audit.auditors.models import (
    Auditor,
    AuditorRules,
    Competence,
    Engagement,
    Link,
    Practice,
    TeamMember,
)
from services.audit.auditors.references import codes_of
from services.audit.auditors.schemas import TeamRole
from services.audit.models import Audit, Finding, FindingAction, Model
from services.audit.schemas import AuditStatus
from shared.catalogue import current_edition
from shared.directory import holders
from shared.work import UnitOfWork

GROUP: Final = "GROUP"
KNOWN: Final = Model.metadata.tables["audit.known_person"]
LEARNT: Final = (TeamRole.LEAD, TeamRole.AUDITOR, TeamRole.TRAINEE)
"""Taking part as any of these is practice; watching is not."""


@dataclass(frozen=True)
class Known:
    """Somebody with what ranks them beside others who are fit."""

    person: Person
    last_audited: date | None = None
    languages: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Stint:
    """Somebody's part in an audit, past or to come."""

    audit: Audit
    role: TeamRole

    @property
    def span(self) -> Span:
        """The days planned, counted from the day it really began."""
        audit = self.audit
        begun = audit.started_at.date() if audit.started_at else audit.planned_for
        return Span(begun, begun + (audit.until - audit.planned_for))

    def is_of(self, task: Task) -> bool:
        audit = self.audit
        shared = not audit.processes or any(map(task.covers, audit.processes))
        return audit.started_at is not None and audit.site_id == task.site_id and shared


@dataclass
class Gathered:
    """Rows by the person whom they are about."""

    files: dict[UUID, Auditor] = field(default_factory=dict)
    away: Mapping[UUID, Sequence[Engagement]] = field(default_factory=dict)
    links: Mapping[UUID, Sequence[Link]] = field(default_factory=dict)
    practice: Mapping[UUID, Sequence[Practice]] = field(default_factory=dict)
    stints: Mapping[UUID, Sequence[Stint]] = field(default_factory=dict)
    drives: Mapping[UUID, int] = field(default_factory=dict)
    in_line: Mapping[UUID, set[UUID]] = field(default_factory=dict)


def rules_in_force(uow: UnitOfWork) -> Rules:
    kept = current_edition(uow, AuditorRules, GROUP)
    return Rules(
        cooling_off_months=kept.cooling_off_months,
        lead_audits=kept.lead_audits,
        lead_tutored=kept.lead_tutored,
        lead_months=kept.lead_months,
        kept_audits=kept.kept_audits,
        kept_months=kept.kept_months,
        most_days=kept.most_days,
    )


def task_of(uow: UnitOfWork, audit: Audit, since: date | None = None) -> Task:
    """What an audit asks of its team; on the days planned, or from the day it begins."""
    since = since or audit.planned_for
    audited = frozenset(audit.processes)
    owners = holders(uow, "process_owner", audit.site_id, since)
    asked = [row for row in owners if not audited or row.process in (None, *audited)]
    return Task(
        site_id=audit.site_id,
        since=since,
        until=since + (audit.until - audit.planned_for),
        codes=codes_of(uow, audit),
        type=audit.type,
        processes=audited,
        pilots=names_of(uow, {row.person_id for row in asked}),
    )


def people_for(
    uow: UnitOfWork, audit: Audit, task: Task, ids: Collection[UUID], rules: Rules
) -> dict[UUID, Known]:
    """Everybody asked about, as the rules of fitness want to know them."""
    with uow.everywhere() as wide:
        here = {row.person_id for row in holders(wide, "auditor", task.site_id, task.since)}
        owned = defaultdict(set)
        for row in holders(wide, "process_owner", task.site_id, task.since):
            owned[row.person_id].add(row.process)
        rows = wide.session.execute(select(KNOWN).where(KNOWN.c.id.in_(ids))).all()
        gathered = _gather(wide, audit, task, ids, rules)
    told = partial(_known, gathered, task)
    return {row.id: told(row, row.id in here, frozenset(owned[row.id])) for row in rows}


def names_of(uow: UnitOfWork, ids: Collection[UUID]) -> dict[UUID, str]:
    found = select(KNOWN.c.id, KNOWN.c.name).where(KNOWN.c.id.in_(ids)).order_by(KNOWN.c.name)
    return {row.id: row.name for row in uow.session.execute(found)}


def languages_of(uow: UnitOfWork, ids: Collection[UUID]) -> set[str]:
    found = select(KNOWN.c.language).where(KNOWN.c.id.in_(ids))
    return set(uow.session.scalars(found))


def stints_of(uow: UnitOfWork, ids: Collection[UUID]) -> dict[UUID, list[Stint]]:
    """The audits that people are or were on, first to last, without those that were cancelled."""
    found = (
        uow.select(Audit)
        .join(TeamMember, TeamMember.audit_id == Audit.id)
        .add_columns(TeamMember.person_id, TeamMember.role)
        .where(TeamMember.person_id.in_(ids), Audit.status != AuditStatus.CANCELLED)
        .order_by(Audit.planned_for, Audit.id)
    )
    stints: dict[UUID, list[Stint]] = defaultdict(list)
    for audit, person_id, role in uow.session.execute(found):
        if not role.watches:
            stints[person_id].append(Stint(audit, role))
    return stints


def past_of(stints: Sequence[Stint], practice: Sequence[Practice]) -> tuple[Past, ...]:
    """What counts as experience: audits that started here, and those proved from elsewhere."""
    held = [s for s in stints if s.audit.started_at is not None and s.role in LEARNT]
    return (
        *(Past(stint.span.since, stint.role is TeamRole.TRAINEE) for stint in held),
        *(Past(one.held_on, one.tutored) for one in practice),
    )


def _gather(
    uow: UnitOfWork, audit: Audit, task: Task, ids: Collection[UUID], rules: Rules
) -> Gathered:
    files = {f.person_id: f for f in uow.session.scalars(_files(uow, ids))}
    of = {file.id: person_id for person_id, file in files.items()}
    stints = stints_of(uow, ids)
    return Gathered(
        files=files,
        away=_by_person(uow, Engagement, of),
        links=_by_person(uow, Link, of),
        practice=_by_person(uow, Practice, of),
        stints={id: [s for s in stints[id] if s.audit.id != audit.id] for id in ids},
        drives=_drivers(uow, task, ids, months_before(task.since, rules.cooling_off_months)),
        in_line=_in_line(uow, ids, task.pilots),
    )


def _files(uow: UnitOfWork, ids: Collection[UUID]) -> Any:  # noqa: ANN401  a select of rows
    return uow.select(Auditor).where(Auditor.person_id.in_(ids))


def _by_person(uow: UnitOfWork, model: Any, of: Mapping[UUID, UUID]) -> Mapping[UUID, list[Any]]:  # noqa: ANN401
    rows: dict[UUID, list[Any]] = defaultdict(list)
    for row in uow.session.scalars(uow.select(model).where(model.auditor_id.in_(of))):
        rows[of[row.auditor_id]].append(row)
    return rows


def _drivers(
    uow: UnitOfWork, task: Task, ids: Collection[UUID], recent: date
) -> Mapping[UUID, int]:
    """Who drives how many actions on findings of the scope: at work still, or lately."""
    driver = FindingAction.owner_id
    counted = (
        uow.select(FindingAction)
        .with_only_columns(driver, func.count())
        .join(Finding, Finding.id == FindingAction.finding_id)
        .where(driver.in_(ids), Finding.site_id == task.site_id, ~FindingAction.cancelled)
        .where(or_(~FindingAction.effective, Finding.raised_on >= recent))
        .group_by(driver)
    )
    if task.processes:
        counted = counted.where(Finding.process.in_(task.processes))
    return {id: count for id, count in uow.session.execute(counted) if id}


def _in_line(
    uow: UnitOfWork, ids: Collection[UUID], pilots: Collection[UUID]
) -> Mapping[UUID, set[UUID]]:
    """Which pilots each is above or below, at whatever remove."""
    asked = KNOWN.c.id.in_({*ids, *pilots}) & KNOWN.c.manager_id.is_not(None)
    up = select(KNOWN.c.id, KNOWN.c.manager_id.label("boss")).where(asked).cte(recursive=True)
    higher = select(up.c.id, KNOWN.c.manager_id).where(KNOWN.c.id == up.c.boss)
    up = up.union(higher.where(KNOWN.c.manager_id.is_not(None)))
    lines = {(id, boss) for id, boss in uow.session.execute(select(up.c.id, up.c.boss))}
    return {id: {p for p in pilots if (id, p) in lines or (p, id) in lines} for id in ids}


def _known(
    gathered: Gathered,
    task: Task,
    row: Any,  # noqa: ANN401  of known_person
    audits_here: bool,  # noqa: FBT001
    pilots: frozenset[str | None],
) -> Known:
    id, file = row.id, gathered.files.get(row.id)
    stints = gathered.stints.get(id, ())
    person = Person(
        id=id,
        name=row.name,
        active=row.active,
        audits_here=audits_here,
        competences=tuple(_held(one) for one in file.competences) if file else (),
        away=tuple(Span(one.since, one.until) for one in gathered.away.get(id, ())),
        visits=tuple(_visit(stint) for stint in stints),
        pilots=pilots,
        works_at=file.works_at if file else None,
        works_in=frozenset(file.works_in if file else ()),
        ties=tuple(_tie(link) for link in gathered.links.get(id, ())),
        past=past_of(stints, gathered.practice.get(id, ())),
        drives=gathered.drives.get(id, 0),
        in_line_with=frozenset(gathered.in_line.get(id, ())),
    )
    last = max((s.span.since for s in stints if s.is_of(task)), default=None)
    return Known(person, last, frozenset(file.languages if file else ()))


def _held(one: Competence) -> Held:
    return Held(
        code=one.code,
        level=one.level,
        since=one.valid_from,
        until=one.valid_to,
        revoked_on=one.revoked_on,
        types=frozenset(one.types),
    )


def _visit(stint: Stint) -> Visit:
    span = stint.span
    return Visit(span.since, span.until, stint.audit.site_id)


def _tie(link: Link) -> Tie:
    return Tie(
        kind=link.kind,
        process=link.process,
        site_id=link.at_site,
        until=link.until,
        other_id=link.other_id,
    )
