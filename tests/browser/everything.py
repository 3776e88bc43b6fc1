"""A small group in which every page of the portal has something to show."""

from datetime import date, timedelta

from services.actions.schemas import ActionType
from services.audit import commands as auditing
from services.audit.schemas import FindingIn, StepIn
from services.identity import commands, proposals
from services.identity.admin_schemas import ProposalIn
from services.identity.schemas import GrantIn, PersonIn, Role
from shared.auth import SYSTEM
from shared.work import clock, unit_of_work
from tests.actions import factories as acting
from tests.actions.analysing import again, ask_why, sort_causes, write
from tests.actions.asking import ask, asked_lyon
from tests.audit import programmes, reports
from tests.audit.rooms import answer_in, answered, asked
from tests.compliance import factories as library
from tests.helpers import Bus
from tests.importing import looked_through
from tests.portal.factories import (
    finding_form,
    lead_under_way,
    planned,
    policy_in_force,
    risk_at_lyon,
)
from tests.register.factories import registered
from tests.risk.test_imports import row
from tests.world import WORLD


def everything() -> None:
    """A chain with all that follows, something planned, somebody from outside, a role proposed."""
    policy_in_force()
    planned()
    risk_at_lyon()
    audit = lead_under_way()
    asked(audit)
    _held()
    with unit_of_work("audit", WORLD.diane, permission="audit:conduct") as uow:
        auditing.raise_finding(uow, audit.id, FindingIn.model_validate(finding_form()))
    _actions()
    reports.issued(reports.written(readers=[WORLD.greta.id]))
    looked_through("risk", "risks", WORLD.greta, row("Chute du quai"), row("Ab", site="Ailleurs"))
    _programme()
    _people()
    _library()
    Bus().deliver_all()


def _library() -> None:
    """Standards, one of them in two editions; a draft with a requirement; a process."""
    library.loaded("iso_9001_2015")
    library.loaded("iso_14001_2015")
    library.issued("ISO 14001", edition="2026", kind="standard", in_force_from=date(2026, 4, 1))
    library.required(library.drafted("PRO-QSE-001"), "4")
    registered("PROD", WORLD.lyon, WORLD.lille)


def _actions() -> None:
    """Causes looked for in each way, a plan, a site asked here and one asked from here."""
    action = acting.typed_action(ActionType.CORRECTIVE, objective="Zéro carter démonté")
    ask_why(action)
    sort_causes(again(action))
    write(action, "D0")
    ask(again(action), WORLD.alice)
    asked_lyon()


def _held() -> None:
    """An audit whose fieldwork has ended: what was answered in it is everybody's to read."""
    audit = lead_under_way()
    answered(asked(audit), answer_in(note="Le régleur est nommé"))
    with unit_of_work("audit", WORLD.diane, permission="audit:conduct") as uow:
        auditing.end_fieldwork(uow, audit.id, StepIn(version=audit.version))


def _programme() -> None:
    """A programme with holes, a certificate of several sites with its sample, a frequency."""
    programmes.known_references()
    programme = programmes.drafted(WORLD.group, by=WORLD.hugo)
    programmes.drafted_entry(programme, by=WORLD.hugo)
    programmes.sampled(programmes.multi_site())
    programmes.rated()


def _people() -> None:
    today = clock().date()
    held = {"node_id": WORLD.lyon, "valid_from": today, "valid_to": today + timedelta(days=9)}
    with unit_of_work("identity", SYSTEM) as uow:
        ines = commands.add_person(uow, PersonIn(name="Inès Roux", email="ines@example.org"))
        held |= {"person_id": ines.id}
        commands.grant(uow, GrantIn.model_validate(held | {"role": Role.INSPECTOR}))
    with unit_of_work("identity", WORLD.hugo, permission="identity:admin") as uow:
        role = {"person_id": WORLD.bob.id, "role": Role.SITE_COORDINATOR}
        proposals.propose(uow, ProposalIn.model_validate(held | role))
