"""The sizes and habits that keep a file readable in one sitting, and one service like another."""

import ast
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.services import SERVICES
from shared.db import OfSite
from shared.service import Service

ROOT = Path(__file__).parents[2]
LONGEST_FILE = 300
LONGEST_FUNCTION = 40

ALWAYS = (
    "__init__.py",
    "README.md",
    "commands.py",
    "errors.py",
    "events.py",
    "migrations/0001_start.py",
    "models.py",
    "queries.py",
    "routes.py",
    "schemas.py",
    "service.py",
)
FOR_EVERY_SITE = {
    # The platform itself computes indicators, as nobody in particular and for all sites at once.
    "indicators.counting._count_of_sites",
    "indicators.queries.editions_above",
    "alerting.queries.last_alerts",
    "alerting.queries.newest_periods",
    "indicators.queries.editions_at",
    "indicators.queries.first_counted",
}
HEADINGS = ["## Owns", "## Announces", "## Hears"]

SOURCES = [
    path
    for package in ("shared", "services", "portal", "runtime")
    for path in sorted((ROOT / package).rglob("*.py"))
    if not {"migrations", "node_modules"} & set(path.parts)
]
OF_SERVICES = [path for path in SOURCES if path.is_relative_to(ROOT / "services")]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call))


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_file_is_short_and_its_functions_are_shorter(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST_FILE
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < LONGEST_FUNCTION, node.name


@pytest.mark.parametrize("path", OF_SERVICES, ids=name)
def test_nothing_in_a_service_commits(path: Path) -> None:
    for call in calls(path):
        assert getattr(call.func, "attr", None) != "commit", f"line {call.lineno}"


def test_a_query_over_rows_of_a_site_starts_from_the_unit_of_work() -> None:
    """`uow.select` adds the actor's places, which a bare `select` over such rows leaves out."""
    assert {query for path in OF_SERVICES for query in bare_queries(path)} == FOR_EVERY_SITE


def bare_queries(path: Path) -> Iterator[str]:
    """Name the functions that select rows of a site without their unit of work."""
    scoped = scoped_models(path)
    for function in ast.walk(tree(path)):
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                if is_bare_select(node) and scoped & names_in(node):
                    yield f"{path.parent.name}.{path.stem}.{function.name}"


def is_bare_select(node: ast.AST) -> bool:
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(called, ast.Name) and called.id == "select"


def names_in(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def scoped_models(path: Path) -> set[str]:
    """Name the models with a site that the service of this file owns, if it owns any."""
    service = path.relative_to(ROOT / "services").parts[0]
    if service not in SERVICES:
        return set()
    found = (ROOT / "services" / service).rglob("*models.py")
    modules = (".".join(p.relative_to(ROOT).with_suffix("").parts) for p in found)
    return {
        name
        for models in map(importlib.import_module, modules)
        for name, model in inspect.getmembers(models, inspect.isclass)
        if is_scoped(model)
    }


def is_scoped(model: type) -> bool:
    return issubclass(model, OfSite) and hasattr(model, "__table__")


def test_the_list_of_services_is_the_folder_of_services() -> None:
    folders = {path.parent.name for path in (ROOT / "services").glob("*/service.py")}
    assert set(SERVICES) == folders


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_a_service_has_one_name_everywhere(service: Service) -> None:
    assert SERVICES[service.name] is service
    assert service.metadata.schema == service.name


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_the_files_that_every_service_has(service: str) -> None:
    folder = ROOT / "services" / service
    assert [file for file in ALWAYS if not (folder / file).is_file()] == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_says_what_it_owns_announces_and_hears(service: str) -> None:
    text = (ROOT / "services" / service / "README.md").read_text()
    assert [line for line in text.splitlines() if line.startswith("## ")] == HEADINGS


def test_no_file_is_there_for_form_alone() -> None:
    """A service that hears nothing has no handlers.py, rather than an empty one."""
    empty = [p for p in SOURCES if p.name != "__init__.py" and not tree(p).body]
    assert empty == []
