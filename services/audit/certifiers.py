"""A certifier's list of findings, on its own scale, entered by who plans audits at the site."""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from pydantic import Field

from services.audit.answers.duty import PLAN
from services.audit.answers.errors import GradeNotOnScale
from services.audit.answers.models import Body
from services.audit.answers.queries import body_of
from services.audit.answers.schemas import ScaleGrade
from services.audit.errors import AmbiguousExternalAudit, NoExternalAudit, UnknownExternalAudit
from services.audit.models import Audit, Finding
from services.audit.raising import enter_findings, new_finding
from services.audit.schemas import AuditStatus, FindingIn, Party
from shared.imports import Done
from shared.schemas import Day, In
from shared.sheet_rows import taken_in
from shared.sheets import (
    Column,
    Row,
    Rows,
    Template,
    TwiceInTheWorkbook,
    Words,
    Wrong,
    day_of,
    plain,
    within,
)
from shared.work import UnitOfWork

TEMPLATE: Final = Template(
    Words("Constats de l'organisme", "Certifier's findings"),
    (
        Column(
            "number",
            Words("Numéro", "Number"),
            Words("Celui de l'organisme, une fois par liste.", "The body's own, once in a list."),
            also=("N°", "No", "N° constat", "N° fiche", "Réf", "Référence", "Ref", "Finding no"),
            optional=True,
        ),
        Column(
            "grade",
            Words("Nature", "Kind"),
            Words(
                "Code ou intitulé du barème de l'organisme.",
                "Code or title on the body's scale.",
            ),
            also=(
                "Classement",
                "Grade",
                "Type",
                "Type de constat",
                "Catégorie",
                "Category",
                "Grading",
            ),
        ),
        Column(
            "requirement",
            Words("Exigence", "Requirement"),
            Words(
                "Texte et article ; l'article suffit si l'audit n'a qu'un critère.",
                "Text and clause; the clause is enough if the audit has one criterion.",
            ),
            also=("Clause", "Article", "Chapitre", "Paragraphe", "§", "Norme", "Standard clause"),
        ),
        Column(
            "statement",
            Words("Écart constaté", "Gap observed"),
            Words("De 3 à 4 000 caractères.", "From 3 to 4,000 characters."),
            also=("Constat", "Finding", "Écart", "Libellé", "Description", "Statement", "Énoncé"),
        ),
        Column(
            "evidence",
            Words("Preuve", "Proof"),
            Words(
                "Ce qui a été vu ; obligatoire pour une non-conformité.",
                "What was seen; required for a nonconformity.",
            ),
            also=(
                "Evidence",
                "Preuve objective",
                "Preuves",
                "Éléments de preuve",
                "Objective evidence",
            ),
        ),
        Column(
            "process",
            Words("Processus", "Process"),
            Words("Code du processus audité.", "Code of the process audited."),
            also=("Service", "Activité", "Domaine", "Area"),
        ),
        Column(
            "due_on",
            Words("Échéance", "Due date"),
            Words(
                "Sinon le délai du barème court dès aujourd'hui.",
                "Otherwise the delay of the scale runs from today.",
            ),
            also=("Réponse pour le", "Délai", "Date limite", "Answer due on", "Deadline"),
            optional=True,
        ),
        Column(
            "audit",
            Words("Audit", "Audit"),
            Words(
                "Intitulé ; inutile si un seul audit externe est en cours.",
                "Title; not needed if only one outside audit is under way.",
            ),
            also=("Intitulé de l'audit", "Audit title"),
            optional=True,
        ),
    ),
)
CLAUSE: Final = re.compile(r"[A-Za-z]?\d+(?:\.\d+)*")
CLAUSE_AT_END: Final = re.compile(r"[\s§]+[A-Za-z]?\d+(?:\.\d+)+$")
Key = tuple[UUID, str]


class Line(In):
    """A row of the list, its grade by the code that it has on the body's scale."""

    number: str = Field(default="", max_length=40)
    grade: str = Field(max_length=20)
    requirement: str = Field(default="", max_length=500)
    statement: str = Field(min_length=3, max_length=4000)
    evidence: str = Field(default="", max_length=4000)
    process: str = Field(min_length=2, max_length=40)
    due_on: Day | None = None


class CertifierPlan:
    """What is there stays: the same number, or else the same words, in the same audit."""

    def __init__(self, uow: UnitOfWork, _rows: Rows) -> None:
        self.uow = uow
        self.audits = [audit for audit in _open_to_lists(uow) if _may_enter(uow, audit)]
        self.bodies = {audit.id: body_of(uow, audit) for audit in self.audits}
        ids = list(self.bodies)
        known = uow.select(Finding).where(Finding.audit_id.in_(ids))
        columns = known.with_only_columns(Finding.audit_id, Finding.number, Finding.statement)
        self.there = {_key(*row) for row in uow.session.execute(columns)}
        self.new: dict[Key, int] = {}
        self.findings: list[Finding] = []

    def look_at(self, number: int, row: Row) -> list[str]:
        given = dict(row)
        audit = within("audit", lambda: self._audit(given.pop("audit", None)))
        body = self.bodies[audit.id]
        reading = {"grade": lambda cell: _grade(body, str(cell)).code, "due_on": day_of}
        line: Line = taken_in(Line, given, reading)
        key = _key(audit.id, line.number, line.statement)
        if key in self.there:
            return []
        if key in self.new:
            said = line.number or line.process
            raise Wrong("statement", TwiceInTheWorkbook(row=self.new[key], value=said))
        finding = within("requirement", lambda: self._finding(audit, line))
        self.new[key] = number
        self.findings.append(finding)
        return ["raise_finding", "open_action"] if finding.obliges else ["raise_finding"]

    def write(self, done: Done) -> Sequence[UUID]:
        enter_findings(self.uow, self.findings, done)
        return [finding.id for finding in self.findings]

    def _audit(self, cell: object) -> Audit:
        named: dict[str, list[Audit]] = defaultdict(list)
        for audit in self.audits:
            named[plain(audit.title)].append(audit)
        found = self.audits if cell is None else named.get(plain(str(cell)), [])
        if not found:
            raise NoExternalAudit if cell is None else UnknownExternalAudit(value=cell)
        if len(found) > 1:
            raise AmbiguousExternalAudit
        return found[0]

    def _finding(self, audit: Audit, line: Line) -> Finding:
        data = FindingIn(
            grade=_grade(self.bodies[audit.id], line.grade).kind,
            body_grade=line.grade,
            process=line.process,
            requirement=_requirement(audit, line.requirement),
            statement=line.statement,
            evidence=line.evidence,
        )
        finding = new_finding(self.uow, audit, data)
        finding.number = line.number
        finding.answer_due_on = line.due_on or finding.answer_due_on
        return finding


def _open_to_lists(uow: UnitOfWork) -> Sequence[Audit]:
    taking = (AuditStatus.UNDER_WAY, AuditStatus.REPORTING)
    external = uow.select(Audit).where(Audit.party == Party.THIRD, Audit.status.in_(taking))
    return uow.session.scalars(external.order_by(Audit.planned_for, Audit.id)).all()


def _may_enter(uow: UnitOfWork, audit: Audit) -> bool:
    return uow.actor.may(PLAN, audit.site_id)


def _grade(body: Body, text: str) -> ScaleGrade:
    """A grade in the body's own code or words."""
    for grade in body.scale:
        if plain(text) in map(plain, (grade.code, grade.title_fr, grade.title_en)):
            return grade
    raise GradeNotOnScale(body=body.name, grade=text)


def _requirement(audit: Audit, cell: str) -> str:
    """A bare clause belongs to the only text that was audited against."""
    alone = len(audit.criteria) == 1 and CLAUSE.fullmatch(cell) is not None
    return f"{CLAUSE_AT_END.sub('', audit.criteria[0])} {cell}" if alone else cell


def _key(audit_id: UUID, number: str, statement: str) -> Key:
    return audit_id, (number or statement).casefold()
