"""What the indicators service does when it hears of something."""

from services.actions.events import (
    ActionAssigned,
    ActionCancelled,
    ActionClosed,
    ActionDone,
    ActionMoved,
    ActionOpened,
    ActionOverdue,
    ActionVerified,
    ActionWithdrawn,
)
from services.audit.events import (
    EntryHeld,
    EntryProgrammed,
    FindingClosed,
    FindingRaised,
    FindingReopened,
    FindingWithdrawn,
)
from services.identity.events import (
    AccessEnded,
    GrantChanged,
    NodeChanged,
    NodeWithdrawn,
    PersonChanged,
)
from services.indicators import commands, values
from services.indicators.events import (
    InstanceChanged,
    MeasurementReported,
    MeasurementWithdrawn,
    SeriesChanged,
)
from services.indicators.facts import Closing, Found, Programmed, State, Told
from services.indicators.method import commands as method
from services.indicators.reading import watching
from shared.directory import follow
from shared.ended import heed
from shared.events import Handlers
from shared.jobs import follow_jobs
from shared.work import UnitOfWork

handlers = Handlers()
follow(handlers, NodeChanged, NodeWithdrawn, PersonChanged, GrantChanged)
heed(handlers, AccessEnded)
follow_jobs(handlers, AccessEnded)


@handlers.on(NodeChanged)
def add_up_late_site(uow: UnitOfWork, event: NodeChanged) -> None:
    values.add_up_late(uow, event.node_id)


@handlers.on(ActionOpened)
def count_opened(uow: UnitOfWork, event: ActionOpened) -> None:
    told = Told(event.action_id, event.site_id, opened_on=event.opened_on, due_on=event.due_on)
    commands.note_action(uow, told, since=event.opened_on)


@handlers.on(ActionAssigned)
def count_assigned(uow: UnitOfWork, event: ActionAssigned) -> None:
    commands.note_action(uow, Told(event.action_id, event.site_id, due_on=event.due_on))


@handlers.on(ActionMoved)
def count_moved(uow: UnitOfWork, event: ActionMoved) -> None:
    commands.note_action(uow, Told(event.action_id, event.site_id, due_on=event.due_on))


@handlers.on(ActionOverdue)
def count_overdue(uow: UnitOfWork, event: ActionOverdue) -> None:
    commands.note_action(uow, Told(event.action_id, event.site_id, due_on=event.due_on))


@handlers.on(ActionDone)
def count_done(uow: UnitOfWork, event: ActionDone) -> None:
    state = State(done_on=event.done_on, closed_on=None)
    told = Told(event.action_id, event.site_id, state=state)
    commands.note_action(uow, told, since=event.done_on)


@handlers.on(ActionVerified)
def count_verified(uow: UnitOfWork, event: ActionVerified) -> None:
    """Judged ineffective, the action is open again, and not done."""
    state = State(event.done_on, event.verified_on) if event.effective else State(None, None)
    told = Told(event.action_id, event.site_id, state=state)
    commands.note_action(uow, told, since=event.verified_on)


@handlers.on(ActionCancelled)
def count_cancelled(uow: UnitOfWork, event: ActionCancelled) -> None:
    state = State(done_on=None, closed_on=event.cancelled_on)
    told = Told(event.action_id, event.site_id, state=state)
    commands.note_action(uow, told, since=event.cancelled_on)


@handlers.on(ActionClosed)
def count_closed(uow: UnitOfWork, event: ActionClosed) -> None:
    told = Told(event.action_id, event.site_id, state=State(event.done_on, event.closed_on))
    commands.note_action(uow, told, since=event.closed_on)


@handlers.on(ActionWithdrawn)
def forget_action(uow: UnitOfWork, event: ActionWithdrawn) -> None:
    told = Told(event.action_id, event.site_id, withdrawn=True)
    commands.note_action(uow, told, since=event.opened_on)


@handlers.on(FindingRaised)
def count_finding(uow: UnitOfWork, event: FindingRaised) -> None:
    found = Found(
        event.finding_id,
        event.site_id,
        event.grade,
        event.raised_on,
        clause=event.clause or "",
        process=event.process,
        repeated=event.repeats_id is not None,
    )
    commands.note_finding(uow, found, since=event.raised_on)


@handlers.on(FindingClosed)
def count_finding_closed(uow: UnitOfWork, event: FindingClosed) -> None:
    closing = Closing(event.closed_on)
    found = Found(event.finding_id, event.site_id, event.grade, closing=closing)
    commands.note_finding(uow, found, since=event.closed_on)


@handlers.on(FindingReopened)
def count_finding_reopened(uow: UnitOfWork, event: FindingReopened) -> None:
    """Until now it was closed: months that are over keep their figures."""
    found = Found(event.finding_id, event.site_id, event.grade, closing=Closing(None))
    commands.note_finding(uow, found, since=uow.now.date())


@handlers.on(FindingWithdrawn)
def forget_finding(uow: UnitOfWork, event: FindingWithdrawn) -> None:
    found = Found(event.finding_id, event.site_id, event.grade, event.raised_on, withdrawn=True)
    commands.note_finding(uow, found, since=event.raised_on)


@handlers.on(EntryProgrammed)
def count_programmed(uow: UnitOfWork, event: EntryProgrammed) -> None:
    told = Programmed(event.entry_id, event.site_id, month=event.month)
    commands.note_entry(uow, told, since=event.month)


@handlers.on(EntryHeld)
def count_held(uow: UnitOfWork, event: EntryHeld) -> None:
    told = Programmed(event.entry_id, event.site_id, held_on=event.held_on)
    commands.note_entry(uow, told, since=event.held_on)


@handlers.on(SeriesChanged, slow=True)
def watch_series(uow: UnitOfWork, event: SeriesChanged) -> None:
    watching.watch_series(uow, event.definition_id, event.site_id)


@handlers.on(InstanceChanged)
def expect_anew(uow: UnitOfWork, event: InstanceChanged) -> None:
    method.expect_anew(uow, event.code, event.site_id, event.since)


@handlers.on(MeasurementReported)
def add_up_reported(uow: UnitOfWork, event: MeasurementReported) -> None:
    commands.add_up_measurement(uow, event.definition_id, event.site_id, event.period)


@handlers.on(MeasurementWithdrawn)
def add_up_without_it(uow: UnitOfWork, event: MeasurementWithdrawn) -> None:
    commands.add_up_measurement(uow, event.definition_id, event.site_id, event.period)
