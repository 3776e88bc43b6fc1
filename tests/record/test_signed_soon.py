"""A signature does not wait for its checkpoint as other changes do."""

import time
from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest

from runtime.services import SERVICES
from runtime.work import Worker
from services.policy import commands
from shared import outbox
from shared.work import unit_of_work
from tests.policy.factories import step, submitted
from tests.promises import Promise
from tests.world import WORLD


def no_dispatch(*_: Any) -> None:  # noqa: ANN401
    """Nothing slow happens here."""


@pytest.fixture
def called(own_database: str) -> Iterator[Event]:
    """Set whenever the sealer is asked to look at once."""
    outbox._caller.cache_clear()  # noqa: SLF001  its address is that of this test's server
    asked = Event()
    worker = Worker([SERVICES["identity"]], no_dispatch, {outbox.SEALER: asked.set})
    worker.start()
    time.sleep(0.5)
    asked.clear()
    yield asked
    worker.stop()


@pytest.mark.security
def test_the_sealer_is_called_when_something_is_signed_and_only_then(
    called: Event, promise: Promise
) -> None:
    policy = submitted()
    assert not called.wait(1)
    started = time.perf_counter()
    with unit_of_work("policy", WORLD.hugo, permission="policy:approve") as uow:
        commands.approve_policy(uow, policy.id, step(policy))
    assert called.wait(5)
    after = 1000 * (time.perf_counter() - started)
    promise("E1", "the sealer is called after a signature", f"{after:.0f} ms", "1 s")


def test_it_is_called_from_another_process_too(called: Event) -> None:
    redis = outbox._caller("policy")  # noqa: SLF001
    redis.publish(outbox.WAKE_CHANNEL, outbox.SEALER)
    assert called.wait(5)
