"""Facts in, every reason out: who may audit what, worked by hand."""

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest

from services.audit.auditors.cases import (
    Held,
    Past,
    Person,
    Rules,
    Span,
    Task,
    Tie,
    Visit,
    months_before,
)
from services.audit.auditors.errors import (
    AdvisedAuditedProcess,
    Away,
    CompetenceEnded,
    CompetenceRevoked,
    DrivesActionOfScope,
    HasLeft,
    HoldsNoAuditorsRole,
    InLineWithPilot,
    NotQualified,
    NotQualifiedForThisType,
    NotQualifiedToLead,
    NotQualifiedYet,
    OnAnotherAudit,
    OnlyAnExpert,
    OutOfPractice,
    OverTheCeiling,
    PilotsAuditedProcess,
    PilotsThisSite,
    StillInTraining,
    TiedToPilot,
    TooFewAudits,
    TooFewTutoredAudits,
    Unfit,
    WorkedInAuditedProcess,
    WorksInAuditedProcess,
    WroteAuditedDocuments,
)
from services.audit.auditors.fitness import qualified_for, reasons
from services.audit.auditors.schemas import Family, Level, LinkKind, TeamRole

LYON, LILLE, PAUL = uuid4(), uuid4(), uuid4()
RULES = Rules()
TASK = Task(
    site_id=LYON,
    since=date(2026, 12, 7),
    until=date(2026, 12, 8),
    codes=frozenset({"ISO 9001"}),
    type="system",
    processes=frozenset({"ACHATS"}),
    pilots={PAUL: "Paul"},
)


def held(code: str = "ISO 9001", until: date = date(2027, 6, 30), **more: object) -> Held:
    facts = {"level": Level.LEAD, "since": date(2025, 7, 1)} | more
    return Held(code=code, until=until, **facts)  # type: ignore[arg-type]


FIT = Person(
    id=uuid4(),
    name="Fanny",
    competences=(held(),),
    past=(Past(date(2026, 1, 5), tutored=True), Past(date(2026, 3, 2)), Past(date(2026, 6, 1))),
)


def found(person: Person, role: TeamRole = TeamRole.LEAD, task: Task = TASK) -> list[type[Unfit]]:
    return [type(reason) for reason in reasons(person, task, role, RULES)]


# Six people for an audit of purchasing at Lyon by ISO 9001, 7 and 8 December 2026. A pilots
# purchasing; B approved its documents; C is qualified until 30 November; D for ISO 14001; E is
# taken up from the 8th; F from the 9th, which is after the audit.
SIX = {
    "A": (replace(FIT, pilots=frozenset({"ACHATS"})), PilotsAuditedProcess),
    "B": (
        replace(
            FIT,
            works_at=LYON,
            works_in=frozenset({"LOGISTIQUE"}),
            ties=(Tie(LinkKind.DOCUMENTS, "ACHATS", LYON, date(2026, 5, 4)),),
        ),
        WroteAuditedDocuments,
    ),
    "C": (replace(FIT, competences=(held(until=date(2026, 11, 30)),)), CompetenceEnded),
    "D": (replace(FIT, competences=(held("ISO 14001"),)), NotQualified),
    "E": (replace(FIT, away=(Span(date(2026, 12, 8), date(2026, 12, 10)),)), Away),
    "F": (
        replace(
            FIT,
            works_at=LYON,
            works_in=frozenset({"PRODUCTION"}),
            away=(Span(date(2026, 12, 9), date(2026, 12, 10)),),
        ),
        None,
    ),
}
FAMILIES = {
    "A": Family.INDEPENDENCE,
    "B": Family.INDEPENDENCE,
    "C": Family.COMPETENCE,
    "D": Family.COMPETENCE,
    "E": Family.AVAILABILITY,
    "F": None,
}


@pytest.mark.parametrize("name", SIX)
def test_each_of_six_is_refused_for_the_one_reason_there_is(name: str) -> None:
    person, expected = SIX[name]

    against = reasons(person, TASK, TeamRole.LEAD, RULES)

    assert [type(reason) for reason in against] == ([expected] if expected else [])
    assert [reason.family for reason in against] == ([FAMILIES[name]] if expected else [])


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (replace(FIT, active=False), HasLeft),
        (replace(FIT, audits_here=False), HoldsNoAuditorsRole),
        (replace(FIT, competences=()), NotQualified),
        (replace(FIT, competences=(held(since=date(2026, 12, 8)),)), NotQualifiedYet),
        (replace(FIT, competences=(held(revoked_on=date(2026, 9, 1)),)), CompetenceRevoked),
        (
            replace(FIT, competences=(held(types=frozenset({"supplier"})),)),
            NotQualifiedForThisType,
        ),
        (replace(FIT, competences=(held(level=Level.TRAINEE),)), StillInTraining),
        (replace(FIT, competences=(held(level=Level.EXPERT),)), OnlyAnExpert),
        (replace(FIT, past=FIT.past[:2]), TooFewAudits),
        (replace(FIT, past=(*FIT.past[1:], Past(date(2026, 7, 6)))), TooFewTutoredAudits),
        (
            replace(FIT, visits=(Visit(date(2026, 12, 8), date(2026, 12, 9), LILLE),)),
            OnAnotherAudit,
        ),
        (replace(FIT, pilots=frozenset({None})), PilotsThisSite),
        (replace(FIT, works_at=LYON, works_in=frozenset({"ACHATS"})), WorksInAuditedProcess),
        (
            replace(FIT, ties=(Tie(LinkKind.JOB, "ACHATS", LYON, date(2024, 12, 7)),)),
            WorkedInAuditedProcess,
        ),
        (
            replace(FIT, ties=(Tie(LinkKind.ADVICE, "ACHATS", LYON, date(2026, 1, 1)),)),
            AdvisedAuditedProcess,
        ),
        (replace(FIT, drives=2), DrivesActionOfScope),
        (replace(FIT, in_line_with=frozenset({PAUL})), InLineWithPilot),
        (replace(FIT, ties=(Tie(LinkKind.FAMILY, other_id=PAUL),)), TiedToPilot),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
@pytest.mark.parametrize("role", [TeamRole.LEAD, TeamRole.AUDITOR])
def test_each_reason_stands_alone(person: Person, expected: type[Unfit], role: TeamRole) -> None:
    only_to_lead = (TooFewAudits, TooFewTutoredAudits)

    refused = found(person, role)

    assert refused == ([] if role is TeamRole.AUDITOR and expected in only_to_lead else [expected])


def test_who_is_fit_is_fit_for_every_role() -> None:
    assert {role: found(FIT, role) for role in TeamRole} == {role: [] for role in TeamRole}


def test_a_member_need_not_be_able_to_lead() -> None:
    member = replace(FIT, competences=(held(level=Level.AUDITOR),), past=FIT.past[:1])

    assert found(member, TeamRole.AUDITOR) == []
    assert found(member, TeamRole.LEAD) == [NotQualifiedToLead]


def test_who_learns_may_learn_and_never_counts_as_qualified() -> None:
    trainee = replace(FIT, competences=(held(level=Level.TRAINEE),))

    assert found(trainee, TeamRole.TRAINEE) == []
    assert found(trainee, TeamRole.AUDITOR) == [StillInTraining]
    assert qualified_for(trainee, TASK, TeamRole.AUDITOR) == frozenset()


def test_observers_and_guides_need_neither_competence_nor_distance() -> None:
    pilot = replace(FIT, competences=(), pilots=frozenset({"ACHATS"}), audits_here=False)

    assert found(pilot, TeamRole.OBSERVER) == found(pilot, TeamRole.GUIDE) == []
    assert found(replace(pilot, active=False), TeamRole.GUIDE) == [HasLeft]


def test_an_expert_need_hold_no_auditors_role() -> None:
    expert = replace(FIT, competences=(held(level=Level.EXPERT),), audits_here=False)

    assert found(expert, TeamRole.EXPERT) == []


def test_every_reason_there_is_is_told() -> None:
    nobody = replace(
        FIT, competences=(), pilots=frozenset({"ACHATS"}), away=(Span(TASK.since, TASK.since),)
    )

    assert found(nobody) == [NotQualified, Away, PilotsAuditedProcess]


def test_of_several_references_one_that_is_held_is_enough() -> None:
    three = replace(TASK, codes=frozenset({"ISO 9001", "ISO 14001", "ISO 45001"}))

    assert found(FIT, task=three) == []
    assert qualified_for(FIT, three, TeamRole.LEAD) == {"ISO 9001"}


def test_criteria_of_no_known_reference_ask_for_no_competence() -> None:
    novice = replace(FIT, competences=(), past=())

    assert found(novice, task=replace(TASK, codes=frozenset())) == []


def test_a_competence_is_kept_by_auditing() -> None:
    """Held since July 2022 with one audit in the 24 months before: two are asked for."""
    rusty = replace(
        FIT, competences=(held(since=date(2022, 7, 1)),), past=(Past(date(2026, 1, 5)),)
    )

    assert found(rusty, TeamRole.AUDITOR) == [OutOfPractice]
    assert found(replace(rusty, past=FIT.past), TeamRole.AUDITOR) == []


def test_practice_counts_to_the_day() -> None:
    """36 months before 7 December 2026 is 7 December 2023: that day counts, the 6th does not."""
    on_the_day = (Past(date(2023, 12, 7), tutored=True), *FIT.past[1:])
    day_before = (Past(date(2023, 12, 6), tutored=True), *FIT.past[1:])

    assert found(replace(FIT, past=on_the_day)) == []
    assert found(replace(FIT, past=day_before)) == [TooFewAudits]


def test_a_group_may_ask_for_nothing() -> None:
    lenient = Rules(lead_audits=0, lead_tutored=0, kept_audits=0)

    assert reasons(replace(FIT, past=()), TASK, TeamRole.LEAD, lenient) == []


def test_two_audits_of_one_visit_share_their_days() -> None:
    same = replace(FIT, visits=(Visit(date(2026, 12, 7), date(2026, 12, 8), LYON),))

    assert found(same) == []


def test_a_month_holds_so_many_days_of_audit() -> None:
    """9 days from 14 December and the 2 of this audit are 11; 10 may be."""
    busy = replace(FIT, visits=(Visit(date(2026, 12, 14), date(2026, 12, 22), LILLE),))
    full = replace(FIT, visits=(Visit(date(2026, 12, 14), date(2026, 12, 21), LILLE),))

    assert found(busy) == [OverTheCeiling]
    assert found(full) == []
    [told] = reasons(busy, TASK, TeamRole.LEAD, RULES)
    assert told.facts == {"who": "Fanny", "days": 11, "month": "12/2026", "most": 10}


def test_a_job_is_forgotten_after_the_cooling_off() -> None:
    """24 months before 7 December 2026: who left on 6 December 2024 may audit."""
    left = replace(FIT, ties=(Tie(LinkKind.JOB, "ACHATS", LYON, date(2024, 12, 6)),))
    elsewhere = replace(FIT, ties=(Tie(LinkKind.JOB, "ACHATS", LILLE, date(2026, 12, 6)),))

    assert found(left) == found(elsewhere) == []


def test_what_is_not_audited_binds_nobody() -> None:
    near = replace(
        FIT,
        pilots=frozenset({"PROD"}),
        works_at=LYON,
        works_in=frozenset({"PROD"}),
        ties=(Tie(LinkKind.FAMILY, other_id=UUID(int=7)),),
    )

    assert found(near) == []


def test_an_audit_that_names_no_process_audits_all() -> None:
    whole = replace(TASK, processes=frozenset())
    near = replace(FIT, works_at=LYON, works_in=frozenset({"PROD"}))

    assert found(near, task=whole) == [WorksInAuditedProcess]
    assert found(replace(FIT, pilots=frozenset({"LOG"})), task=whole) == [PilotsAuditedProcess]


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 12, 7), 24, date(2024, 12, 7)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
    ],
)
def test_months_are_counted_back_by_the_calendar(day: date, months: int, expected: date) -> None:
    assert months_before(day, months) == expected
