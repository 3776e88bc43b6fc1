"""Tell Docker whether this container does what its command says. Exit 0: it does.

A process that ends is started again anyway. What is asked here is whether one that runs still
moves: that a web process reaches its servers, that a relay leaves nothing lying, that a consumer
still asks for events, that a Celery worker answers and that the clock ticks.
"""

import http.client
import os
import sys
from pathlib import Path

PORT, MAILS_PORT = 8080, 8025
QUIET_MS = 60_000
CLOCK = "celery.redbeat::lock"
LEFT_LYING = """select count(*) from {}.outbox
    where published_at is null and occurred_at < now() - interval '1 minute'"""


class Ill(Exception):
    """What is wrong with this container, in a sentence."""


def main() -> None:
    """Look at what process 1 was told to do, so that a command is written in one place only."""
    words = Path("/proc/1/cmdline").read_text().split("\0")
    try:
        _examine([word for word in words if word])
    except Exception as error:  # noqa: BLE001  whatever it is, it is what Docker should show
        sys.exit(f"ill: {type(error).__name__}: {error}")


def _examine(words: list[str]) -> None:
    if "celery" in words:
        _worker() if "worker" in words else _clock()
    elif "web" in words:
        _web([word for word in words[words.index("web") + 1 :] if word.isalpha()])
    elif "work" in words:
        _work([word for word in words[words.index("work") + 1 :] if word.isalpha()])
    elif "runtime.mail_sink" in words:
        _get(MAILS_PORT, "/mails?limit=1")
    elif any("nginx" in word for word in words):
        _get(PORT, "/gateway/health")
    else:
        raise Ill("nobody said what this container is for")


def _web(names: list[str]) -> None:
    for name in names:
        _get(PORT, "/health" if name == "portal" else f"/api/v1/{name}/health/ready")


def _get(port: int, path: str) -> None:
    connection = http.client.HTTPConnection("localhost", port, timeout=5)
    connection.request("GET", path)
    status = connection.getresponse().status
    if status != http.client.OK:
        raise Ill(f"{path} answers {status}")


def _work(names: list[str]) -> None:
    for name in names:
        _relays(name)
        _listens(name)


def _relays(name: str) -> None:
    """Every relay may be down but one: what counts is that the service's events leave."""
    import psycopg  # noqa: PLC0415  the web's check, ten times as frequent, does without

    url = os.environ[f"QSE_{name.upper()}_DATABASE_URL"].replace("+psycopg", "", 1)
    with psycopg.connect(url, connect_timeout=5, options="-c qse.sites=*") as connection:
        row = connection.execute(LEFT_LYING.format(name)).fetchone()
    if row is None or row[0]:
        raise Ill(f"{row} events of {name} were not sent")


def _listens(name: str) -> None:
    """A service that hears nothing has no consumer, and nothing to be ill of."""
    from redis import Redis  # noqa: PLC0415

    url = os.environ[f"QSE_{name.upper()}_REDIS_URL"]
    redis = Redis.from_url(url, socket_timeout=5, decode_responses=True)
    me = os.environ.get("QSE_INSTANCE", os.uname().nodename)
    for stream in redis.scan_iter(match="events.*", _type="stream"):
        if name not in {group["name"] for group in redis.xinfo_groups(stream)}:
            continue
        asked = {c["name"]: c["idle"] for c in redis.xinfo_consumers(stream, name)}
        if asked.get(me, QUIET_MS) >= QUIET_MS:
            raise Ill(f"{name} does not ask for {stream}")


def _worker() -> None:
    from celery import Celery  # noqa: PLC0415

    app = Celery(broker=os.environ["QSE_CELERY_REDIS_URL"])
    app.conf.broker_transport_options = {"global_keyprefix": "celery."}
    me = f"celery@{os.uname().nodename}"
    if not app.control.ping(destination=[me], timeout=5, limit=1):
        raise Ill(f"{me} does not answer")


def _clock() -> None:
    """The beat that has the lock renews it every few seconds; without one there is no clock."""
    from redis import Redis  # noqa: PLC0415

    if not Redis.from_url(os.environ["QSE_CELERY_REDIS_URL"], socket_timeout=5).exists(CLOCK):
        raise Ill("no clock ticks")


if __name__ == "__main__":
    main()
