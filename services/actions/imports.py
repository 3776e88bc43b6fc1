"""The register of actions from a workbook."""

from collections.abc import Mapping, Sequence
from functools import cache, partial
from typing import Final
from uuid import UUID

from services.actions.errors import OwnerMayNotWork
from services.actions.models import UNDONE, Action
from services.actions.opening import (
    enter_actions,
    new_action,
    settled_priority,
    withdraw_actions,
)
from services.actions.queries import delay_of, may_work
from services.actions.schemas import ActionIn, ActionType, Origin, Priority, SourceKind
from shared.directory import active_people
from shared.imports import Done, Imports, Register
from shared.sheet_rows import SITE, Sites, taken_in
from shared.sheets import (
    Column,
    Row,
    Rows,
    Template,
    TwiceInTheWorkbook,
    Words,
    Wrong,
    day_of,
    number_of,
    one_of,
    within,
)
from shared.work import UnitOfWork

TYPES: Final[Mapping[str, Words]] = {
    ActionType.CORRECTION: Words("Correction", "Correction"),
    ActionType.CONTAINMENT: Words("Sécurisation", "Containment"),
    ActionType.CORRECTIVE: Words("Action corrective", "Corrective action"),
    ActionType.PREVENTIVE: Words("Action préventive", "Preventive action"),
    ActionType.IMPROVEMENT: Words("Amélioration", "Improvement"),
}
SOURCES: Final[Mapping[str, Words]] = {
    SourceKind.AUDIT: Words("Audit", "Audit"),
    SourceKind.INTERNAL_NONCONFORMITY: Words("Non-conformité interne", "Internal nonconformity"),
    SourceKind.CUSTOMER_COMPLAINT: Words("Réclamation client", "Customer complaint"),
    SourceKind.SUPPLIER_NONCONFORMITY: Words(
        "Non-conformité fournisseur", "Supplier nonconformity"
    ),
    SourceKind.ACCIDENT: Words("Accident", "Accident"),
    SourceKind.NEAR_MISS: Words("Presqu'accident", "Near miss"),
    SourceKind.ENVIRONMENTAL_INCIDENT: Words("Incident environnement", "Environmental incident"),
    SourceKind.COMPLAINT: Words("Plainte", "Complaint"),
    SourceKind.REGULATORY_WATCH: Words("Veille réglementaire", "Regulatory watch"),
    SourceKind.INSPECTION: Words("Inspection", "Inspection"),
    SourceKind.MANAGEMENT_REVIEW: Words("Revue de direction", "Management review"),
    SourceKind.OCCUPATIONAL_RISK: Words("Risque professionnel", "Occupational risk"),
    SourceKind.ENVIRONMENTAL_ASPECT: Words("Aspect environnemental", "Environmental aspect"),
    SourceKind.FMEA: Words("AMDEC", "FMEA"),
    SourceKind.INDICATOR_DRIFT: Words("Dérive d'un indicateur", "Indicator drift"),
    SourceKind.EMERGENCY_DRILL: Words("Exercice d'urgence", "Emergency drill"),
    SourceKind.SUGGESTION: Words("Suggestion", "Suggestion"),
    SourceKind.CHANGE: Words("Changement", "Change"),
    SourceKind.OTHER: Words("Autre", "Other"),
}
PRIORITIES: Final[Mapping[str, Words]] = {
    priority: Words(priority, priority) for priority in Priority
}
TEMPLATE: Final = Template(
    Words("Actions", "Actions"),
    (
        SITE,
        Column(
            "title",
            Words("Intitulé", "Title"),
            Words("De 3 à 200 caractères.", "From 3 to 200 characters."),
        ),
        Column(
            "description",
            Words("Description", "Description"),
            Words("Facultatif, 4 000 caractères au plus.", "Optional, at most 4,000 characters."),
        ),
        Column("type", Words("Nature", "Kind"), Words("Ce qu'elle vise.", "Its aim."), TYPES),
        Column(
            "priority",
            Words("Priorité", "Priority"),
            Words("Elle fixe les délais.", "It sets the deadlines."),
            PRIORITIES,
        ),
        Column(
            "owner_id",
            Words("Pilote", "Owner"),
            Words(
                "Adresse électronique de qui en répond ; cette personne y travaille déjà.",
                "E-mail address of who answers for it; they hold a role at the site already.",
            ),
        ),
        Column(
            "process",
            Words("Processus", "Process"),
            Words("Code du processus, facultatif.", "Code of the process, optional."),
        ),
        Column(
            "due_on",
            Words("Échéance", "Due date"),
            Words(
                "Facultatif : le jour convenu, s'il est plus tôt que le délai de la priorité.",
                "Optional: the day agreed on, if it is sooner than the delay of the priority.",
            ),
        ),
        Column(
            "source_kind",
            Words("Origine", "Origin"),
            Words("Facultatif : ce à quoi elle répond.", "Optional: what it answers."),
            SOURCES,
            optional=True,
        ),
        Column(
            "objective",
            Words("Objectif", "Objective"),
            Words("Facultatif : l'objectif servi.", "Optional: the aim that it serves."),
            optional=True,
        ),
        Column(
            "cost_estimated",
            Words("Coût estimé", "Estimated cost"),
            Words("Facultatif, dans la monnaie du groupe.", "Optional, in the group's currency."),
            optional=True,
        ),
        Column(
            "load_days",
            Words("Charge (jours)", "Load (days)"),
            Words("Facultatif, en jours de travail.", "Optional, in days of work."),
            optional=True,
        ),
    ),
)
ELSEWHERE: Final = {
    "owner_may_not_work": "owner_id",
    "not_found": "priority",
    "priority_not_given": "priority",
}


class ActionPlan:
    """What is there stays as it is: an action of the same title at the site, not finished yet."""

    def __init__(self, uow: UnitOfWork, rows: Rows) -> None:
        self.uow = uow
        self.delay = cache(partial(delay_of, uow))
        self.may_work = cache(partial(may_work, uow))
        named = {str(row["owner_id"]).strip().casefold() for _, row in rows}
        self.people = active_people(uow, named)
        self.reading = {
            "site_id": Sites(uow).find,
            "type": lambda cell: one_of(TYPES, str(cell)),
            "priority": lambda cell: one_of(PRIORITIES, str(cell)),
            "source_kind": lambda cell: one_of(SOURCES, str(cell)),
            "cost_estimated": number_of,
            "load_days": number_of,
            "owner_id": self._owner,
            "due_on": day_of,
        }
        known = uow.select(Action).where(Action.status.in_(UNDONE))
        keys = uow.session.execute(known.with_only_columns(Action.site_id, Action.title))
        self.there = {_key(*row) for row in keys}
        self.new: dict[tuple[UUID, str], int] = {}
        self.actions: list[Action] = []

    def look_at(self, number: int, row: Row) -> list[str]:
        data: ActionIn = taken_in(ActionIn, row, self.reading)
        key = _key(data.site_id, data.title)
        if key in self.there:
            return []
        if key in self.new:
            raise Wrong("title", TwiceInTheWorkbook(row=self.new[key], value=data.title))
        action = within("due_on", lambda: self._action(data), ELSEWHERE)
        self.new[key] = number
        self.actions.append(action)
        return ["open_action"]

    def write(self, done: Done) -> Sequence[UUID]:
        enter_actions(self.uow, self.actions, done)
        return [action.id for action in self.actions]

    def _owner(self, cell: object) -> UUID:
        """Whose address is nobody's is told what is told of who may not work there."""
        found = self.people.get(str(cell).strip().casefold())
        if found is None:
            raise OwnerMayNotWork
        return found

    def _action(self, data: ActionIn) -> Action:
        if not self.may_work(data.owner_id, data.site_id):
            raise OwnerMayNotWork
        return new_action(self.uow, data, self.delay(settled_priority(data)), Origin.IMPORT)


def _key(site_id: UUID, title: str) -> tuple[UUID, str]:
    return site_id, title.casefold()


imports = Imports(
    "actions",
    "actions:progress",
    [Register("actions", Action, TEMPLATE, ActionPlan, withdraw_actions, "title")],
)
