from typing import Any
from uuid import UUID

from services.processes import commands
from services.processes.models import Process
from services.processes.schemas import ProcessChange, ProcessIn
from shared.work import unit_of_work
from tests.world import WORLD


def process_in(code: str = "PROD", **changes: Any) -> ProcessIn:  # noqa: ANN401
    values = {
        "code": code,
        "name_fr": "Produire",
        "name_en": "Production",
        "category": "operational",
        "site_ids": [WORLD.lyon],
    }
    return ProcessIn.model_validate(values | changes)


def registered(code: str = "PROD", *sites: UUID) -> Process:
    with unit_of_work("processes", WORLD.greta, permission="processes:write") as uow:
        data = process_in(code, site_ids=list(sites or (WORLD.lyon,)))
        return commands.add_process(uow, data)


def changed(process: Process, **changes: Any) -> Process:  # noqa: ANN401
    values = process_in(process.code).model_dump(exclude={"id"}) | {"version": process.version}
    with unit_of_work("processes", WORLD.greta, permission="processes:write") as uow:
        data = ProcessChange.model_validate(values | changes)
        return commands.change_process(uow, process.id, data)
