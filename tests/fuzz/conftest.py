from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from runtime.services import SERVICES
from runtime.web import create_web
from shared import db
from tests import servers
from tests.access.people import let_everybody_in
from tests.conftest import Platform


@pytest.fixture(scope="module")
def web(platform: Platform) -> Iterator[FastAPI]:
    """All services on a database of the module's own, with people of every role in it."""
    database = platform.clone()
    servers.adopt(platform.environment(database))
    let_everybody_in()
    yield create_web(list(SERVICES), with_portal=False)
    db.disconnect()
    platform.drop(database)
