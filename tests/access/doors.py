"""How to knock at every door: a request in which nothing is wrong but, perhaps, who makes it.

Each function makes what its door is about, at Lyon, by the services' own commands, and gives the
request that succeeds for whoever may. A door without a function here fails the tests.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select, update

from runtime.services import SERVICES
from services.actions import commands as actions
from services.actions.events import ActionOpened
from services.actions.models import Action, Delay
from services.actions.schemas import MoveIn
from services.audit import commands as auditing
from services.audit.events import FindingRaised
from services.audit.models import Audit, Finding
from services.audit.schemas import Grade, StepIn
from services.identity import access, accounts, proposals, signing_in
from services.identity import commands as identity
from services.identity.admin_schemas import ProposalIn
from services.identity.models import Grant, Node, Person, Proposal, checkpoint
from services.identity.record_models import Proof, Verification, proof_file
from services.identity.record_schemas import JobStatus
from services.identity.schemas import (
    GrantIn,
    NodeIn,
    NodeKind,
    PersonalTokenIn,
    PersonIn,
    Role,
)
from services.indicators.alerting import commands as alerting
from services.indicators.alerting.models import Alert
from services.indicators.alerting.schemas import AcknowledgeIn
from services.indicators.models import Definition, Measurement
from services.notifications.models import Notification
from services.risk import commands as assessing
from services.risk.models import Method
from shared import evidence, import_rows
from shared.auth import SYSTEM, Actor
from shared.catalogue import current
from shared.db import OfSite
from shared.events import Envelope
from shared.import_schemas import ImportOutcome, ImportState
from shared.job_rows import ask, tables
from shared.ledger import ledger
from shared.schemas import Change
from shared.work import clock, unit_of_work
from tests import importing
from tests.access import (
    doors_actions,  # noqa: F401  each door of it declares itself
    doors_answers,  # noqa: F401  each part keeps its doors as it is read
    doors_auditors,  # noqa: F401  each door of it declares itself
    doors_fieldwork,  # noqa: F401  each door of it declares itself
    doors_indicators,  # noqa: F401  each door of it declares itself
    doors_library,
    doors_programme,  # noqa: F401  each door of it declares itself
    doors_reporting,  # noqa: F401  each door of it declares itself
)
from tests.access.knocking import DOORS, Knock, chosen, door, fresh_code
from tests.actions import factories as acting
from tests.audit import factories as audits
from tests.audit import reports
from tests.evidence.factories import pdf, received
from tests.indicators import factories as figures
from tests.notifications import factories as news
from tests.policy import factories as policies
from tests.risk.test_commands import assessed, method_in, risk_in
from tests.world import PASSWORD, WORLD, sitting

__all__ = ["DOORS"]

NOBODY = "nobody"


# --- what every service has -------------------------------------------------------------------


def _operations(service: str, made: Callable[[], tuple[UUID, UUID]]) -> None:
    """`made` gives the id of an object of the service, and the story it belongs to."""

    @door(f"{service} GET /timeline/{{correlation_id}}")
    def timeline() -> Knock:
        _, story = made()
        return Knock(f"/timeline/{story}", shows='"topic"')

    @door(f"{service} GET /history/{{object_id}}")
    def history() -> Knock:
        id, _ = made()
        return Knock(f"/history/{id}", shows='"diff"')

    @door(f"{service} GET /readings")
    def readings() -> Knock:
        return Knock("/readings")

    @door(f"{service} GET /metrics")
    def metrics() -> Knock:
        return Knock("/metrics")

    @door(f"{service} GET /dead-letters")
    def dead_letters() -> Knock:
        return Knock("/dead-letters")

    @door(f"{service} POST /dead-letters/{{event_id}}/{{handler}}/replay")
    def replay() -> Knock:
        """Identity hears nothing: whoever may replay is told that there is nothing to."""
        event_id, handler = _dead_letter(service)
        done = 404 if handler == NOBODY else None
        return Knock(f"/dead-letters/{event_id}/{handler}/replay", {}, done=done)


LONG = {
    "audit": ("audits", "title"),
    "actions": ("actions", "title"),
    "risk": ("risks", "title"),
    "indicators": ("alerts", "code"),
    "policy": ("review-requests", "period"),
    "compliance": ("references", "code"),
    "processes": ("processes", "code"),
}


def _jobs(service: str) -> None:
    """A job of somebody's who may read everything at Lyon."""

    def asked() -> tuple[UUID, Actor]:
        somebody = replace(WORLD.bob, id=uuid4())
        with unit_of_work(service, somebody, permission=f"{service}:read") as uow:
            return ask(uow, "export", "Zanzibar", {}), somebody

    @door(f"{service} GET /jobs")
    def own() -> Knock:
        return Knock("/jobs")

    @door(f"{service} GET /jobs/{{job_id}}")
    def one() -> Knock:
        id, by = asked()
        return Knock(f"/jobs/{id}", by=by)

    @door(f"{service} POST /jobs/{{job_id}}/cancel")
    def cancel() -> Knock:
        id, by = asked()
        return Knock(f"/jobs/{id}/cancel", {}, by=by)

    @door(f"{service} GET /jobs/{{job_id}}/result")
    def result() -> Knock:
        id, by = asked()
        job, files = tables(service)
        with unit_of_work(service, SYSTEM) as uow:
            uow.session.execute(update(job).where(job.c.id == id).values(state="done", file="a"))
            file = {"job_id": id, "person_id": by.id, "media": "text/csv", "content": b"a"}
            uow.session.execute(insert(files).values(file))
        return Knock(f"/jobs/{id}/result", by=by)


def _exports(service: str) -> None:
    @door(f"{service} POST /exports")
    def export() -> Knock:
        name, field = LONG[service]
        column = {"name": field, "title": "Titre", "kind": "text"}
        asked = {"list": name, "title": "Liste", "format": "csv", "sort": field, "somebody": "?"}
        return Knock("/exports", asked | {"about_title": "Origine", "columns": [column]})


def _imports(service: str, register: str, holder: Actor) -> None:
    """Workbooks of somebody's who may fill the register at Lyon."""

    def sent(state: ImportState) -> tuple[UUID, Actor]:
        somebody = sitting(replace(holder, id=uuid4()))
        told = importing.sent(service, register, somebody, b"PK")
        job, _ = tables(service)
        would = ImportOutcome(rows=1, changes={"add": 1}, errors=0, shown=[])
        with unit_of_work(service, SYSTEM) as uow:
            ended = update(job).where(job.c.id == told.job.id).values(state="done")
            uow.session.execute(ended)
            import_rows.note(uow, told.id, state=state, outcome=would.model_dump(), made=[])
        return told.id, somebody

    @door(f"{service} GET /imports")
    def own() -> Knock:
        return Knock("/imports")

    @door(f"{service} GET /imports/{{import_id}}")
    def one() -> Knock:
        id, by = sent(ImportState.SENT)
        return Knock(f"/imports/{id}", by=by)

    @door(f"{service} POST /imports/{{import_id}}/carry-out")
    def carry_out() -> Knock:
        id, by = sent(ImportState.LOOKED_THROUGH)
        return Knock(f"/imports/{id}/carry-out", {}, by=by)

    @door(f"{service} POST /imports/{{import_id}}/undo")
    def undo() -> Knock:
        id, by = sent(ImportState.CARRIED_OUT)
        return Knock(f"/imports/{id}/undo", {}, by=by)

    _register(service, register)


def _register(service: str, register: str) -> None:
    @door(f"{service} POST /registers/{register}")
    def send() -> Knock:
        content = importing.book(service, register)
        return Knock(f"/registers/{register}", query={"name": "été.xlsx"}, content=content)

    @door(f"{service} GET /registers/{register}/template")
    def template() -> Knock:
        return Knock(f"/registers/{register}/template")


def _dated(service: str, made: Callable[[], date]) -> None:
    """`made` gives a day on which there is something at Lyon, and nothing elsewhere."""

    @door(f"{service} GET /dated")
    def entries() -> Knock:
        day = str(made())
        return Knock("/dated", query={"since": day, "until": day}, shows=str(WORLD.lyon))

    @door(f"{service} GET /dated/days")
    def days() -> Knock:
        day = str(made())
        return Knock("/dated/days", query={"since": day, "until": day}, shows=day)


def _signatures(service: str, made: Callable[[], UUID], shows: str) -> None:
    @door(f"{service} GET /signatures/{{record_id}}")
    def signed() -> Knock:
        return Knock(f"/signatures/{made()}", shows=shows)


def _dead_letter(service: str) -> tuple[UUID, str]:
    """Something that one of the service's handlers could not take in."""
    [handler, *_] = [h.name for h in SERVICES[service].handlers.registered] or [NOBODY]
    event = FindingRaised(
        finding_id=uuid4(),
        audit_id=uuid4(),
        site_id=WORLD.lyon,
        grade=Grade.STRENGTH,
        process="PROD",
        raised_on=audits.DAY,
    )
    envelope = Envelope(
        id=uuid4(),
        type=event.topic,
        source="/audit",
        time=clock(),
        dataschema=event.topic,
        data=event.model_dump(mode="json"),
        actorid=SYSTEM.id,
        correlationid=uuid4(),
    )
    row = {
        "event_id": envelope.id,
        "handler": handler,
        "topic": event.topic,
        "envelope": envelope.model_dump_json(),
        "error": "KeyError",
    }
    with unit_of_work(service, SYSTEM) as uow:
        uow.session.execute(insert(ledger(service).dead_letter).values(row))
    return envelope.id, handler


def _identity() -> tuple[UUID, UUID]:
    with unit_of_work("identity", SYSTEM) as uow:
        data = NodeIn(kind=NodeKind.WORK_UNIT, parent_id=WORLD.lyon, name=f"Atelier {fresh_code()}")
        return identity.open_node(uow, data).id, uow.correlation_id


def _audit() -> tuple[UUID, UUID]:
    audit = audits.planned_audit()
    return audit.id, audit.correlation_id


def _action() -> tuple[UUID, UUID]:
    action = acting.open_action()
    return action.id, action.correlation_id


def _alert() -> tuple[UUID, UUID]:
    alert = alert_at_lyon()
    return alert.id, alert.correlation_id


def _review() -> tuple[UUID, UUID]:
    request = policies.requested()
    return request.id, request.correlation_id


def _notification() -> tuple[UUID, UUID]:
    event = news.action_opened()
    story = news.hear(event).correlationid
    return told_of(event).id, story


def _risk() -> tuple[UUID, UUID]:
    risk = assessed()
    return risk.id, risk.correlation_id


MADE = {
    "identity": _identity,
    "audit": _audit,
    "actions": _action,
    "indicators": _alert,
    "policy": _review,
    "notifications": _notification,
    "risk": _risk,
    "compliance": doors_library.made_reference,
    "processes": doors_library.made_process,
}


def _closed_finding() -> UUID:
    finding = audits.raised_finding(Grade.STRENGTH)
    with unit_of_work("audit", WORLD.alice, permission="audit:close") as uow:
        return auditing.close_finding(uow, finding.id, StepIn(version=finding.version)).id


_signatures("audit", _closed_finding, '"closed"')
_signatures("actions", lambda: acting.verified_action(effective=True).id, '"verified"')
_signatures("policy", lambda: policies.approved().id, '"approved"')


for _service, _made in MADE.items():
    _operations(_service, _made)
_dated("audit", lambda: audits.planned_audit().planned_for)
_dated("actions", lambda: acting.open_action().due_on)
for _service in LONG:
    _jobs(_service)
    _exports(_service)
_imports("risk", "risks", WORLD.alice)
_imports("actions", "actions", WORLD.alice)
_imports("indicators", "measurements", WORLD.alice)
_imports("audit", "findings", WORLD.diane)
_register("audit", "certifier-findings")
_imports("compliance", "requirements", WORLD.greta)
_imports("processes", "processes", WORLD.greta)
_jobs("identity")
_imports("identity", "people", WORLD.alice)
_register("identity", "places")


# --- identity ---------------------------------------------------------------------------------


@door("identity GET /me")
def read_me() -> Knock:
    return Knock("/me")


@door("identity PATCH /me/language")
def speak() -> Knock:
    return Knock("/me/language", {"language": "fr"})


@door("identity POST /me/password")
def change_password() -> Knock:
    """Whoever does not know the old one is told so."""
    return Knock("/me/password", {"current": "pas-celui-ci", "new": PASSWORD}, done=422)


@door("identity POST /me/confirm")
def _() -> Knock:
    return Knock("/me/confirm", {"password": "pas-celui-ci"}, done=422)


@door("identity POST /me/factor")
def begin_factor() -> Knock:
    return Knock("/me/factor", {})


@door("identity POST /me/factor/confirm")
def finish_factor() -> Knock:
    """Whoever has no app is told that the code is not of it."""
    return Knock("/me/factor/confirm", {"code": "000000"}, done=422)


@door("identity DELETE /me/factor")
def remove_factor() -> Knock:
    return Knock("/me/factor")


@door("identity POST /me/provider")
def link_provider() -> Knock:
    """The tests' installation has no identity provider, and says so."""
    return Knock("/me/provider", {}, done=404)


@door("identity DELETE /me/provider")
def unlink_provider() -> Knock:
    return Knock("/me/provider")


@door("identity GET /me/sessions")
def list_sessions() -> Knock:
    return Knock("/me/sessions")


@door("identity DELETE /me/sessions/{session_id}")
def end_session() -> Knock:
    with unit_of_work("identity", SYSTEM) as uow:
        _, row = signing_in.open_session(uow, uow.get(Person, WORLD.alice.id))
    return Knock(f"/me/sessions/{row.id}", by=WORLD.alice)


@door("identity GET /me/tokens")
def list_tokens() -> Knock:
    return Knock("/me/tokens")


@door("identity POST /me/tokens")
def make_token() -> Knock:
    return Knock("/me/tokens", {"name": "Un programme", "days": 1})


@door("identity DELETE /me/tokens/{token_id}")
def revoke_token() -> Knock:
    alice = replace(WORLD.alice, session=uuid4())
    with unit_of_work("identity", alice, permission="identity:read") as uow:
        _, row = access.make_personal_token(uow, PersonalTokenIn(name="Un programme"))
    return Knock(f"/me/tokens/{row.id}", by=WORLD.alice)


@door("identity GET /nodes")
def list_nodes() -> Knock:
    return Knock("/nodes", query={"limit": "200"}, shows=str(WORLD.lyon))


@door("identity GET /places")
def list_places() -> Knock:
    return Knock("/places", shows=str(WORLD.lyon))


@door("identity POST /nodes")
def open_node() -> Knock:
    body = {"kind": "work_unit", "parent_id": str(WORLD.lyon), "name": fresh_code()}
    return Knock("/nodes", body)


@door("identity PUT /nodes/{node_id}")
def rename_node() -> Knock:
    with unit_of_work("identity", SYSTEM) as uow:
        lyon = uow.get(Node, WORLD.lyon)
    return Knock(f"/nodes/{lyon.id}", {"name": lyon.name, "version": lyon.version})


@door("identity GET /people")
def list_people() -> Knock:
    return Knock("/people", query={"limit": "200"}, shows=str(WORLD.alice.id))


@door("identity GET /search")
def search_identity() -> Knock:
    return Knock("/search", query={"q": "alice"}, shows=str(WORLD.alice.id))


@door("identity POST /people")
def add_person() -> Knock:
    return Knock("/people", {"name": "Zoé", "email": f"{fresh_code()}@example.org"})


@door("identity POST /people/{person_id}/invite")
def invite() -> Knock:
    return Knock(f"/people/{of_lyon().id}/invite", {})


@door("identity GET /grants")
def list_grants() -> Knock:
    return Knock("/grants", query={"limit": "200"}, shows=str(WORLD.alice.id))


@door("identity POST /grants")
def grant() -> Knock:
    body = grant_in().model_dump(mode="json", exclude_none=True)
    return Knock("/grants", body)


@door("identity POST /grants/{grant_id}/end")
def end_grant() -> Knock:
    with unit_of_work("identity", SYSTEM) as uow:
        held: Grant = identity.grant(uow, grant_in())
    return Knock(f"/grants/{held.id}/end", {})


def grant_in() -> GrantIn:
    return GrantIn(
        person_id=WORLD.bob.id,
        role=Role.CONTRIBUTOR,
        node_id=WORLD.lyon,
        valid_from=clock().date(),
        valid_to=clock().date() + timedelta(days=300),
    )


@door("identity POST /nodes/{node_id}/move")
def move_node() -> Knock:
    """A new site: nobody else's work is at it."""
    with unit_of_work("identity", SYSTEM) as uow:
        data = NodeIn(kind=NodeKind.SITE, parent_id=WORLD.division, name=f"Usine {fresh_code()}")
        site = identity.open_node(uow, data)
    body = {"parent_id": str(WORLD.elsewhere), "version": site.version}
    return Knock(f"/nodes/{site.id}/move", body)


@door("identity GET /roster")
def list_roster() -> Knock:
    return Knock("/roster", query={"limit": "200"}, shows=str(WORLD.alice.id))


@door("identity GET /people/{person_id}")
def read_person() -> Knock:
    return Knock(f"/people/{of_lyon().id}")


@door("identity PUT /people/{person_id}")
def change_person() -> Knock:
    person = of_lyon()
    body = {"name": "Zoé Roy", "email": person.email, "language": "fr", "version": person.version}
    return Knock(f"/people/{person.id}", body)


@door("identity POST /people/{person_id}/deactivate")
def deactivate() -> Knock:
    person = of_lyon()
    return Knock(f"/people/{person.id}/deactivate", {"version": person.version})


@door("identity POST /people/{person_id}/reactivate")
def reactivate() -> Knock:
    person = of_lyon()
    with unit_of_work("identity", SYSTEM) as uow:
        closed = accounts.deactivate(uow, person.id, Change(version=person.version))
    return Knock(f"/people/{closed.id}/reactivate", {"version": closed.version})


@door("identity POST /people/{person_id}/sessions/end")
def end_sessions() -> Knock:
    person = of_lyon()
    with unit_of_work("identity", SYSTEM) as uow:
        signing_in.open_session(uow, person)
    return Knock(f"/people/{person.id}/sessions/end", {})


@door("identity POST /people/{person_id}/tokens/revoke")
def revoke_tokens() -> Knock:
    person = of_lyon()
    somebody = replace(WORLD.alice, id=person.id, session=uuid4())
    with unit_of_work("identity", somebody, permission="identity:read") as uow:
        access.make_personal_token(uow, PersonalTokenIn(name="Un programme"))
    return Knock(f"/people/{person.id}/tokens/revoke", {})


@door("identity GET /proposals")
def list_proposals() -> Knock:
    return Knock("/proposals", query={"limit": "200"}, shows=str(proposal().person_id))


@door("identity POST /proposals")
def propose() -> Knock:
    body = proposal_in().model_dump(mode="json", exclude_none=True)
    return Knock("/proposals", body)


@door("identity POST /proposals/{proposal_id}/confirm")
def confirm_proposal() -> Knock:
    return Knock(f"/proposals/{proposal().id}/confirm", {})


@door("identity POST /proposals/{proposal_id}/refuse")
def refuse_proposal() -> Knock:
    return Knock(f"/proposals/{proposal().id}/refuse", {"reason": "Pas ici"})


@door("identity POST /proposals/{proposal_id}/withdraw")
def withdraw_proposal() -> Knock:
    return Knock(f"/proposals/{proposal().id}/withdraw", {}, by=WORLD.alice)


@door("identity GET /exports/{kind}")
def export() -> Knock:
    query = {"format": "csv"}
    return Knock("/exports/people", query=query, shows=of_lyon().email)


@door("identity GET /record")
def record() -> Knock:
    return Knock("/record")


@door("identity GET /checkpoints")
def checkpoints() -> Knock:
    return Knock("/checkpoints")


@door("identity GET /checkpoints/{number}")
def checkpoint_note() -> Knock:
    return Knock(f"/checkpoints/{a_checkpoint()}")


@door("identity GET /verifications")
def verifications() -> Knock:
    return Knock("/verifications")


@door("identity POST /verifications")
def verification() -> Knock:
    """What others asked for is over."""
    with unit_of_work("identity", SYSTEM) as uow:
        for row in uow.session.scalars(uow.select(Verification)):
            row.status = JobStatus.DONE
    return Knock("/verifications", {})


@door("identity POST /nodes/{node_id}/proofs")
def proof_of_lyon() -> Knock:
    return Knock(f"/nodes/{WORLD.lyon}/proofs", {})


@door("identity GET /proofs")
def proofs() -> Knock:
    return Knock("/proofs")


@door("identity GET /proofs/{proof_id}/file")
def file_of_proof() -> Knock:
    return Knock(f"/proofs/{made_proof().id}/file", by=WORLD.alice)


def a_checkpoint() -> int:
    with unit_of_work("identity", SYSTEM) as uow:
        number: int = uow.session.scalar(select(func.count()).select_from(checkpoint)) or 0
        row = {"number": number + 1, "made_at": uow.now, "note": "A note\n"}
        uow.session.execute(insert(checkpoint).values(row))
    return number + 1


def made_proof(by: Actor = WORLD.alice, needs: Sequence[str] = ("audit:read",)) -> Proof:
    with unit_of_work("identity", SYSTEM) as uow:
        made = Proof(
            person_id=by.id,
            node_id=WORLD.lyon,
            status=JobStatus.DONE,
            needs=list(needs),
            checkpoint=1,
            expires_at=uow.now + timedelta(hours=24),
        )
        row = uow.add(made)
        uow.session.execute(insert(proof_file).values(proof_id=row.id, content=b"PK"))
        return row


def of_lyon() -> Person:
    """Somebody who holds one role, at Lyon."""
    with unit_of_work("identity", SYSTEM) as uow:
        data = PersonIn(name="Zoé", email=f"{fresh_code()}@example.org")
        person = identity.add_person(uow, data)
        identity.grant(uow, grant_in().model_copy(update={"person_id": person.id}))
        return person


def proposal_in() -> ProposalIn:
    held = grant_in().model_dump() | {"role": Role.SITE_COORDINATOR, "person_id": of_lyon().id}
    return ProposalIn.model_validate(held)


def proposal() -> Proposal:
    """A role at Lyon that Alice proposed."""
    with unit_of_work("identity", WORLD.alice, permission="identity:admin") as uow:
        return proposals.propose(uow, proposal_in())


# --- audit ------------------------------------------------------------------------------------


@door("audit GET /audits")
def list_audits() -> Knock:
    audits.planned_audit()
    return Knock("/audits", query={"limit": "200"}, shows=str(WORLD.lyon))


@door("audit POST /audits")
def plan_audit() -> Knock:
    return Knock("/audits", audits.audit_in().model_dump(mode="json", exclude_none=True))


@door("audit GET /standing")
def audit_standing() -> Knock:
    audits.raised_finding()
    return Knock("/standing", shows=str(WORLD.lyon))


@door("audit GET /audits/{audit_id}")
def read_audit() -> Knock:
    return Knock(f"/audits/{audits.planned_audit().id}")


@door("audit POST /audits/{audit_id}/lead")
def name_lead() -> Knock:
    return step_on(audits.planned_audit(), "lead", lead_id=str(WORLD.diane.id))


@door("audit POST /audits/{audit_id}/start")
def start_audit() -> Knock:
    return step_on(audits.prepared_audit(), "start", by=WORLD.diane)


@door("audit POST /audits/{audit_id}/end-fieldwork")
def end_fieldwork() -> Knock:
    return step_on(audits.started_audit(), "end-fieldwork", by=WORLD.diane)


@door("audit POST /audits/{audit_id}/close")
def close_audit() -> Knock:
    audit = audits.started_audit()
    with unit_of_work("audit", WORLD.diane, permission="audit:conduct") as uow:
        ended = auditing.end_fieldwork(uow, audit.id, StepIn(version=audit.version))
    reports.issued(reports.written(ended))
    return step_on(ended, "close")


@door("audit POST /audits/{audit_id}/cancel")
def cancel_audit() -> Knock:
    return step_on(audits.planned_audit(), "cancel", reason="Site à l'arrêt")


@door("audit POST /audits/{audit_id}/findings")
def raise_finding() -> Knock:
    body = audits.finding_in().model_dump(mode="json", exclude_none=True)
    return Knock(f"/audits/{audits.started_audit().id}/findings", body, by=WORLD.diane)


def step_on(audit: Audit, name: str, by: Actor | None = None, **facts: object) -> Knock:
    return Knock(f"/audits/{audit.id}/{name}", {"version": audit.version, **facts}, by=by)


@door("audit GET /findings")
def list_findings() -> Knock:
    audits.raised_finding()
    return Knock("/findings", query={"limit": "200"}, shows=str(WORLD.lyon))


@door("audit GET /search")
def search_audit() -> Knock:
    audits.raised_finding()
    return Knock("/search", query={"q": "audit interne"}, shows=str(WORLD.lyon))


@door("audit GET /findings/{finding_id}")
def read_finding() -> Knock:
    return Knock(f"/findings/{audits.raised_finding().id}")


@door("audit GET /findings/{finding_id}/actions")
def actions_on_finding() -> Knock:
    return Knock(f"/findings/{audits.raised_finding().id}/actions")


@door("audit POST /findings/{finding_id}/close")
def close_finding() -> Knock:
    finding: Finding = audits.raised_finding(Grade.OBSERVATION)
    return Knock(f"/findings/{finding.id}/close", {"version": finding.version})


# --- actions ----------------------------------------------------------------------------------


@door("actions GET /delays")
def list_delays() -> Knock:
    return Knock("/delays")


@door("actions GET /delays/{id}")
def read_delay() -> Knock:
    return Knock(f"/delays/{delay().id}")


@door("actions POST /delays")
def add_delay() -> Knock:
    """Every priority has its delays from the start: who may add one is told that it is there."""
    return Knock("/delays", delay_body(), done=409)


@door("actions POST /delays/{id}/supersede")
def supersede_delay() -> Knock:
    return Knock(f"/delays/{delay().id}/supersede", delay_body())


def delay() -> Delay:
    with unit_of_work("actions", SYSTEM) as uow:
        return uow.session.scalars(current(uow, Delay).where(Delay.code == "P4")).one()


def delay_body() -> dict[str, Any]:
    return {"code": "P4", "plan_working_days": 30, "completion_days": 180}


@door("actions GET /actions")
def list_actions() -> Knock:
    acting.open_action()
    return Knock("/actions", query={"limit": "200"}, shows=str(WORLD.lyon))


@door("actions GET /search")
def search_actions() -> Knock:
    acting.open_action()
    return Knock("/search", query={"q": "non-conformite"}, shows=str(WORLD.lyon))


@door("actions POST /actions")
def open_action() -> Knock:
    body = {
        "site_id": str(WORLD.lyon),
        "title": "Poser un garde-corps",
        "type": "corrective",
        "priority": "P3",
        "owner_id": str(WORLD.paul.id),
    }
    return Knock("/actions", body)


@door("actions GET /standing")
def actions_standing() -> Knock:
    acting.open_action()
    return Knock("/standing", shows=str(WORLD.lyon))


@door("actions GET /actions/{action_id}")
def read_action() -> Knock:
    return Knock(f"/actions/{acting.open_action().id}")


@door("actions POST /actions/{action_id}/assign")
def assign() -> Knock:
    return on_action(acting.open_action(), "assign", owner_id=str(WORLD.paul.id))


@door("actions POST /bulk/actions/assign")
def assign_many() -> Knock:
    body = {"rows": chosen(acting.open_action()), "owner_id": str(WORLD.paul.id)}
    return Knock("/bulk/actions/assign", body)


@door("actions POST /bulk/actions/cancel")
def cancel_many() -> Knock:
    body = {"rows": chosen(acting.open_action()), "reason": "Devenue sans objet"}
    return Knock("/bulk/actions/cancel", body)


@door("actions POST /actions/{action_id}/plan")
def plan() -> Knock:
    action = acting.open_action()
    facts = acting.plan_in(action).model_dump(mode="json")
    return on_action(action, "plan", **facts)


@door("actions POST /actions/{action_id}/start")
def start() -> Knock:
    return on_action(acting.planned_action(), "start")


@door("actions POST /actions/{action_id}/done")
def done() -> Knock:
    return on_action(acting.started_action(), "done", evidence="Fiche au poste")


@door("actions POST /actions/{action_id}/verify")
def verify() -> Knock:
    said = "Trois visites faites"
    return on_action(acting.done_action(), "verify", result="effective", statement=said)


@door("actions POST /actions/{action_id}/move")
def ask_to_move() -> Knock:
    return on_action(acting.started_action(), "move", **move_of(acting.open_action()))


@door("actions POST /actions/{action_id}/move-decision")
def decide_move() -> Knock:
    action = acting.started_action()
    with unit_of_work("actions", WORLD.paul, permission="actions:progress") as uow:
        wish = MoveIn.model_validate(move_of(action) | {"version": action.version})
        asked = actions.ask_to_move(uow, action.id, wish)
    return on_action(asked, "move-decision", approved=True)


@door("actions POST /actions/{action_id}/cancel")
def cancel() -> Knock:
    reason = "Devenue sans objet"
    return on_action(acting.open_action(), "cancel", reason=reason)


def move_of(action: Action) -> dict[str, Any]:
    due = action.due_on + timedelta(days=200)
    return {"due_on": due.isoformat(), "reason": "Pièce en commande"}


def on_action(action: Action, name: str, by: Actor | None = None, **facts: object) -> Knock:
    """Paul owns the actions of these tests."""
    body = {**facts, "version": action.version}
    return Knock(f"/actions/{action.id}/{name}", body, by=by or WORLD.paul)


# --- indicators -------------------------------------------------------------------------------


@door("indicators GET /definitions")
def list_definitions() -> Knock:
    return Knock("/definitions")


@door("indicators GET /search")
def search_indicators() -> Knock:
    return Knock("/search", query={"q": "actions"})


@door("indicators POST /definitions")
def define() -> Knock:
    return Knock("/definitions", definition_body(fresh_code()))


@door("indicators GET /definitions/{definition_id}")
def read_definition() -> Knock:
    return Knock(f"/definitions/{definition().id}")


@door("indicators POST /definitions/{definition_id}/supersede")
def redefine() -> Knock:
    row = definition()
    return Knock(f"/definitions/{row.id}/supersede", definition_body(row.code))


@door("indicators GET /definitions/{definition_id}/values")
def list_values() -> Knock:
    path = f"/definitions/{definition().id}/values"
    return Knock(path, query={"place": str(WORLD.lyon)})


@door("indicators GET /definitions/{definition_id}/by-site")
def list_by_site() -> Knock:
    row = measurement()
    path = f"/definitions/{row.definition_id}/by-site"
    return Knock(path, query={"period": row.period.isoformat()}, shows=str(WORLD.lyon))


@door("indicators GET /definitions/{definition_id}/parts")
def list_parts() -> Knock:
    figures.tell(figures.raised())
    path = f"/definitions/{figures.edition('FINDINGS').id}/parts"
    asked = {"place": str(WORLD.lyon), "period": figures.MARCH.isoformat()}
    return Knock(path, query=asked, shows="PROD")


@door("indicators GET /definitions/{definition_id}/side-by-side")
def read_side_by_side() -> Knock:
    row = measurement()
    path = f"/definitions/{row.definition_id}/side-by-side"
    return Knock(path, query={"places": str(WORLD.lyon)}, shows='"value":')


@door("indicators GET /scorecard")
def scorecard() -> Knock:
    return Knock("/scorecard", query={"place": str(WORLD.lyon)})


@door("indicators GET /standing")
def indicators_standing() -> Knock:
    definition()
    return Knock("/standing", shows=str(WORLD.lyon))


@door("indicators GET /unreported")
def list_unreported() -> Knock:
    definition()
    return Knock("/unreported", query={"place": str(WORLD.lyon)}, shows=str(WORLD.lyon))


@door("indicators GET /measurements")
def list_measurements() -> Knock:
    measurement()
    return Knock("/measurements", query={"limit": "200"}, shows=str(WORLD.lyon))


@door("indicators POST /measurements")
def report() -> Knock:
    data = figures.measurement_in(definition().code, 12, period=clock().date())
    return Knock("/measurements", data.model_dump(mode="json", exclude_none=True))


@door("indicators POST /measurements/{measurement_id}/correct")
def correct() -> Knock:
    row = measurement()
    body = {"numerator": "13", "reason": "Relevé mal lu", "version": row.version}
    return Knock(f"/measurements/{row.id}/correct", body)


@door("indicators GET /alerts")
def list_alerts() -> Knock:
    alert_at_lyon()
    return Knock("/alerts", query={"limit": "200"}, shows=str(WORLD.lyon))


@door("indicators GET /alerts/{alert_id}")
def read_alert() -> Knock:
    return Knock(f"/alerts/{alert_at_lyon().id}")


@door("indicators POST /alerts/{alert_id}/acknowledge")
def acknowledge() -> Knock:
    alert = alert_at_lyon()
    return Knock(f"/alerts/{alert.id}/acknowledge", {"version": alert.version})


@door("indicators POST /bulk/alerts/acknowledge")
def acknowledge_many() -> Knock:
    return Knock("/bulk/alerts/acknowledge", {"rows": chosen(alert_at_lyon())})


@door("indicators POST /alerts/{alert_id}/close")
def close_alert() -> Knock:
    alert = alert_at_lyon()
    with unit_of_work("indicators", WORLD.alice, permission="indicators:measure") as uow:
        seen = alerting.acknowledge(uow, alert.id, AcknowledgeIn(version=alert.version))
    body = {"reason": "Suivi en revue de site", "version": seen.version}
    return Knock(f"/alerts/{alert.id}/close", body)


def definition_body(code: str) -> dict[str, Any]:
    return figures.definition_in(code).model_dump(mode="json", exclude_none=True)


def definition(**facts: object) -> Definition:
    return figures.defined(figures.definition_in(fresh_code(), **facts))


def measurement(**facts: object) -> Measurement:
    data = figures.measurement_in(definition(**facts).code, 12, period=clock().date())
    return figures.reported(data, on=clock().date())


def alert_at_lyon() -> Alert:
    code = measurement(alert="10").code
    [alert] = figures.alerts(code)
    return alert


# --- evidence files ---------------------------------------------------------------------------


def _evidence(service: str, thing: Callable[[], UUID], by: Actor) -> None:
    """The doors at which files are put with things of a service, and fetched."""
    permission = {"audit": "attach", "actions": "progress", "indicators": "measure"}[service]

    def kept() -> UUID:
        with unit_of_work(service, by, permission=f"{service}:{permission}") as uow:
            model = next(m for m in evidence.keepers(service) if m.__name__ == "Evidence")
            about = thing()
            sent = evidence.Sent(object_id=about, name="plan.pdf")
            row = evidence.put(uow, model, uow.get(OBJECTS[service], about), sent, received(pdf()))
            return row.id

    @door(f"{service} GET /evidence")
    def list_files() -> Knock:
        return Knock("/evidence", query={"object_id": str(thing())})

    @door(f"{service} POST /evidence")
    def send_file() -> Knock:
        query = {"object_id": str(thing()), "name": "plan.pdf"}
        mine = None if service == "indicators" else by
        return Knock("/evidence", query=query, content=pdf(), by=mine)

    @door(f"{service} GET /evidence/{{evidence_id}}/content")
    def fetch_file() -> Knock:
        return Knock(f"/evidence/{kept()}/content")

    @door(f"{service} GET /evidence/{{evidence_id}}/preview")
    def preview_file() -> Knock:
        return Knock(f"/evidence/{kept()}/preview")


OBJECTS: dict[str, type[OfSite]] = {
    "audit": Finding,
    "actions": Action,
    "indicators": Measurement,
}
_evidence("audit", lambda: audits.raised_finding().id, WORLD.diane)
_evidence("actions", lambda: acting.open_action().id, WORLD.paul)
_evidence("indicators", lambda: measurement().id, WORLD.alice)


# --- policy -----------------------------------------------------------------------------------


@door("policy GET /policies")
def list_policies() -> Knock:
    policies.published()
    return Knock("/policies")


@door("policy POST /policies")
def draft() -> Knock:
    body = policies.policy_in().model_dump(mode="json", exclude_none=True)
    return Knock("/policies", body)


@door("policy GET /policies/{policy_id}")
def read_policy() -> Knock:
    return Knock(f"/policies/{policies.published().id}")


@door("policy PUT /policies/{policy_id}")
def revise() -> Knock:
    row = policies.draft()
    return Knock(f"/policies/{row.id}", policies.change_of(row).model_dump(mode="json"))


@door("policy POST /policies/{policy_id}/submit")
def submit() -> Knock:
    row = policies.draft()
    return Knock(f"/policies/{row.id}/submit", {"version": row.version})


@door("policy POST /policies/{policy_id}/approve")
def approve() -> Knock:
    row = policies.submitted()
    return Knock(f"/policies/{row.id}/approve", {"version": row.version})


@door("policy POST /policies/{policy_id}/publish")
def publish() -> Knock:
    row = policies.approved()
    return Knock(f"/policies/{row.id}/publish", {"version": row.version})


@door("policy POST /policies/{policy_id}/new-edition")
def new_edition() -> Knock:
    return Knock(f"/policies/{policies.published().id}/new-edition", {})


@door("policy GET /review-requests")
def list_reviews() -> Knock:
    policies.requested()
    return Knock("/review-requests", query={"limit": "200"}, shows=str(WORLD.lyon))


@door("policy GET /review-requests/{request_id}")
def read_review() -> Knock:
    return Knock(f"/review-requests/{policies.requested().id}")


@door("policy POST /review-requests/{request_id}/decide")
def decide() -> Knock:
    row = policies.requested()
    body = {"decision": "maintain", "reason": "Fait isolé", "version": row.version}
    return Knock(f"/review-requests/{row.id}/decide", body)


# --- notifications ----------------------------------------------------------------------------


@door("notifications GET /inbox")
def list_inbox() -> Knock:
    return Knock("/inbox")


@door("notifications GET /inbox/count")
def count_unread() -> Knock:
    return Knock("/inbox/count")


@door("notifications POST /inbox/read-all")
def read_all() -> Knock:
    return Knock("/inbox/read-all", {})


@door("notifications POST /inbox/{notification_id}/read")
def mark_read() -> Knock:
    event = news.action_opened()
    news.hear(event)
    return Knock(f"/inbox/{told_of(event).id}/read", {}, by=WORLD.paul)


def told_of(event: ActionOpened) -> Notification:
    [row] = [row for row in news.told() if row.subject_id == event.action_id]
    return row


# --- risk -------------------------------------------------------------------------------------


@door("risk GET /risks")
def list_risks() -> Knock:
    assessed()
    return Knock("/risks", query={"limit": "200"}, shows=str(WORLD.lyon))


@door("risk GET /search")
def search_risk() -> Knock:
    assessed()
    return Knock("/search", query={"q": "ecrasment main"}, shows=str(WORLD.lyon))


@door("risk POST /risks")
def assess() -> Knock:
    return Knock("/risks", risk_in().model_dump(mode="json", exclude_none=True))


@door("risk GET /risks/{risk_id}")
def read_risk() -> Knock:
    return Knock(f"/risks/{assessed().id}")


@door("risk POST /risks/{risk_id}/residual")
def rate() -> Knock:
    row = assessed()
    rating = {"gravity": 1, "probability": 1}
    body = {"residual": rating, "measures": "Carter fixe", "version": row.version}
    return Knock(f"/risks/{row.id}/residual", body)


@door("risk GET /methods")
def list_methods() -> Knock:
    return Knock("/methods")


@door("risk GET /methods/{method_id}/matrix")
def read_matrix() -> Knock:
    with unit_of_work("risk", WORLD.greta, permission="risk:configure") as uow:
        row = assessing.add_method(uow, method_in([1, 10], code=fresh_code()))
    with unit_of_work("risk", WORLD.alice, permission="risk:write") as uow:
        assessing.assess_risk(uow, risk_in(method=row.code))
    return Knock(f"/methods/{row.id}/matrix", shows='"risks":1')


@door("risk GET /methods/{method_id}")
def read_method() -> Knock:
    return Knock(f"/methods/{method().id}")


@door("risk POST /methods")
def add_method() -> Knock:
    return Knock("/methods", method_in([1, 10], code=fresh_code()).model_dump(mode="json"))


@door("risk POST /methods/{method_id}/supersede")
def supersede_method() -> Knock:
    row = method()
    body = method_in([1, 10], code=row.code).model_dump(mode="json")
    return Knock(f"/methods/{row.id}/supersede", body)


def method() -> Method:
    with unit_of_work("risk", SYSTEM) as uow:
        return uow.session.scalars(current(uow, Method)).first()  # type: ignore[return-value]
