"""Chains through the running platform: over HTTP, and heard at the end of the last stream."""

import http.client
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import uuid4

import orjson
from redis import Redis

from runtime.bench.group import PROCESS, Site
from shared.logging import HEADER
from shared.streams import EVENT, received, stream_of

API = "/api/v1"
PATIENCE_S = 30.0
BLOCK_MS = 500
FINDING = {
    "grade": "NC_MAJ",
    "process": PROCESS,
    "requirement": "ISO 45001:2018 8.1.2",
    "statement": "The guard of machine 4 is off during production",
    "evidence": "Seen in the morning, photograph M4-12",
}


class Ear:
    """Listens where the platform tells that somebody was told, and notes when.

    A notification is announced after its commit, so this hears it a little late, never early.
    The floor ends at the same point. One process sends and hears: there is one clock.
    """

    def __init__(self, redis: "Redis", told: int) -> None:
        self.redis: Any = redis
        self.told = told
        self.heard: Counter[str] = Counter()
        self.ends: dict[str, float] = {}
        self.waiting: dict[str, threading.Event] = {}
        self.stopping = False
        self.thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        name = stream_of("notifications")
        self.place = {name: self.redis.xinfo_stream(name)["last-generated-id"]}
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping = True
        self.thread.join()

    def wait(self, story: str) -> float:
        if not self.waiting[story].wait(PATIENCE_S):
            raise TimeoutError(f"{self.heard[story]} of {self.told} people were told")
        return self.ends[story]

    def _listen(self) -> None:
        while not self.stopping:
            found = self.redis.xread(self.place, count=1000, block=BLOCK_MS)
            now = time.monotonic()
            for name, entries in received(found):
                for id, fields in entries:
                    self.place[name] = id
                    self._note(fields, now)

    def _note(self, fields: dict[str, str], now: float) -> None:
        story = orjson.loads(fields.get(EVENT, "{}")).get("correlationid", "")
        self.heard[story] += 1
        if self.heard[story] == self.told and story in self.waiting:
            self.ends[story] = now
            self.waiting[story].set()


class Platform:
    """The running platform, as a program meets it."""

    def __init__(self, address: str, personal_token: str, ear: Ear) -> None:
        self.host = urlsplit(address).netloc
        self.personal_token = personal_token
        self.ear = ear
        self.local = threading.local()
        self.token = ""

    def sign_in(self) -> None:
        """Connect anew, and fetch an access token: it lasts a minute, longer than any phase."""
        self.local = threading.local()
        body = {"credential": self.personal_token, "audience": ["audit"]}
        self.token = self._post("/identity/tokens", body, {})["access_token"]

    def raise_finding(self, site: Site) -> float:
        """Send one chain on its way, and give the seconds until everybody was told."""
        story = str(uuid4())
        self.ear.waiting[story] = threading.Event()
        headers = {"Authorization": f"Bearer {self.token}", HEADER: story}
        begun = time.monotonic()
        self._post(f"/audit/audits/{site.audit_id}/findings", FINDING, headers)
        return self.ear.wait(story) - begun

    def one_by_one(self, sites: Iterable[Site]) -> list[float]:
        return [self._after_a_pause(site) for site in sites]

    def all_at_once(self, sites: Iterable[Site], writers: int) -> float:
        """Have several writers raise one finding after the other; give the seconds of all."""
        begun = time.monotonic()
        with ThreadPoolExecutor(writers) as pool:
            list(pool.map(self.raise_finding, sites))
        return time.monotonic() - begun

    def _after_a_pause(self, site: Site) -> float:
        pause()
        return self.raise_finding(site)

    def _post(self, path: str, body: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
        """The standard library's client: the least that a client can cost on the same cores."""
        if not hasattr(self.local, "connection"):
            self.local.connection = http.client.HTTPConnection(self.host, timeout=PATIENCE_S)
        connection: http.client.HTTPConnection = self.local.connection
        given = {"Content-Type": "application/json", **headers}
        connection.request("POST", f"{API}{path}", json.dumps(body), given)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status >= http.client.BAD_REQUEST:
            raise RuntimeError(f"{answer.status}: {text.decode()}")
        made: dict[str, Any] = json.loads(text)
        return made


def pause() -> None:
    """Long enough for everything to be idle, and never in step with anything that polls."""
    time.sleep(random.uniform(0.05, 0.15))  # noqa: S311  no secret
