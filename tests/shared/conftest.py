from collections.abc import Iterator

import pytest
from redis import Redis

from shared import outbox
from tests.conftest import Platform


@pytest.fixture
def redis(platform: Platform, own_database: str) -> Iterator["Redis"]:
    """The real server, emptied; with a database whose commits are real."""
    outbox._caller.cache_clear()  # noqa: SLF001  its address is that of this test's server
    with outbox.operate() as client:
        client.flushall()
        yield client
        client.flushall()
