"""A workbook that somebody sent this morning: looked through, one cell wrong, nothing done yet."""

from uuid import UUID

from runtime.demo.acting import acting, today, until
from runtime.demo.follow import CLAIRE
from runtime.demo.group import SITES
from services.risk.imports import TEMPLATE
from shared import import_rows
from shared.import_schemas import ImportState
from shared.tabular import Cell, to_xlsx

NAME = "Registre des risques de l'atelier.xlsx"
WHY = "Grille gravité x probabilité du groupe, connue de tous les sites."
ROWS: list[list[Cell]] = [
    [SITES[0], "Sécurité", "PROD", "Coupure au poste d'ébavurage", None, None, WHY, 2, 3],
    [SITES[0], "Sécurité", "MAINT", "Projection lors du soufflage", None, None, WHY, 3, 2],
    [SITES[0], "Environnement", "PROD", "Fuite d'huile sous la presse 2", None, None, WHY, 2, 2],
    [SITES[1], "Qualité", "PROD", "Mélange de lots en sortie de four", None, None, WHY, 5, 2],
    [SITES[1], "Sécurité", "LOG", "Heurt d'un piéton par un chariot", None, None, WHY, None, None],
]
"""The fourth is rated off the scale of the method."""


def send_workbook() -> None:
    with acting("risk:write", CLAIRE, today()) as uow:
        if import_rows.own_imports(uow, None, 1).items:
            return
        content = to_xlsx(TEMPLATE.listed("fr", ROWS))
        id = import_rows.send(uow, "risks", NAME, content).id
    until("the look at a workbook", lambda: _is_looked_through(id))


def _is_looked_through(id: UUID) -> bool:
    with acting("risk:write", CLAIRE, today()) as uow:
        return import_rows.own_import(uow, id).state is ImportState.LOOKED_THROUGH
