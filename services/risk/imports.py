"""The register of risks from a workbook."""

from collections.abc import Mapping, Sequence
from functools import cache, partial
from typing import Final
from uuid import UUID

from services.risk.commands import enter_risks, new_risk, withdraw_risks
from services.risk.models import Risk
from services.risk.queries import method_in_force
from services.risk.schemas import Domain, RiskIn
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
    number_of,
    one_of,
    within,
)
from shared.work import UnitOfWork

DOMAINS: Final[Mapping[str, Words]] = {
    Domain.QUALITY: Words("Qualité", "Quality"),
    Domain.SAFETY: Words("Sécurité", "Safety"),
    Domain.ENVIRONMENT: Words("Environnement", "Environment"),
}
TEMPLATE: Final = Template(
    Words("Risques", "Risks"),
    (
        SITE,
        Column("domain", Words("Domaine", "Domain"), Words("Q, S ou E.", "Q, S or E."), DOMAINS),
        Column(
            "process",
            Words("Processus", "Process"),
            Words("Code du processus, facultatif.", "Code of the process, optional."),
        ),
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
        Column(
            "method",
            Words("Méthode", "Method"),
            Words("Code de la méthode ; vide : GP4.", "Code of the method; empty: GP4."),
        ),
        Column(
            "method_reason",
            Words("Raison de la méthode", "Reason for the method"),
            Words(
                "Pourquoi cette méthode convient, en 10 caractères au moins.",
                "Why this method fits, in at least 10 characters.",
            ),
        ),
        Column(
            "initial.gravity",
            Words("Gravité", "Gravity"),
            Words(
                "Sur l'échelle de la méthode. Gravité et probabilité : les deux, ou aucune si le"
                " risque n'est pas coté.",
                "On the method's scale. Gravity and probability: both, or neither if the risk is"
                " not rated.",
            ),
        ),
        Column(
            "initial.probability",
            Words("Probabilité", "Probability"),
            Words("Sur l'échelle de la méthode.", "On the method's scale."),
        ),
    ),
)


class RiskPlan:
    """Who is there stays as they are: a risk of the same title, process and site."""

    def __init__(self, uow: UnitOfWork, _rows: Rows) -> None:
        self.uow = uow
        self.method = cache(partial(method_in_force, uow))
        self.reading = {
            "site_id": Sites(uow).find,
            "domain": lambda cell: one_of(DOMAINS, str(cell)),
            "initial.gravity": number_of,
            "initial.probability": number_of,
        }
        known = uow.select(Risk).with_only_columns(Risk.site_id, Risk.process, Risk.title)
        self.there = {_key(*row) for row in uow.session.execute(known)}
        self.new: dict[tuple[UUID, str, str], int] = {}
        self.risks: list[Risk] = []

    def look_at(self, number: int, row: Row) -> list[str]:
        data: RiskIn = taken_in(RiskIn, row, self.reading)
        key = _key(data.site_id, data.process, data.title)
        if key in self.there:
            return []
        if key in self.new:
            raise Wrong("title", TwiceInTheWorkbook(row=self.new[key], value=data.title))
        method = within("method", lambda: self.method(data.method))
        risk = within("initial.gravity", lambda: new_risk(self.uow, data, method))
        self.new[key] = number
        self.risks.append(risk)
        return ["add_risk"] if risk.escalated_at is None else ["add_risk", "escalate"]

    def write(self, done: Done) -> Sequence[UUID]:
        enter_risks(self.uow, self.risks, done)
        return [risk.id for risk in self.risks]


def _key(site_id: UUID, process: str, title: str) -> tuple[UUID, str, str]:
    return site_id, process.casefold(), title.casefold()


imports = Imports(
    "risk",
    "risk:write",
    [Register("risks", Risk, TEMPLATE, RiskPlan, withdraw_risks, "title")],
)
