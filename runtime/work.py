"""What `qse work` runs: the relay, the consumer and the reconciler of each named service."""

import gc
import signal
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

import structlog
from redis import ResponseError
from redis.exceptions import RedisError

from shared import reconciler
from shared.bus import TRANSIENT, Dispatch, deliver, put_aside, relay
from shared.events import Envelope
from shared.outbox import WAKE_CHANNEL, bell, connect
from shared.service import Service
from shared.settings import settings
from shared.streams import BATCH, STALE_MS, Entry, Streams

log = structlog.get_logger()

WAIT_MS = 2_000
POLL_S = 1.0
ANSWERING = "identity"
"""One process of all answers the calls for Celery: the one that works for this service."""
LONGEST_PAUSE_S = 5.0


class Worker:
    """The threads of one process. They stop between two batches, never within one."""

    def __init__(
        self, services: list[Service], dispatch: Dispatch, calls: Mapping[str, Callable[[], None]]
    ) -> None:
        self.services = services
        self.dispatch = dispatch
        self.calls = calls
        self.stopping = threading.Event()
        self.threads: list[threading.Thread] = []

    def start(self) -> None:
        for service in self.services:
            bell(service.name)
        if any(service.name == ANSWERING for service in self.services):
            for name, call in self.calls.items():
                self._answer(name, call)
        self._run("wake", self._listen)
        for service in self.services:
            self._run(f"relay {service.name}", Relay(service.name, self.stopping).run)
            self._run(f"reconcile {service.name}", Reconciler(service.name, self.stopping).run)
            if service.handlers.registered:
                consumer = Consumer(service, self.dispatch, self.stopping)
                self._run(f"consume {service.name}", consumer.run)

    def stop(self) -> None:
        self.stopping.set()
        for service in self.services:
            bell(service.name).set()
        for thread in self.threads:
            thread.join(timeout=2 * WAIT_MS / 1000)

    def _answer(self, name: str, call: Callable[[], None]) -> None:
        """Have Celery called when this bell rings, in this process or another."""
        called = bell(name)

        def answer() -> None:
            while not self.stopping.is_set():
                if called.wait(POLL_S):
                    called.clear()
                    call()

        self._run(name, lambda: persist(name, answer, self.stopping))

    def _run(self, name: str, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, name=name, daemon=True)
        thread.start()
        self.threads.append(thread)

    def _listen(self) -> None:
        """Ring the relay of a service when another process has written to its outbox."""

        def listen() -> None:
            redis: Any = connect(self.services[0].name)
            with redis.pubsub(ignore_subscribe_messages=True) as calls:
                calls.subscribe(WAKE_CHANNEL)
                while not self.stopping.is_set():
                    call = calls.get_message(timeout=1.0)
                    if call:
                        bell(call["data"]).set()

        persist("wake", listen, self.stopping)


class Relay:
    def __init__(self, service: str, stopping: threading.Event) -> None:
        self.service = service
        self.stopping = stopping
        self.redis = connect(service)
        self.checked = 0.0

    def run(self) -> None:
        persist("relay", self._send_as_they_come, self.stopping)

    def _send_as_they_come(self) -> None:
        waiting = bell(self.service)
        while not self.stopping.is_set():
            if time.monotonic() - self.checked > POLL_S:
                reconciler.republish_if_another_server(self.service, self.redis)
                self.checked = time.monotonic()
            waiting.clear()
            while relay(self.service, self.redis) == BATCH:
                pass  # a batch that is not full was the last: what comes now rings the bell
            waiting.wait(POLL_S)


class Reconciler:
    def __init__(self, service: str, stopping: threading.Event) -> None:
        self.service = service
        self.stopping = stopping
        self.redis = connect(service)
        self.answers = reconciler.Answers(service, self.redis)

    def run(self) -> None:
        persist("reconcile", self._ask_and_settle, self.stopping)

    def _ask_and_settle(self) -> None:
        every = settings().reconcile_after_s / 3
        while not self.stopping.wait(every):
            if self.answers.settle():
                bell(self.service).set()
            reconciler.ask(self.service, self.redis)
            with suppress(ResponseError):  # no stream yet: nothing to trim
                reconciler.trim(self.service, self.redis)


class Consumer:
    """A service's ears: what it did not finish, then what others left, then what is new."""

    def __init__(self, service: Service, dispatch: Dispatch, stopping: threading.Event) -> None:
        self.service = service
        self.dispatch = dispatch
        self.stopping = stopping
        self.redis = connect(service.name, timeout=WAIT_MS / 1000 + 5)
        publishers = service.handlers.publishers
        self.streams = Streams(self.redis, service.name, publishers, settings().instance)
        self.retry_at = 0.0

    def run(self) -> None:
        persist("consume", self._hear, self.stopping)

    def _hear(self) -> None:
        self.streams.join()
        self.take(self.streams.left_over())
        while not self.stopping.is_set():
            if time.monotonic() >= self.retry_at:
                self.retry_at = time.monotonic() + settings().retry_idle_ms / 1000
                self.take(self.streams.left_over())
                self.take(self.streams.stale(STALE_MS))
            self.take(self.streams.fresh(self._patience()))

    def _patience(self) -> int:
        until_retry = int((self.retry_at - time.monotonic()) * 1000)
        return max(10, min(WAIT_MS, until_retry))

    def take(self, entries: list[Entry]) -> None:
        if not entries:
            return
        name, handlers = self.service.name, self.service.handlers
        heard: dict[str, Envelope] = {}
        asked: list[list[tuple[UUID, str]]] = []
        for entry in entries:
            try:
                envelope, question = entry.envelope, entry.roll_call
            except ValueError as refused:
                put_aside(name, entry, refused)
                continue
            if envelope is not None:
                heard[entry.id] = envelope
            asked += [question] if question else []
        again = deliver(name, handlers, list(heard.values()), self.dispatch) if heard else []
        for question in asked:
            reconciler.answer(name, handlers, self.redis, question)
        failed = {envelope.id for envelope in again}
        self.streams.done(e for e in entries if e.id not in heard or heard[e.id].id not in failed)


def persist(name: str, task: Callable[[], None], stopping: threading.Event) -> None:
    """Keep a task going: a server that is away is waited for, longer each time."""
    pause = 0.1
    while not stopping.is_set():
        started = time.monotonic()
        try:
            task()
        except (RedisError, *TRANSIENT) as error:
            log.warning("waiting for a server", task=name, error=f"{type(error).__name__}: {error}")
        except Exception:
            log.exception("task failed", task=name)
        ran_well = time.monotonic() - started > LONGEST_PAUSE_S
        pause = 0.1 if ran_well else min(2 * pause, LONGEST_PAUSE_S)
        stopping.wait(pause)


def work(
    services: list[Service], dispatch: Dispatch, calls: Mapping[str, Callable[[], None]]
) -> None:
    """Run until the process is told to stop."""
    worker = Worker(services, dispatch, calls)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: worker.stopping.set())
    worker.start()
    gc.freeze()  # what was loaded stays; looking through it again would cost milliseconds
    log.info("working", services=[service.name for service in services])
    worker.stopping.wait()
    worker.stop()
