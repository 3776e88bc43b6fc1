"""Requirements of references that are being drafted, from a workbook."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from services.compliance.commands import (
    enter_requirements,
    new_requirement,
    withdraw_requirements,
)
from services.compliance.errors import UnknownDraft
from services.compliance.models import Reference, Requirement
from services.compliance.queries import Filters, references, requirements
from services.compliance.schemas import ReferenceStatus, RequirementIn, Theme
from shared.imports import Done, Imports, Register
from shared.sheet_rows import taken_in
from shared.sheets import (
    CellMissing,
    Column,
    Row,
    Rows,
    Template,
    TwiceInTheWorkbook,
    Words,
    Wrong,
    one_of,
    within,
)
from shared.tabular import Cell
from shared.work import UnitOfWork

THEMES: Final[Mapping[str, Words]] = {
    Theme.CONTEXT: Words("Contexte", "Context"),
    Theme.INTERESTED_PARTIES: Words("Parties intéressées", "Interested parties"),
    Theme.SCOPE: Words("Périmètre", "Scope"),
    Theme.SYSTEM: Words("Système et processus", "System and processes"),
    Theme.LEADERSHIP: Words("Leadership", "Leadership"),
    Theme.CUSTOMER_FOCUS: Words("Orientation client", "Customer focus"),
    Theme.POLICY: Words("Politique", "Policy"),
    Theme.ROLES: Words("Rôles et responsabilités", "Roles and authorities"),
    Theme.PARTICIPATION: Words("Participation des travailleurs", "Participation of workers"),
    Theme.RISKS_OPPORTUNITIES: Words("Risques et opportunités", "Risks and opportunities"),
    Theme.ASPECTS_HAZARDS: Words("Aspects et dangers", "Aspects and hazards"),
    Theme.OBLIGATIONS: Words("Obligations légales", "Legal obligations"),
    Theme.RISK_ACTIONS: Words("Plan d'action face aux risques", "Actions on risks"),
    Theme.OBJECTIVES: Words("Objectifs", "Objectives"),
    Theme.CHANGES: Words("Changements", "Changes"),
    Theme.RESOURCES: Words("Ressources", "Resources"),
    Theme.COMPETENCE: Words("Compétences", "Competence"),
    Theme.AWARENESS: Words("Sensibilisation", "Awareness"),
    Theme.COMMUNICATION: Words("Communication", "Communication"),
    Theme.DOCUMENTATION: Words("Informations documentées", "Documented information"),
    Theme.OPERATIONAL_CONTROL: Words("Maîtrise opérationnelle", "Operational control"),
    Theme.CUSTOMER_REQUIREMENTS: Words("Exigences du client", "Customer requirements"),
    Theme.DESIGN: Words("Conception", "Design"),
    Theme.PURCHASING: Words("Achats et externalisation", "Purchasing and outsourcing"),
    Theme.PRODUCTION: Words("Production et prestation", "Production and service"),
    Theme.RELEASE: Words("Libération", "Release"),
    Theme.NONCONFORMING_OUTPUTS: Words("Sorties non conformes", "Nonconforming outputs"),
    Theme.EMERGENCY: Words("Situations d'urgence", "Emergencies"),
    Theme.MONITORING: Words("Surveillance et mesure", "Monitoring and measurement"),
    Theme.CUSTOMER_SATISFACTION: Words("Satisfaction du client", "Customer satisfaction"),
    Theme.DATA_ANALYSIS: Words("Analyse des données", "Data analysis"),
    Theme.COMPLIANCE_EVALUATION: Words("Évaluation de la conformité", "Compliance evaluation"),
    Theme.INTERNAL_AUDIT: Words("Audit interne", "Internal audit"),
    Theme.MANAGEMENT_REVIEW: Words("Revue de direction", "Management review"),
    Theme.CORRECTIVE_ACTION: Words("Non-conformité et action corrective", "Corrective action"),
    Theme.IMPROVEMENT: Words("Amélioration continue", "Continual improvement"),
}
TEMPLATE: Final = Template(
    Words("Exigences", "Requirements"),
    (
        Column(
            "reference",
            Words("Référentiel", "Reference"),
            Words(
                "Code d'un référentiel en projet, par exemple ISO 14001.",
                "Code of a reference that is being drafted, for example ISO 14001.",
            ),
        ),
        Column(
            "edition",
            Words("Édition", "Edition"),
            Words("Son édition, par exemple 2026.", "Its edition, for example 2026."),
        ),
        Column(
            "number",
            Words("Numéro", "Number"),
            Words("Par exemple 6.1.4 ; en texte.", "For example 6.1.4; as text."),
        ),
        Column(
            "parent",
            Words("Au-dessous de", "Below"),
            Words(
                "Facultatif : le numéro sous lequel il se range, s'il n'est pas celui d'avant le"
                " dernier point.",
                "Optional: the number it stands below, if that is not the one before the last"
                " point.",
            ),
        ),
        Column(
            "title_fr",
            Words("Titre en français", "Title in French"),
            Words(
                "Dans vos propres mots, de 2 à 300 caractères.",
                "In your own words, from 2 to 300 characters.",
            ),
        ),
        Column(
            "title_en",
            Words("Titre en anglais", "Title in English"),
            Words("De même.", "Likewise."),
        ),
        Column(
            "theme",
            Words("Thème", "Theme"),
            Words(
                "Facultatif : rapproche les exigences de plusieurs référentiels.",
                "Optional: brings requirements of several references together.",
            ),
            THEMES,
        ),
    ),
)


class RequirementPlan:
    """What is there stays as it is: a requirement of the same number in the same reference."""

    def __init__(self, uow: UnitOfWork, _rows: Rows) -> None:
        drafts = uow.session.scalars(references(uow, Filters(status=ReferenceStatus.DRAFT)))
        self.drafts = {_key(one.code, one.edition): one for one in drafts}
        self.there: dict[UUID, dict[str, Requirement]] = {
            one.id: {} for one in self.drafts.values()
        }
        known = requirements(uow).where(Requirement.reference_id.in_(self.there))
        for row in uow.session.scalars(known):
            self.there[row.reference_id][row.number] = row
        self.uow = uow
        self.new: dict[tuple[UUID, str], int] = {}
        self.rows: list[Requirement] = []

    def look_at(self, number: int, row: Row) -> list[str]:
        given = dict(row)
        code, edition = given.pop("reference"), given.pop("edition")
        draft = within("reference", lambda: self._draft(code, edition))
        data: RequirementIn = taken_in(
            RequirementIn,
            given,
            {"theme": lambda cell: one_of(THEMES, str(cell)), "number": _number, "parent": _number},
        )
        there = self.there[draft.id]
        before = self.new.get((draft.id, data.number))
        if before is not None:
            raise Wrong("number", TwiceInTheWorkbook(row=before, value=data.number))
        if data.number in there:
            return []
        last = max((one.position for one in there.values()), default=0)
        made = within("parent", lambda: new_requirement(draft, data, there, last + 1), WHERE)
        self.new[draft.id, data.number] = number
        there[data.number] = made
        self.rows.append(made)
        return ["add_requirement"]

    def write(self, done: Done) -> Sequence[UUID]:
        enter_requirements(self.uow, self.rows, done)
        return [row.id for row in self.rows]

    def _draft(self, code: Cell, edition: Cell) -> Reference:
        if code is None or edition is None:
            raise CellMissing
        found = self.drafts.get(_key(_number(code), _number(edition)))
        if found is None:
            raise UnknownDraft(value=f"{_number(code)}:{_number(edition)}")
        return found


WHERE: Final = {"reference_full": "number"}


def _key(code: str, edition: str) -> tuple[str, str]:
    return code.strip().casefold(), edition.strip().casefold()


def _number(cell: Cell) -> str:
    """A number as it is written: a workbook gives 4 as 4.0."""
    whole = isinstance(cell, float) and cell.is_integer()
    return str(int(cell)) if whole else str(cell)  # type: ignore[arg-type]


imports = Imports(
    "compliance",
    "compliance:write",
    [
        Register(
            "requirements",
            Requirement,
            TEMPLATE,
            RequirementPlan,
            withdraw_requirements,
            "title_fr",
        )
    ],
)
