"""Real ids, and for every door a request that can succeed: without them a fuzzer sees only 404."""

import copy
import re
from collections.abc import Iterator
from typing import Any

from services.identity import signing_in
from services.identity.models import Person
from shared.auth import SYSTEM
from shared.work import unit_of_work
from tests.access.doors import DOORS
from tests.access.knocking import Knock
from tests.world import PASSWORD, WORLD

Document = dict[str, Any]


def with_examples(document: Document, service: str) -> tuple[Document, dict[str, list[Any]]]:
    """The document with a request that can succeed at each door, and the path's values in them."""
    shown = copy.deepcopy(document)
    values: dict[str, list[Any]] = {}
    for path, method, operation in operations(shown):
        knock = _knock(f"{service} {method.upper()} {path}")
        if knock is not None:
            found = _path_values(path, knock.path)
            for name, value in found.items():
                values.setdefault(name, []).append(value)
            _show(operation, knock, found)
    return shown, values


def operations(document: Document) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _knock(door: str) -> Knock | None:
    found = DOORS.get(door) or PUBLIC_DOORS.get(door)
    return found() if found else None


def _path_values(template: str, path: str) -> dict[str, str]:
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template)
    found = re.fullmatch(pattern, path)
    assert found, (template, path)
    return found.groupdict()


def _show(operation: dict[str, Any], knock: Knock, path: dict[str, str]) -> None:
    given = path | knock.query
    for parameter in operation.get("parameters", []):
        if parameter["name"] in given:
            parameter["example"] = given[parameter["name"]]
    if knock.body and "requestBody" in operation:
        operation["requestBody"]["content"]["application/json"]["example"] = knock.body


# --- doors that stand open --------------------------------------------------------------------


def _session() -> str:
    with unit_of_work("identity", SYSTEM) as uow:
        token, _ = signing_in.open_session(uow, uow.get(Person, WORLD.bob.id))
        return token


PUBLIC_DOORS = {
    "identity POST /sessions": lambda: Knock(
        "/sessions", {"email": "bob@example.org", "password": PASSWORD}
    ),
    "identity POST /sessions/end": lambda: Knock("/sessions/end", {"credential": _session()}),
    "identity POST /tokens": lambda: Knock(
        "/tokens", {"credential": _session(), "audience": ["audit"]}
    ),
}
