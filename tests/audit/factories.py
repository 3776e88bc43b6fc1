from datetime import date
from itertools import count
from uuid import UUID, uuid4

from services.audit import commands
from services.audit.answers import commands as answering
from services.audit.answers.models import Answer, Body
from services.audit.answers.schemas import (
    AcceptIn,
    AnswerIn,
    BodyIn,
    EvidenceIn,
    ScaleGrade,
    SendBackIn,
)
from services.audit.fieldwork import checklist, planning
from services.audit.fieldwork.schemas import QuestionIn, SlotIn
from services.audit.library import commands as library
from services.audit.models import Audit, Finding
from services.audit.schemas import AuditIn, FindingIn, Grade, Party, StepIn
from services.identity import commands as identity
from services.identity.schemas import GrantIn, Role
from shared.auth import SYSTEM, Actor
from shared.work import unit_of_work
from tests.helpers import Bus
from tests.world import SINCE, WORLD

DAY = date(2030, 1, 7)
_numbers = count(90001)


def audit_in(site: UUID = WORLD.lyon, lead: UUID = WORLD.diane.id) -> AuditIn:
    return AuditIn(
        site_id=site,
        title="Audit interne production",
        criteria=["ISO 9001:2015 8.5"],
        planned_for=DAY,
        lead_id=lead,
        objectives="Vérifier la maîtrise des réglages",
        method_reason="Les réglages se voient à la presse",
    )


def finding_in(grade: Grade = Grade.MAJOR) -> FindingIn:
    return FindingIn(
        grade=grade,
        process="PROD",
        requirement="ISO 9001:2015 8.5.1",
        statement="Les réglages de la presse 4 ne sont pas enregistrés",
        evidence="Fiches de réglage du 3 au 7 janvier vides",
    )


def planned_audit(*references: UUID) -> Audit:
    with unit_of_work("audit", WORLD.alice, permission="audit:plan") as uow:
        data = audit_in().model_copy(update={"reference_ids": list(references)})
        return commands.plan_audit(uow, data)


def slot_in(**other: object) -> SlotIn:
    """The opening meeting, with the whole team and whoever owns the process."""
    return SlotIn.model_validate(
        {
            "kind": "opening",
            "day": DAY,
            "starts": "08:30",
            "ends": "09:00",
            "people": [WORLD.paul.id],
        }
        | other
    )


def prepared_audit() -> Audit:
    """Planned, with a slot in its plan and a question to ask: it may start."""
    audit = planned_audit()
    with unit_of_work("audit", WORLD.diane, permission="audit:conduct") as uow:
        planning.add_slot(uow, audit.id, slot_in())
        checklist.add_question(uow, audit.id, question_in("Qui tient les fiches ?"))
    return audit


def started_audit() -> Audit:
    audit = prepared_audit()
    with unit_of_work("audit", WORLD.diane, permission="audit:conduct") as uow:
        return commands.start_audit(uow, audit.id, StepIn(version=audit.version))


def raised_finding(grade: Grade = Grade.MAJOR) -> Finding:
    audit = started_audit()
    with unit_of_work("audit", WORLD.diane, permission="audit:conduct") as uow:
        return commands.raise_finding(uow, audit.id, finding_in(grade))


def body_in(code: str = "VERITEC") -> BodyIn:
    """A body that knows one grade of nonconformity, and remarks that oblige to act."""
    grades = [
        ScaleGrade(
            code="NCM",
            kind=Grade.MAJOR,
            title_fr="Écart critique",
            title_en="Critical gap",
            obliges=True,
            blocks=True,
            answer_days=21,
            closing_days=60,
        ),
        ScaleGrade(
            code="R",
            kind=Grade.OBSERVATION,
            title_fr="Remarque",
            title_en="Remark",
            obliges=True,
            answer_days=45,
        ),
        ScaleGrade(code="NC2", kind=Grade.MINOR, title_fr="Écart", title_en="Gap", obliges=True),
    ]
    return BodyIn(code=code, name="Veritec", grades=grades)


def new_body(code: str = "VERITEC") -> Body:
    with unit_of_work("audit", WORLD.greta, permission="audit:configure") as uow:
        return answering.add_body(uow, body_in(code))


def external_audit(body_id: UUID | None = None) -> Audit:
    """An audit by an outside body, which its lead in the house has let begin."""
    data = audit_in().model_copy(
        update={"title": "Audit de suivi", "party": Party.THIRD, "body_id": body_id}
    )
    with unit_of_work("audit", WORLD.alice, permission="audit:plan") as uow:
        audit = commands.plan_audit(uow, data)
    with unit_of_work("audit", WORLD.diane, permission="audit:conduct") as uow:
        return commands.start_audit(uow, audit.id, StepIn(version=audit.version))


def answer_in(finding: Finding) -> AnswerIn:
    return AnswerIn(
        version=finding.version,
        correction="Les fiches des trois séries sont complétées",
        extent="Les deux autres presses ont été vérifiées, sans écart",
        root_cause="La fiche se trouve au bureau et non au poste",
        plan="Fixer la fiche au poste et la contrôler en fin de série",
        owner_id=WORLD.paul.id,
        due_on=date(2030, 3, 1),
        proof="Dix fiches successives remplies",
    )


def answered(finding: Finding | None = None, by: Actor | None = None) -> Answer:
    finding = finding or raised_finding()
    with unit_of_work("audit", by or WORLD.paul, permission="audit:answer") as uow:
        return answering.answer(uow, finding.id, answer_in(uow.get(Finding, finding.id)))


def sent_back(answer: Answer | None = None) -> Answer:
    answer = answer or answered()
    reason = SendBackIn(version=answer.version, reason="La cause ne dit pas pourquoi")
    with unit_of_work("audit", WORLD.diane, permission="audit:close") as uow:
        return answering.send_back(uow, answer.id, reason)


def accepted(answer: Answer | None = None) -> Answer:
    answer = answer or answered()
    with unit_of_work("audit", WORLD.diane, permission="audit:close") as uow:
        return answering.accept(uow, answer.id, AcceptIn(version=answer.version))


def proven(answer: Answer | None = None) -> Answer:
    answer = answer or accepted()
    shown = EvidenceIn(version=answer.version, brought="Dix fiches remplies, vues au poste")
    with unit_of_work("audit", WORLD.paul, permission="audit:answer") as uow:
        return answering.bring_evidence(uow, answer.id, shown)


def accept_answer_to(finding_id: UUID) -> None:
    """What a nonconformity needs besides effective actions before it can be closed."""
    with unit_of_work("audit", WORLD.paul, permission="audit:read") as uow:
        finding = uow.get(Finding, finding_id)
    accepted(answered(finding))


def give_process(bus: Bus, process: str) -> None:
    """Have Diane own a process at the very site she audits."""
    with unit_of_work("identity", SYSTEM) as uow:
        grant = GrantIn(
            person_id=WORLD.diane.id,
            role=Role.PROCESS_OWNER,
            node_id=WORLD.lyon,
            process=process,
            valid_from=SINCE,
        )
        identity.grant(uow, grant)
    bus.deliver_all()


def known_reference() -> UUID:
    """A small reference as compliance told of it: two chapters, three clauses to ask about."""
    reference, chapter = uuid4(), uuid4()
    code = f"ISO {next(_numbers)}"
    about = {"code": code, "edition": "2015", "kind": "standard", "in_force_from": SINCE}
    about |= {"title_fr": "Qualité", "title_en": "Quality", "in_force_until": None}
    clauses = [("8", "Réalisation", None), ("8.4", "Prestataires externes", chapter)]
    clauses += [("8.5", "Production", chapter), ("9", "Évaluation", None)]
    with unit_of_work("audit", SYSTEM) as uow:
        library.keep_reference(uow, reference, about)
        library.keep_requirements(
            uow,
            reference,
            [
                {
                    "id": chapter if number == "8" else uuid4(),
                    "number": number,
                    "parent_id": parent,
                    "title_fr": title,
                    "title_en": f"{title} (en)",
                    "theme": None,
                    "also": [],
                    "position": position,
                }
                for position, (number, title, parent) in enumerate(clauses)
            ],
        )
    return reference


def question_in(text: str = "Qui règle la presse 4 ?", **other: object) -> QuestionIn:
    return QuestionIn.model_validate({"text_fr": text, "process": "PROD"} | other)
