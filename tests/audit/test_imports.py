"""Findings from a workbook: by the lead of an audit under way, and nobody else."""

from typing import Any

import pytest
from sqlalchemy import func, select

from services.actions.models import Action
from services.audit import commands
from services.audit.models import Audit, Finding
from services.audit.schemas import AuditStatus, StepIn
from services.indicators.fact_models import known_finding
from services.risk.events import RiskEscalated, RiskWithdrawn
from shared.auth import SYSTEM
from shared.import_schemas import ImportState
from shared.schemas import JobState
from shared.tabular import Cell
from shared.work import unit_of_work
from tests.audit.factories import planned_audit, started_audit
from tests.helpers import Bus
from tests.importing import carried_out, errors, looked_through, outcome, taken_back, why
from tests.risk.test_imports import row as risk_row
from tests.world import World


def row(statement: str, **more: Any) -> list[Cell]:  # noqa: ANN401
    return [
        more.get("audit", "Audit interne production"),
        more.get("grade", "Non-conformité majeure"),
        "PROD",
        more.get("requirement", "ISO 9001:2015 8.5.1"),
        statement,
        more.get("evidence", "Fiches vides"),
    ]


def findings() -> int:
    with unit_of_work("audit", SYSTEM) as uow:
        return uow.session.scalar(select(func.count()).select_from(Finding)) or 0


def actions() -> list[str]:
    with unit_of_work("actions", SYSTEM) as uow:
        return list(uow.session.scalars(select(Action.status)))


@pytest.fixture
def audit(world: World) -> Audit:
    return started_audit()


def test_findings_are_raised_and_what_obliges_to_act_is_answered(
    world: World, audit: Audit, bus: Bus
) -> None:
    praise = row("Bien tenu", grade="PF", requirement=None, evidence=None)
    told = looked_through("audit", "findings", world.diane, row("Fiches vides"), praise)
    assert outcome(told).changes == {"raise_finding": 2, "open_action": 1}

    carried_out("audit", told.id, world.diane)
    bus.deliver_all()

    assert (findings(), actions()) == (2, ["open"])


def test_only_the_lead_of_an_audit_under_way_raises_them(world: World, audit: Audit) -> None:
    told = looked_through(
        "audit",
        "findings",
        world.diane,
        row("Fiches vides", audit="Un autre audit"),
        row("Fiches vides", requirement=None),
        row("Fiches vides", grade="Grave"),
        row("Fiches vides", audit=None),
    )
    assert errors(told) == [
        (2, "audit", "unknown_audit"),
        (3, "requirement", "nonconformity_incomplete"),
        (4, "grade", "not_in_the_list"),
        (5, "audit", "cell_missing"),
    ]
    other = looked_through("audit", "findings", world.anna, row("Fiches vides"))
    assert errors(other) == [(2, "audit", "unknown_audit")]


def test_an_audit_that_is_only_planned_takes_none(world: World) -> None:
    planned_audit()

    told = looked_through("audit", "findings", world.diane, row("Fiches vides"))

    assert errors(told) == [(2, "audit", "unknown_audit")]


def test_undone_the_answer_goes_as_well(world: World, audit: Audit, bus: Bus) -> None:
    told = looked_through("audit", "findings", world.diane, row("Fiches vides"))
    carried_out("audit", told.id, world.diane)
    bus.deliver_all()

    taken_back("audit", told.id, world.diane)
    bus.deliver_all()

    assert (findings(), actions()) == (0, [])
    with unit_of_work("indicators", SYSTEM) as uow:
        assert list(uow.session.scalars(select(known_finding.c.withdrawn))) == [True]


def test_once_the_fieldwork_has_ended_nothing_is_taken_back(world: World, audit: Audit) -> None:
    told = looked_through("audit", "findings", world.diane, row("Fiches vides"))
    carried_out("audit", told.id, world.diane)
    with unit_of_work("audit", world.diane, permission="audit:conduct") as uow:
        commands.end_fieldwork(uow, audit.id, StepIn(version=audit.version))

    ended = taken_back("audit", told.id, world.diane)

    assert (why(ended), ended.state, findings()) == (
        "audit_not_under_way",
        ImportState.CARRIED_OUT,
        1,
    )


def test_an_audit_asked_for_by_a_risk_goes_with_it(world: World, bus: Bus) -> None:
    told = looked_through("risk", "risks", world.alice, risk_row("Chute", gravity=4, probability=4))
    carried_out("risk", told.id, world.alice)
    bus.deliver_all()

    assert taken_back("risk", told.id, world.alice).job.state is JobState.DONE
    bus.deliver_all()

    assert len(bus.published(RiskEscalated)) == len(bus.published(RiskWithdrawn)) == 1
    with unit_of_work("audit", SYSTEM) as uow:
        assert list(uow.session.scalars(select(Audit.status))) == [AuditStatus.CANCELLED]
