"""The platform's own code, in one process and in sequence: no threads wait for each other.

A relay runs when a transaction has rung its bell, then each service that hears it reads, handles
and acknowledges. This is the order in which a chain is recorded, and so the order of the floor.
"""

import asyncio
from threading import Event
from typing import Any

import httpx2 as httpx

from runtime.bench.recording import RecordedRedis
from runtime.services import SERVICES
from runtime.web import create_web
from runtime.work import Consumer
from shared.bus import handle_alone, relay
from shared.events import Envelope
from shared.outbox import bell
from shared.streams import BATCH

SHORT_MS = 10


class InProcess:
    def __init__(self, redis: RecordedRedis) -> None:
        self.redis = redis
        self.web = create_web(list(SERVICES), with_portal=False)
        hearing = [service for service in SERVICES.values() if service.handlers.registered]
        self.consumers = [Consumer(service, self._at_once, Event()) for service in hearing]
        for name in SERVICES:
            bell(name)
        for consumer in self.consumers:
            consumer.redis = consumer.streams.redis = redis
            consumer.streams.join()

    def post(self, path: str, body: dict[str, Any], token: str) -> dict[str, Any]:
        """Send a request through the whole web application, and follow what comes of it."""
        answer = asyncio.run(self._post(path, body, token))
        if answer.status_code != httpx.codes.CREATED:
            raise RuntimeError(answer.text)
        made: dict[str, Any] = answer.json()
        return made

    def settle(self) -> None:
        """Relay and deliver until nothing rings any more."""
        while rung := [name for name in SERVICES if bell(name).is_set()]:
            for name in rung:
                bell(name).clear()
                self._relay(name)

    def _relay(self, name: str) -> None:
        """Send what waits, batch by batch: one that is not full was the last."""
        sent = BATCH
        while sent == BATCH:
            sent = relay(name, self.redis)
            self._deliver(name)

    def _deliver(self, publisher: str) -> None:
        for consumer in self.consumers:
            if publisher in consumer.service.handlers.publishers:
                consumer.take(consumer.streams.fresh(SHORT_MS))

    def _at_once(self, service: str, handler: str, envelope: str) -> None:
        """Run a slow handler here: handing it to Celery is not part of the floor."""
        heard = Envelope.model_validate_json(envelope)
        if not handle_alone(service, SERVICES[service].handlers.named(handler), heard):
            raise RuntimeError(f"{service} could not handle {heard.type}")

    async def _post(self, path: str, body: dict[str, Any], token: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"}
        transport = httpx.ASGITransport(app=self.web)
        async with httpx.AsyncClient(transport=transport, base_url="http://bench") as client:
            return await client.post(f"/api/v1{path}", json=body, headers=headers)
