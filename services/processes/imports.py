"""The register of processes from a workbook."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from services.processes.commands import enter_processes, withdraw_processes
from services.processes.models import Process
from services.processes.schemas import Category, ProcessIn
from shared.imports import Done, Imports, Register
from shared.sheet_rows import Sites, taken_in
from shared.sheets import (
    Column,
    Row,
    Rows,
    Template,
    TwiceInTheWorkbook,
    Words,
    Wrong,
    one_of,
)
from shared.work import UnitOfWork

CATEGORIES: Final[Mapping[str, Words]] = {
    Category.MANAGEMENT: Words("Management", "Management"),
    Category.OPERATIONAL: Words("Réalisation", "Operation"),
    Category.SUPPORT: Words("Support", "Support"),
}
BETWEEN: Final = ";"
TEMPLATE: Final = Template(
    Words("Processus", "Processes"),
    (
        Column(
            "code",
            Words("Code", "Code"),
            Words("En capitales, court : PROD.", "In capitals, short: PROD."),
        ),
        Column(
            "name_fr",
            Words("Nom en français", "Name in French"),
            Words("De 2 à 120 caractères.", "From 2 to 120 characters."),
        ),
        Column(
            "name_en",
            Words("Nom en anglais", "Name in English"),
            Words("De même.", "Likewise."),
        ),
        Column(
            "category",
            Words("Catégorie", "Category"),
            Words("L'une des trois.", "One of the three."),
            CATEGORIES,
        ),
        Column(
            "site_ids",
            Words("Sites", "Sites"),
            Words(
                "Noms des sites où il est à l'œuvre, séparés par des points-virgules.",
                "Names of the sites that run it, separated by semicolons.",
            ),
        ),
    ),
)


class ProcessPlan:
    """What is there stays as it is: a process of the same code, with the sites it has."""

    def __init__(self, uow: UnitOfWork, _rows: Rows) -> None:
        self.uow = uow
        sites = Sites(uow)
        self.reading = {
            "category": lambda cell: one_of(CATEGORIES, str(cell)),
            "site_ids": lambda cell: [sites.find(name) for name in str(cell).split(BETWEEN)],
        }
        known = uow.select(Process).with_only_columns(Process.code)
        self.there = set(uow.session.scalars(known))
        self.new: dict[str, int] = {}
        self.processes: list[Process] = []

    def look_at(self, number: int, row: Row) -> list[str]:
        data: ProcessIn = taken_in(ProcessIn, row, self.reading)
        if data.code in self.there:
            return []
        if data.code in self.new:
            raise Wrong("code", TwiceInTheWorkbook(row=self.new[data.code], value=data.code))
        self.new[data.code] = number
        self.processes.append(Process(**data.model_dump(exclude_none=True)))
        return ["add_process"]

    def write(self, done: Done) -> Sequence[UUID]:
        enter_processes(self.uow, self.processes, done)
        return [process.id for process in self.processes]


imports = Imports(
    "processes",
    "processes:write",
    [Register("processes", Process, TEMPLATE, ProcessPlan, withdraw_processes, "code")],
)
