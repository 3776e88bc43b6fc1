"""Every door declares who may use it, or stands on a short list that is read by people."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from runtime.services import SERVICES
from services.identity.schemas import Role
from shared.auth import matrix
from shared.service import create_app
from shared.work import authorised
from tests.promises import Promise

PUBLIC = {
    ("POST", "/sessions"),
    ("POST", "/sessions/code"),  # the second step of signing in
    ("POST", "/sessions/end"),
    ("POST", "/sso"),  # to the identity provider, and back from it
    ("POST", "/sso/done"),
    ("POST", "/links"),  # for who forgot the password, and who was invited
    ("POST", "/links/redeem"),
    ("POST", "/tokens"),
    ("GET", "/calendars/{secret}.ics"),  # who has the address reads what its owner may
    ("GET", "/health"),
    ("GET", "/health/ready"),
}
SIGNED_IN = {("GET", "/openapi.json")}


async def no_exchange(_credential: str, _audience: str) -> str:
    raise AssertionError


def routes(service: str) -> list[APIRoute]:
    app = create_app(SERVICES[service], no_exchange)
    return [route for route in _flat(app.router.routes) if isinstance(route, APIRoute)]


def _flat(found: object) -> Iterator[object]:
    for route in found:  # type: ignore[attr-defined]
        inner = getattr(getattr(route, "original_router", None), "routes", None)
        if inner is None:
            yield route
        else:
            yield from _flat(inner)


def permissions(dependant: Dependant) -> set[str]:
    own = getattr(dependant.call, "permission", None)
    found = {own} if own else set()
    return found.union(*(permissions(inner) for inner in dependant.dependencies))


def door(route: APIRoute) -> tuple[str, str]:
    [method] = route.methods or set()
    return method, route.path


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_declares_one_permission_of_its_service(service: str) -> None:
    found = routes(service)
    assert found
    for route in found:
        if door(route) in PUBLIC | SIGNED_IN:
            continue
        declared = permissions(route.dependant)
        assert len(declared) == 1, door(route)
        assert declared.pop().startswith(f"{service}:"), door(route)


@pytest.mark.parametrize("service", SERVICES)
def test_every_unit_of_work_commits_before_the_answer_is_sent(service: str) -> None:
    for route in routes(service):
        scopes = [d.scope for d in route.dependant.dependencies if permissions(d)]
        assert scopes == ["function"] * len(scopes), door(route)


@pytest.mark.security
def test_the_public_doors_are_those_on_the_list_and_no_others(promise: Promise) -> None:
    doors = [(route, service) for service in SERVICES for route in routes(service)]
    undeclared = {door(route) for route, _ in doors if not permissions(route.dependant)}

    assert undeclared == PUBLIC | SIGNED_IN
    told = [route for route, _ in doors if permissions(route.dependant)]
    asked = [route for route, _ in doors if door(route) not in PUBLIC | SIGNED_IN]
    figure = f"{len(told)} of {len(asked)}"
    promise("A1", "doors of the services that declare a permission", figure, "all")
    listed = f"{len(PUBLIC)} (signing in 8, feeds 1, health 2)"
    promise("A1", "doors that are open to anybody, each on a list", listed, "on the list")


def test_every_permission_a_route_asks_for_is_granted_by_some_role() -> None:
    asked = {
        permission
        for service in SERVICES
        for route in routes(service)
        for permission in permissions(route.dependant)
    }
    granted = set().union(*matrix().values())
    assert asked - granted == set()


def test_the_matrix_knows_exactly_the_ten_roles() -> None:
    assert set(matrix()) == {role.value for role in Role}


def test_the_matrix_grants_nothing_that_no_route_asks_for() -> None:
    path = Path(authorised.__code__.co_filename).with_name("permissions.csv")
    with path.open(newline="") as file:
        listed = {row["permission"] for row in csv.DictReader(file)}
    asked = {p for s in SERVICES for r in routes(s) for p in permissions(r.dependant)}
    assert listed - asked == set()
