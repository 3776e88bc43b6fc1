"""Schemathesis at the doors of a service, as somebody: every answer is counted and checked."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder
from starlette.types import ASGIApp, Receive, Scope, Send

from runtime.services import SERVICES
from shared.auth import Actor
from shared.service import create_app
from shared.tabular import XLSX
from tests.access.people import ROLES, WHOLE, somebody
from tests.architecture.test_permissions import no_exchange
from tests.fuzz.real import Document, with_examples
from tests.helpers import token_of
from tests.world import WORLD

SEED = 1
TOKEN_LASTS_S = 20
REAL = 0.75
"""How many path parameters in a hundred are real; the rest is whatever Hypothesis thinks of."""
schemathesis.serializer.alias(XLSX, "application/octet-stream")
CHECKS: Final = {
    # What is well formed may still break a rule of the domain, and that is a 422 here.
    "positive_data_acceptance": {"enabled": False},
}


@dataclass
class Seen:
    """What was sent and what came back."""

    cases: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    asked: set[str] = field(default_factory=set)
    served: set[str] = field(default_factory=set)
    violations: dict[str, str] = field(default_factory=dict)
    """By operation and check: what is wrong, and the request that shows it."""

    @property
    def server_errors(self) -> int:
        return sum(times for status, times in self.statuses.items() if status >= 500)

    def add(self, other: "Seen") -> None:
        self.cases += other.cases
        self.statuses += other.statuses
        self.asked |= other.asked
        self.served |= other.served
        self.violations = other.violations | self.violations

    def note(self, service: str, recorder: ScenarioRecorder) -> None:
        for id, interaction in recorder.interactions.items():
            if interaction.response is not None:
                self.cases += 1
                self.statuses[interaction.response.status_code] += 1
                self._note_door(service, recorder, id, interaction.response.status_code)
        for wrong in _failures(recorder):
            failure = wrong.failure
            told = f"{failure.title}: {failure.message}\n{wrong.code_sample}"
            self.violations.setdefault(f"{service} {failure.operation}: {failure.title}", told)

    def _note_door(self, service: str, recorder: ScenarioRecorder, id: str, status: int) -> None:
        if id in recorder.cases:
            label = f"{service} {recorder.cases[id].value.operation.label}"
            self.asked.add(label)
            if status < 300:
                self.served.add(label)


def _failures(recorder: ScenarioRecorder) -> Iterator[Any]:
    checks = (check for of_case in recorder.checks.values() for check in of_case)
    return (check.failure_info for check in checks if check.failure_info is not None)


def documents() -> dict[str, Document]:
    """What each service says of itself to whoever is signed in."""
    return {name: create_app(SERVICES[name], no_exchange).openapi() for name in SERVICES}


def everybody() -> list[Actor]:
    """A person of each role, and those who have things of their own in the examples."""
    whole = [somebody(role, WHOLE) for role in ROLES]
    return [*whole, WORLD.alice, WORLD.paul, WORLD.diane]


def fuzz(document: Document, app: ASGIApp, actor: Actor, seed: int, examples: int) -> Seen:
    """All phases over one service as one person: examples, coverage, fuzzing, stateful."""
    service = document["info"]["title"]
    shown, values = with_examples(document, service)
    schema = schemathesis.openapi.from_dict(shown, config=_config(values, seed, examples))
    schema.app = _served(app)
    schema.auth(refresh_interval=TOKEN_LASTS_S)(_signed_in_as(actor))
    seen = Seen()
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            seen.note(service, event.recorder)
        elif isinstance(event, events.NonFatalError | events.FatalError):
            seen.violations[f"{service}: could not be tested"] = str(event)
    return seen


def _config(values: dict[str, list[Any]], seed: int, examples: int) -> SchemathesisConfig:
    return SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "generation": {"max-examples": examples, "database": "none", "no-shrink": True},
            "checks": CHECKS,
            "continue-on-failure": True,
            "dictionaries": {name: {"values": ids} for name, ids in values.items()},
            "parameters": {
                f"path.{name}": {"dictionary": name, "probability": REAL} for name in values
            },
        }
    )


def _served(app: ASGIApp) -> ASGIApp:
    """As a server has it: what an application raises has been answered, and ends there."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        with suppress(Exception):
            await app(scope, receive, send)

    return serve


def _signed_in_as(actor: Actor) -> type:
    """Access tokens live for a minute, runs do not end in one."""

    class SignedIn:
        def get(self, _case: object, _context: object) -> str:
            return token_of(actor)

        def set(self, case: Any, token: str, _context: object) -> None:  # noqa: ANN401  Schemathesis's own
            case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}

    return SignedIn
