"""How to knock at the doors of the library and of the register of processes."""

from datetime import date
from typing import Any
from uuid import UUID

from services.compliance.models import Reference, Requirement
from services.compliance.schemas import ReferenceIn
from tests.access.knocking import Knock, door, fresh_code
from tests.compliance import factories as library
from tests.register import factories as register
from tests.world import WORLD


def draft() -> Reference:
    reference = library.drafted(fresh_code())
    library.required(reference, "1")
    return reference


def issued() -> Reference:
    """All are editions of one reference, so that any newer one can take over."""
    return library.issued(edition=fresh_code())


def newer() -> Reference:
    return library.issued(edition=fresh_code(), in_force_from=date(2026, 1, 1))


def superseded() -> Reference:
    return library.superseded(issued(), newer(), until=date(2027, 1, 1))


def requirement(reference: Reference) -> Requirement:
    [*_, last] = library.of(reference.id)
    return last


def drafted_requirement() -> Requirement:
    return library.required(draft(), "4")


def issued_requirement() -> Requirement:
    return requirement(issued())


def superseded_requirement() -> Requirement:
    return requirement(superseded())


def made_reference() -> tuple[UUID, UUID]:
    reference = issued()
    return reference.id, reference.correlation_id


def made_process() -> tuple[UUID, UUID]:
    process = register.registered(fresh_code())
    return process.id, process.correlation_id


def reference_body(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    data: ReferenceIn = library.reference_in(fresh_code(), **changes)
    return data.model_dump(mode="json", exclude={"id"})


# --- compliance -------------------------------------------------------------------------------


@door("compliance GET /references")
def list_references() -> Knock:
    return Knock("/references")


@door("compliance GET /search")
def search_library() -> Knock:
    return Knock("/search", query={"q": "consignation"})


@door("compliance POST /references")
def draft_reference() -> Knock:
    return Knock("/references", reference_body())


@door("compliance GET /references/{reference_id}")
def read_reference() -> Knock:
    return Knock(f"/references/{issued().id}")


@door("compliance PUT /references/{reference_id}")
def revise_reference() -> Knock:
    row = draft()
    body = reference_body(title_fr="Règles revues") | {"version": row.version}
    return Knock(f"/references/{row.id}", body)


@door("compliance POST /references/{reference_id}/issue")
def issue_reference() -> Knock:
    row = draft()
    return Knock(f"/references/{row.id}/issue", {"version": row.version})


@door("compliance POST /references/{reference_id}/supersede")
def supersede_reference() -> Knock:
    row = issued()
    body = {"version": row.version, "by": str(newer().id), "until": "2027-01-01"}
    return Knock(f"/references/{row.id}/supersede", body)


@door("compliance POST /references/{reference_id}/requirements")
def add_requirement() -> Knock:
    body = library.requirement_in(fresh_code()).model_dump(mode="json", exclude_none=True)
    return Knock(f"/references/{draft().id}/requirements", body)


@door("compliance GET /requirements")
def list_requirements() -> Knock:
    return Knock("/requirements", query={"reference_id": str(issued().id)})


@door("compliance GET /requirements/{requirement_id}")
def read_requirement() -> Knock:
    return Knock(f"/requirements/{issued_requirement().id}")


@door("compliance PUT /requirements/{requirement_id}")
def revise_requirement() -> Knock:
    row = drafted_requirement()
    body = {"number": "7", "title_fr": "Isoler", "title_en": "Isolate", "version": row.version}
    return Knock(f"/requirements/{row.id}", body)


@door("compliance POST /requirements/{requirement_id}/remove")
def remove_requirement() -> Knock:
    row = drafted_requirement()
    return Knock(f"/requirements/{row.id}/remove", {"version": row.version})


@door("compliance GET /shipped")
def list_shipped() -> Knock:
    return Knock("/shipped")


@door("compliance POST /shipped/{name}")
def load_shipped() -> Knock:
    """It is loaded once: whoever may is told so the second time."""
    return Knock("/shipped/iso_45001_2018", {})


# --- processes --------------------------------------------------------------------------------


@door("processes GET /processes")
def list_processes() -> Knock:
    return Knock("/processes")


@door("processes GET /search")
def search_processes() -> Knock:
    return Knock("/search", query={"q": "produire"})


@door("processes POST /processes")
def add_process() -> Knock:
    body = register.process_in(fresh_code()).model_dump(mode="json", exclude={"id"})
    return Knock("/processes", body)


@door("processes GET /processes/{process_id}")
def read_process() -> Knock:
    return Knock(f"/processes/{register.registered(fresh_code()).id}")


@door("processes PUT /processes/{process_id}")
def change_process() -> Knock:
    row = register.registered(fresh_code())
    body = register.process_in(row.code, name_fr="Fabriquer").model_dump(
        mode="json", exclude={"id"}
    )
    return Knock(f"/processes/{row.id}", body | {"version": row.version})


@door("processes GET /pilots")
def list_pilots() -> Knock:
    return Knock("/pilots", query={"sites": str(WORLD.lyon)})
