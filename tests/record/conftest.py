from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine

from runtime.record.copies import NAME
from shared import db
from shared.notes import split
from tests import servers
from tests.conftest import Platform
from tests.record.filling import fill


@pytest.fixture(scope="module")
def sealed(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """A filled and sealed record on a database of the module's own; gives the copies outside."""
    database = platform.clone()
    folder = tmp_path_factory.mktemp("checkpoints")
    settings = platform.environment(database) | {"QSE_CHECKPOINT_FOLDER": str(folder)}
    servers.adopt(settings)
    fill()
    yield list(split((folder / NAME).read_text()))
    db.disconnect()
    servers.forget("QSE_CHECKPOINT_FOLDER")
    platform.drop(database)


@pytest.fixture
def superuser(platform: Platform, sealed: list[str]) -> Iterator[Connection]:
    """Somebody whom no right and no trigger stops; what they do is rolled back after the test."""
    from shared.settings import settings  # noqa: PLC0415

    engine = create_engine(settings().owner_url_of("audit"))
    with engine.connect() as connection:
        connection.exec_driver_sql("set session_replication_role = replica")
        yield connection
        connection.rollback()
    engine.dispose()
