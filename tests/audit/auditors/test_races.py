"""Two who name the same auditor at once, for the same days at two sites: one of them is told."""

from functools import partial

from services.audit import commands
from services.audit.auditors import teams
from services.audit.auditors.errors import OnAnotherAudit
from services.audit.auditors.team_schemas import TeamIn
from services.audit.models import Audit
from services.audit.schemas import AuditStatus, LeadIn, StepIn
from shared.errors import Conflict, StaleVersion
from shared.work import unit_of_work
from tests.audit.auditors.factories import (
    TODAY,
    audits_at_lyon,
    chosen,
    iso_audit,
    qualified,
    seat,
)
from tests.helpers import Bus, together
from tests.world import WORLD


def test_nobody_is_taken_for_two_sites_at_once(own_database: str) -> None:
    audits_at_lyon(WORLD.anna, Bus())
    qualified(WORLD.anna, WORLD.lille)
    audits = [iso_audit(), iso_audit(site_id=WORLD.lille)]

    ends = together(*(partial(name_anna, audit) for audit in audits))

    assert [type(end) for end in ends if isinstance(end, Conflict)] == [OnAnotherAudit]


def test_of_two_teams_chosen_at_once_one_stands(own_database: str) -> None:
    qualified(WORLD.diane)
    audit = iso_audit()
    data = TeamIn(version=audit.version, seats=[seat(WORLD.diane)])

    ends = together(*(partial(choose, audit, data) for _ in range(2)))

    assert [type(end) for end in ends if isinstance(end, Conflict)] == [StaleVersion]


def test_an_audit_starts_once_and_its_team_is_kept_once(own_database: str) -> None:
    qualified(WORLD.diane)
    audit = iso_audit(planned_for=TODAY)
    chosen(audit, seat(WORLD.diane))

    ends = together(*(partial(start, audit) for _ in range(2)))

    assert len([end for end in ends if isinstance(end, Conflict)]) == 1
    with unit_of_work("audit", WORLD.alice, permission="audit:read") as uow:
        row = uow.get(Audit, audit.id)
        assert row.status is AuditStatus.UNDER_WAY
        assert teams.team_of(uow, row).record is not None


def name_anna(audit: Audit) -> object:
    with unit_of_work("audit", WORLD.greta, permission="audit:plan") as uow:
        data = LeadIn(version=audit.version, lead_id=WORLD.anna.id)
        return commands.name_lead(uow, audit.id, data)


def choose(audit: Audit, data: TeamIn) -> object:
    with unit_of_work("audit", WORLD.alice, permission="audit:plan") as uow:
        return teams.choose_team(uow, audit.id, data)


def start(audit: Audit) -> object:
    with unit_of_work("audit", WORLD.diane, permission="audit:conduct") as uow:
        return commands.start_audit(uow, audit.id, StepIn(version=audit.version + 1))
