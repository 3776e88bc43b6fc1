"""A published event may gain optional fields; nothing else. The snapshots make it visible.

`python -m tests.architecture.test_event_contracts` writes those of new events.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from runtime.services import SERVICES
from shared.events import Event

SNAPSHOTS = Path(__file__).parent / "events"
EVENTS = sorted(Event.__subclasses__(), key=lambda event: event.topic)


def shape(event: type[Event]) -> str:
    return (
        json.dumps(event.model_json_schema(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    )


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.topic)
def test_an_event_still_has_the_shape_it_was_published_with(event: type[Event]) -> None:
    snapshot = SNAPSHOTS / f"{event.topic}.json"
    assert snapshot.exists(), "new event: python -m tests.architecture.test_event_contracts"
    assert snapshot.read_text() == shape(event)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.topic)
def test_an_event_is_named_after_the_service_that_publishes_it(event: type[Event]) -> None:
    service, _, name = event.topic.partition(".")
    assert service in SERVICES
    assert event.__module__ == f"services.{service}.events"
    assert name == "".join(f"_{c.lower()}" if c.isupper() else c for c in event.__name__).strip("_")


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.topic)
def test_an_event_carries_ids_and_states_but_no_free_text(event: type[Event]) -> None:
    """Events are copied to other services' tables: what people wrote stays where it is guarded."""
    names = set(event.model_json_schema()["properties"])
    assert not names & {"statement", "evidence", "description", "reason", "comment", "text"}


def test_no_snapshot_is_left_of_an_event_that_is_gone() -> None:
    assert {path.stem for path in SNAPSHOTS.glob("*.json")} == {event.topic for event in EVENTS}


def test_every_handler_hears_an_event_that_exists() -> None:
    topics: dict[str, Any] = {event.topic: event for event in EVENTS}
    for service in SERVICES.values():
        for handler in service.handlers.registered:
            assert topics[handler.event.topic] is handler.event


if __name__ == "__main__":
    for fresh in EVENTS:
        path = SNAPSHOTS / f"{fresh.topic}.json"
        if not path.exists():
            SNAPSHOTS.mkdir(exist_ok=True)
            path.write_text(shape(fresh))
