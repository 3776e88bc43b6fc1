"""How to knock at the doors of programmes, certificates, coverage and calendar feeds."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import TypeVar
from uuid import UUID

from services.audit.programme import certifying, feeds
from services.audit.programme.certificate_models import Certificate, Window
from services.audit.programme.certificate_schemas import CertificateStatus, StatusIn
from services.audit.programme.coverage_schemas import By
from services.audit.programme.feed_schemas import FeedIn
from services.audit.programme.models import Entry, Programme
from services.audit.programme.proposals import proposal
from services.audit.programme.schemas import EntryFacts
from shared.auth import SYSTEM
from shared.db import Entity
from shared.work import clock, unit_of_work
from tests.access.knocking import Knock, door, fresh_code
from tests.audit import factories as audits
from tests.audit import programmes as making
from tests.world import WORLD

M = TypeVar("M", bound=Entity)
SPAN = {"since": "2028-01-01", "until": "2030-12-31"}
LATER = date(2030, 9, 1)


def draft() -> Programme:
    making.known_references()
    programme = making.drafted()
    making.drafted_entry(programme)
    return fresh(Programme, programme.id)


def approved() -> Programme:
    """One whose only entry was dropped, so that it may be closed."""
    making.known_references()
    return fresh(Programme, making.dropped().programme_id)


def closed() -> Programme:
    making.known_references()
    return making.closed()


def drafted_entry() -> Entry:
    making.known_references()
    return making.drafted_entry(making.drafted())


def programmed() -> Entry:
    making.known_references()
    return making.programmed()


def planned() -> Entry:
    entry = programmed()
    making.planned(entry)
    return fresh(Entry, entry.id)


def held() -> Entry:
    entry = programmed()
    making.held(making.planned(entry))
    return fresh(Entry, entry.id)


def postponed() -> Entry:
    return making.postponed(programmed())


def dropped() -> Entry:
    return making.dropped(programmed())


def in_progress() -> Certificate:
    making.known_references()
    return making.certified(decided_on=None, wanted_by=clock().date() + timedelta(days=200))


def valid() -> Certificate:
    making.known_references()
    return making.certified()


def set_to(status: CertificateStatus) -> Callable[[], Certificate]:
    def made() -> Certificate:
        certificate = valid()
        wish = StatusIn(version=certificate.version, status=status, reason="Décision du comité")
        with unit_of_work("audit", WORLD.alice, permission="audit:plan") as uow:
            return certifying.set_status(uow, certificate.id, wish)

    return made


def expired() -> Certificate:
    """It can still be restored."""
    making.known_references()
    return making.certified(decided_on=clock().date() - timedelta(days=3 * 366 + 20))


def fresh(model: type[M], id: UUID) -> M:
    with unit_of_work("audit", SYSTEM) as uow:
        return uow.get(model, id)


@door("audit GET /programmes")
def list_programmes() -> Knock:
    draft()
    return Knock("/programmes", query={"limit": "200"}, shows=str(WORLD.lyon))


@door("audit POST /programmes")
def draft_programme() -> Knock:
    return Knock("/programmes", making.programme_in().model_dump(mode="json", exclude={"id"}))


@door("audit GET /programmes/{programme_id}")
def read_programme() -> Knock:
    return Knock(f"/programmes/{draft().id}")


@door("audit PUT /programmes/{programme_id}")
def revise_programme() -> Knock:
    programme = draft()
    body = {"title": "Programme revu", "objectives": "Les achats d'abord"}
    return Knock(f"/programmes/{programme.id}", body | {"version": programme.version})


@door("audit POST /programmes/{programme_id}/approve")
def approve_programme() -> Knock:
    return step_on("programmes", draft(), "approve")


@door("audit POST /programmes/{programme_id}/close")
def close_programme() -> Knock:
    return step_on("programmes", approved(), "close")


@door("audit GET /programmes/{programme_id}/figures")
def read_figures() -> Knock:
    return Knock(f"/programmes/{draft().id}/figures")


@door("audit POST /programmes/{programme_id}/entries")
def add_entry() -> Knock:
    body = making.entry_in(reason="Réclamation d'un client").model_dump(mode="json", exclude={"id"})
    return Knock(f"/programmes/{draft().id}/entries", body)


@door("audit GET /proposals/{programme_id}")
def read_proposal() -> Knock:
    return Knock(f"/proposals/{draft().id}")


@door("audit POST /proposals/{programme_id}")
def accept_proposal() -> Knock:
    programme = draft()
    making.another_process(fresh_code())
    with unit_of_work("audit", SYSTEM) as uow:
        offered = proposal(uow, uow.get(Programme, programme.id))
    first, *_ = offered.lines
    line = {"key": str(first.key), "month": "2030-05-01", "days": "1", "aim": "Combler un trou"}
    body = {"version": offered.version, "basis": offered.basis, "lines": [line]}
    return Knock(f"/proposals/{programme.id}", body)


@door("audit GET /entries")
def list_entries() -> Knock:
    programmed()
    return Knock("/entries", query={"limit": "200"}, shows=str(WORLD.lyon))


@door("audit GET /completion")
def read_completion() -> Knock:
    query = {"programme_id": str(programmed().programme_id)}
    return Knock("/completion", query=query, shows='"programmed":1')


@door("audit GET /entries/{entry_id}")
def read_entry() -> Knock:
    return Knock(f"/entries/{programmed().id}")


@door("audit PUT /entries/{entry_id}")
def change_entry() -> Knock:
    entry = drafted_entry()
    body = making.entry_in().model_dump(mode="json", include=set(EntryFacts.model_fields))
    return Knock(f"/entries/{entry.id}", body | {"version": entry.version})


@door("audit POST /entries/{entry_id}/remove")
def remove_entry() -> Knock:
    return step_on("entries", drafted_entry(), "remove")


@door("audit POST /entries/{entry_id}/plan")
def plan_entry() -> Knock:
    facts = {"title": "Audit production", "planned_for": "2030-03-04"}
    return step_on("entries", programmed(), "plan", **facts, lead_id=str(WORLD.diane.id))


@door("audit POST /entries/{entry_id}/postpone")
def postpone_entry() -> Knock:
    wish = {"month": LATER.isoformat(), "reason": "Arrêt de l'atelier"}
    return step_on("entries", programmed(), "postpone", **wish)


@door("audit POST /entries/{entry_id}/drop")
def drop_entry() -> Knock:
    return step_on("entries", programmed(), "drop", reason="Activité cédée")


@door("audit GET /frequencies")
def list_frequencies() -> Knock:
    making.known_references()
    return Knock("/frequencies", shows=str(WORLD.lyon))


@door("audit POST /process-ratings")
def rate_process() -> Knock:
    making.known_references()
    told = {"criticality": 3, "changes": 1, "reason": "Nouvelle ligne"}
    return Knock("/process-ratings", {"site_id": str(WORLD.lyon), "process": "PROD", **told})


@door("audit GET /certificates")
def list_certificates() -> Knock:
    valid()
    return Knock("/certificates", query={"limit": "200"}, shows=str(WORLD.lyon))


@door("audit POST /certificates")
def register_certificate() -> Knock:
    making.known_references()
    data = making.certificate_in().model_dump(mode="json", exclude={"id"})
    return Knock("/certificates", data)


@door("audit GET /certificates/{certificate_id}")
def read_certificate() -> Knock:
    return Knock(f"/certificates/{valid().id}")


@door("audit PUT /certificates/{certificate_id}")
def change_certificate() -> Knock:
    certificate = valid()
    told = {"body": "Bureau Veritas", "scope": "Pièces composites", "site_ids": [str(WORLD.lyon)]}
    return Knock(f"/certificates/{certificate.id}", told | {"version": certificate.version})


@door("audit POST /certificates/{certificate_id}/decision")
def note_decision() -> Knock:
    today = clock().date().isoformat()
    return step_on("certificates", valid(), "decision", decided_on=today)


@door("audit POST /certificates/{certificate_id}/status")
def set_status() -> Knock:
    told = {"status": "withdrawn", "reason": "Résiliation du contrat"}
    return step_on("certificates", valid(), "status", **told)


@door("audit GET /certificates/{certificate_id}/windows")
def list_windows() -> Knock:
    return Knock(f"/certificates/{valid().id}/windows")


@door("audit GET /windows/{window_id}")
def read_window() -> Knock:
    return Knock(f"/windows/{window().id}")


@door("audit POST /windows/{window_id}/held")
def note_held() -> Knock:
    return step_on("windows", window(), "held", met_on=clock().date().isoformat())


@door("audit GET /certificates/{certificate_id}/samples")
def list_samples() -> Knock:
    return Knock(f"/certificates/{valid().id}/samples")


@door("audit POST /certificates/{certificate_id}/samples")
def draw_sample() -> Knock:
    """Whoever may is told that a single site has no sample."""
    body = {"kind": "surveillance", "year": 2030}
    return Knock(f"/certificates/{valid().id}/samples", body, done=409)


@door("audit GET /coverage")
def read_coverage() -> Knock:
    making.known_references()
    return Knock("/coverage", query=SPAN, shows=str(WORLD.lyon))


@door("audit GET /coverage/cell")
def read_cell() -> Knock:
    programmed()
    cell = {"by": By.PROCESS_SITE.value, "row": "PROD", "column": str(WORLD.lyon)}
    return Knock("/coverage/cell", query=SPAN | cell, shows=str(WORLD.lyon))


@door("audit GET /feeds")
def list_feeds() -> Knock:
    return Knock("/feeds")


@door("audit POST /feeds")
def make_feed() -> Knock:
    return Knock("/feeds", {"name": "Agenda"})


@door("audit POST /feeds/{feed_id}/revoke")
def revoke_feed() -> Knock:
    with unit_of_work("audit", WORLD.bob, permission="audit:read") as uow:
        for feed in feeds.own_feeds(uow):
            feeds.revoke_feed(uow, feed.id)
        feed, _ = feeds.make_feed(uow, FeedIn(name="Agenda"))
    return Knock(f"/feeds/{feed.id}/revoke", {}, by=WORLD.bob)


@door("audit GET /audits/{audit_id}/calendar.ics")
def read_audit_as_calendar() -> Knock:
    return Knock(f"/audits/{audits.planned_audit().id}/calendar.ics")


def window() -> Window:
    first, *_ = making.windows(valid())
    return first


def step_on(kind: str, row: Entity, name: str, **facts: object) -> Knock:
    return Knock(f"/{kind}/{row.id}/{name}", {"version": row.version, **facts})
