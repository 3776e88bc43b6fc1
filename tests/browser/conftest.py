import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from playwright.sync_api import Browser

from runtime.mail_sink import sink
from runtime.services import SERVICES
from runtime.web import create_web
from shared import db
from shared.child import free_port
from tests import chromium, servers
from tests.conftest import Platform
from tests.processes import eventually


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if chromium.path() is None:
        pytest.skip(chromium.MISSING)
    with chromium.running() as opened:
        yield opened


@pytest.fixture(scope="module")
def served(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The portal and its services at an address, in this process, on a database of their own.

    What follows from something is delivered by a `Bus`: pages are looked at, and not the workers.
    """
    name, mails = platform.clone(), free_port()
    with socket.create_server(("127.0.0.1", 0)) as door:
        url = f"http://127.0.0.1:{door.getsockname()[1]}"
        addresses = {"QSE_BASE_URL": url, "QSE_MAIL_SINK_URL": f"http://127.0.0.1:{mails}"}
        servers.adopt(platform.environment(name) | addresses)
        with sink(free_port(), mails, tmp_path_factory.mktemp("mails")), _serving(door):
            yield url
    db.disconnect()
    servers.forget("QSE_MAIL_SINK_URL")
    platform.drop(name)


@contextmanager
def _serving(door: socket.socket) -> Iterator[None]:
    web = create_web(list(SERVICES), with_portal=True)
    server = uvicorn.Server(uvicorn.Config(web, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run, args=([door],), name="web of the tests")
    thread.start()
    try:
        eventually(lambda: server.started)
        yield
    finally:
        server.should_exit = True
        thread.join()
