"""No input crashes a service, and each answer is of the shape that the service declares.

A short run, the same each time. `make fuzz` runs every service as every role.
"""

import pytest
from fastapi import FastAPI

from runtime.services import SERVICES
from shared.errors import Conflict
from shared.openapi import Api
from shared.service import create_app
from tests.access.people import WHOLE, somebody
from tests.architecture.test_permissions import no_exchange
from tests.fuzz.runs import SEED, Seen, documents, fuzz
from tests.promises import Promise

COORDINATOR = somebody("group_coordinator", WHOLE)


@pytest.mark.security
def test_no_input_crashes_a_service(web: FastAPI, promise: Promise) -> None:
    seen = Seen()
    for document in documents().values():
        seen.add(fuzz(document, web, COORDINATOR, SEED, examples=1))

    assert seen.violations == {}
    assert seen.server_errors == 0
    answers = f"{seen.server_errors} answers 5xx, {len(seen.violations)} violations"
    promise("H1", f"{seen.cases} invented requests to {len(SERVICES)} services", answers, "0, 0")


@pytest.mark.security
def test_the_fuzzer_finds_a_route_that_is_broken(web: FastAPI, promise: Promise) -> None:
    """One that divides by what it is given, and one that answers what it does not declare."""
    broken = create_app(SERVICES["risk"], no_exchange)
    assert isinstance(broken, Api)

    @broken.get("/broken/crash")
    def crash(by: int) -> float:
        return 1 / by

    @broken.get("/broken/lie")
    def lie() -> dict[str, str]:
        raise Broken

    document = broken.openapi()
    document["paths"] = {p: o for p, o in document["paths"].items() if p.startswith("/broken")}
    document["servers"] = []
    seen = fuzz(document, broken, COORDINATOR, SEED, examples=20)

    found = {what.partition(": ")[0].partition("/broken/")[2] for what in seen.violations}
    assert found == {"crash", "lie"}
    promise("H1", "control, routes broken on purpose that are found", len(found), 2)


class Broken(Conflict):
    status = 418
    message = "A status that no service declares."
