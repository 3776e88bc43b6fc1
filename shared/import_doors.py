"""The doors through which workbooks fill registers: each person sees those that they sent."""

from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Body, Query, Response

from shared import import_rows
from shared.import_rows import LONGEST_NAME
from shared.import_schemas import ImportOut
from shared.imports import Imports, Register
from shared.openapi import files
from shared.schemas import LARGEST_PAGE, Page
from shared.tabular import LARGEST_FILE, XLSX, to_xlsx
from shared.work import UnitOfWork, authorised

PATH: Final = "/imports"
REGISTERS: Final = "/registers"

Workbook = Annotated[bytes, Body(media_type=XLSX)]
Name = Annotated[str, Query(min_length=1, max_length=LONGEST_NAME)]


def file_limits(imports: Imports) -> dict[str, int]:
    return {f"{REGISTERS}/{register.name}": LARGEST_FILE for register in imports.registers}


def imports_router(imports: Imports) -> APIRouter:
    router = APIRouter(tags=["imports"])
    Fill = Annotated[UnitOfWork, authorised(imports.permission)]  # noqa: N806

    def require_confirmed(uow: UnitOfWork) -> None:
        if imports.confirmed_within is not None:
            uow.require_confirmed(imports.confirmed_within)

    @router.get(PATH)
    def list_imports(
        uow: Fill,
        after: UUID | None = None,
        limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
    ) -> Page[ImportOut]:
        """The workbooks that the caller sent in the last days, newest first."""
        return import_rows.own_imports(uow, after, limit)

    @router.get(PATH + "/{import_id}")
    def read_import(import_id: UUID, uow: Fill) -> ImportOut:
        return import_rows.own_import(uow, import_id)

    @router.post(PATH + "/{import_id}/carry-out", status_code=202)
    def carry_out(import_id: UUID, uow: Fill) -> ImportOut:
        """Have done what was shown, all of it or nothing."""
        require_confirmed(uow)
        return import_rows.ask_to_carry_out(uow, import_id)

    @router.post(PATH + "/{import_id}/undo", status_code=202)
    def undo(import_id: UUID, uow: Fill) -> ImportOut:
        """Have taken back all that was added, or nothing if somebody changed any of it since."""
        require_confirmed(uow)
        return import_rows.ask_to_undo(uow, import_id)

    for register in imports.registers:
        _add_register(router, imports, register)
    return router


def _add_register(router: APIRouter, imports: Imports, register: Register) -> None:
    Fill = Annotated[UnitOfWork, authorised(register.permission or imports.permission)]  # noqa: N806

    @router.post(f"{REGISTERS}/{register.name}", status_code=202)
    def send(data: Workbook, name: Name, uow: Fill) -> ImportOut:
        """Have a workbook looked through. Nothing of it is done before it is carried out."""
        return import_rows.send(uow, register.name, name, data)

    @router.get(
        f"{REGISTERS}/{register.name}/template", response_class=Response, responses=files(XLSX)
    )
    def template(_uow: Fill, language: Literal["fr", "en"] = "fr") -> Response:
        """The workbook to fill in; its second sheet explains each column."""
        said = register.template
        content = to_xlsx(said.listed(language, []), said.explained(language))
        return Response(content, media_type=XLSX)
