"""What can be done to the register of processes."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete

from services.processes.errors import CodeStays, NotSites, ProcessThere
from services.processes.events import ProcessChanged, ProcessWithdrawn
from services.processes.models import Process
from services.processes.queries import named
from services.processes.schemas import ProcessChange, ProcessIn
from shared.directory import group, sites_below
from shared.imports import Done, in_parts, those
from shared.work import UnitOfWork


def add_process(uow: UnitOfWork, data: ProcessIn) -> Process:
    uow.require_whole_group()
    known = uow.find(Process, data.id)
    if known is not None:
        return known
    if named(uow, data.code) is not None:
        raise ProcessThere(code=data.code)
    _require_sites(uow, data.site_ids)
    process = uow.add(Process(**data.model_dump(exclude_none=True)))
    uow.publish(_changed(process), about=process)
    return process


def change_process(uow: UnitOfWork, process_id: UUID, data: ProcessChange) -> Process:
    uow.require_whole_group()
    process = uow.get(Process, process_id, lock=True, seen=data)
    if data.code != process.code:
        raise CodeStays(code=process.code)
    _require_sites(uow, data.site_ids)
    for name, value in data.model_dump(exclude={"version"}).items():
        setattr(process, name, value)
    uow.publish(_changed(process), about=process)
    return process


def enter_processes(uow: UnitOfWork, rows: Sequence[Process], done: Done) -> None:
    """Enter many at once."""
    uow.require_whole_group()
    for part in in_parts(rows, done):
        uow.add_all(part)
        uow.publish_all([(_changed(process), process) for process in part])


def withdraw_processes(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Take processes back that were entered by mistake. The history keeps that they were there."""
    uow.require_whole_group()
    rows = uow.session.scalars(uow.select(Process).where(those(Process.id, ids))).all()
    uow.publish_all([(ProcessWithdrawn(process_id=row.id), row) for row in rows])
    uow.session.execute(
        delete(Process).where(those(Process.id, ids)),
        execution_options={"synchronize_session": False},
    )


def _require_sites(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    strange = set(ids) - set(sites_below(uow, group(uow)))
    if strange:
        raise NotSites(count=len(strange))


def _changed(process: Process) -> ProcessChanged:
    return ProcessChanged(
        process_id=process.id,
        code=process.code,
        name_fr=process.name_fr,
        name_en=process.name_en,
        category=process.category,
        site_ids=process.site_ids,
    )
