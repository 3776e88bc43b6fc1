"""Findings from a workbook, by the lead of audits that are under way."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from services.audit import certifiers
from services.audit.answers.duty import PLAN
from services.audit.certifiers import CertifierPlan
from services.audit.errors import AmbiguousAudit, UnknownAudit
from services.audit.models import Audit, Finding
from services.audit.raising import enter_findings, new_finding, withdraw_findings
from services.audit.schemas import AuditStatus, FindingIn, Grade
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
from shared.work import UnitOfWork

GRADES: Final[Mapping[str, Words]] = {
    Grade.STRENGTH: Words("Point fort", "Strength"),
    Grade.IMPROVEMENT: Words("Piste de progrès", "Opportunity for improvement"),
    Grade.OBSERVATION: Words("Point sensible", "Observation"),
    Grade.MINOR: Words("Non-conformité mineure", "Minor nonconformity"),
    Grade.MAJOR: Words("Non-conformité majeure", "Major nonconformity"),
}
TEMPLATE: Final = Template(
    Words("Constats", "Findings"),
    (
        Column(
            "audit",
            Words("Audit", "Audit"),
            Words(
                "Intitulé d'un audit en cours que vous menez.",
                "Title of an audit under way that you lead.",
            ),
        ),
        Column("grade", Words("Nature", "Kind"), Words("Du barème.", "On the scale."), GRADES),
        Column(
            "process",
            Words("Processus", "Process"),
            Words("Code du processus audité.", "Code of the process audited."),
        ),
        Column(
            "requirement",
            Words("Exigence", "Requirement"),
            Words(
                "Texte et article ; obligatoire pour une non-conformité.",
                "Text and clause; required for a nonconformity.",
            ),
        ),
        Column(
            "statement",
            Words("Écart constaté", "Gap observed"),
            Words("De 3 à 4 000 caractères.", "From 3 to 4,000 characters."),
        ),
        Column(
            "evidence",
            Words("Preuve", "Proof"),
            Words(
                "Ce qui a été vu ; obligatoire pour une non-conformité.",
                "What was seen; required for a nonconformity.",
            ),
        ),
    ),
)
Key = tuple[UUID, str, str]


class FindingPlan:
    """What is there stays as it is: the same words on the same process of the same audit."""

    def __init__(self, uow: UnitOfWork, _rows: Rows) -> None:
        self.uow = uow
        led = uow.select(Audit).where(
            Audit.lead_id == uow.actor.id, Audit.status == AuditStatus.UNDER_WAY
        )
        self.audits: dict[str, list[Audit]] = defaultdict(list)
        for audit in uow.session.scalars(led):
            self.audits[audit.title.casefold()].append(audit)
        ids = [audit.id for audits in self.audits.values() for audit in audits]
        known = uow.select(Finding).where(Finding.audit_id.in_(ids))
        keys = known.with_only_columns(Finding.audit_id, Finding.process, Finding.statement)
        self.there = {_key(*row) for row in uow.session.execute(keys)}
        self.new: dict[Key, int] = {}
        self.findings: list[Finding] = []

    def look_at(self, number: int, row: Row) -> list[str]:
        given = dict(row)
        audit = within("audit", lambda: self._audit(given.pop("audit")))
        reading = {"grade": lambda cell: one_of(GRADES, str(cell))}
        data: FindingIn = taken_in(FindingIn, given, reading)
        key = _key(audit.id, data.process, data.statement)
        if key in self.there:
            return []
        if key in self.new:
            raise Wrong("statement", TwiceInTheWorkbook(row=self.new[key], value=data.process))
        finding = within("requirement", lambda: new_finding(self.uow, audit, data))
        self.new[key] = number
        self.findings.append(finding)
        obliges = finding.grade.is_nonconformity
        return ["raise_finding", "open_action"] if obliges else ["raise_finding"]

    def write(self, done: Done) -> Sequence[UUID]:
        enter_findings(self.uow, self.findings, done)
        return [finding.id for finding in self.findings]

    def _audit(self, cell: object) -> Audit:
        if cell is None:
            raise CellMissing
        found = self.audits.get(str(cell).strip().casefold(), [])
        if not found:
            raise UnknownAudit(value=cell)
        if len(found) > 1:
            raise AmbiguousAudit(value=cell)
        return found[0]


def _key(audit_id: UUID, process: str, statement: str) -> Key:
    return audit_id, process.casefold(), statement.casefold()


imports = Imports(
    "audit",
    "audit:enter",
    [
        Register(
            "findings",
            Finding,
            TEMPLATE,
            FindingPlan,
            withdraw_findings,
            "statement",
            permission="audit:conduct",
        ),
        Register(
            "certifier-findings",
            Finding,
            certifiers.TEMPLATE,
            CertifierPlan,
            withdraw_findings,
            "statement",
            permission=PLAN,
        ),
    ],
)
