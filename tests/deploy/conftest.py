import secrets
from collections.abc import Iterator

import pytest

from shared.child import free_port
from tests.deploy.installation import Installation, compose_command, engine_answers
from tests.servers import NAMES


@pytest.fixture(scope="package")
def installation(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Installation]:
    """The compose file, up on this machine's Docker engine; gone without a trace afterwards."""
    if engine_answers() is None:
        pytest.skip("no Docker engine answers here (`docker version`; is DOCKER_HOST set?)")
    command = compose_command()
    if command is None:
        pytest.skip("Docker is here, but neither `docker compose` nor `docker-compose`")
    name, folder = f"qse-test-{secrets.token_hex(4)}", tmp_path_factory.mktemp("installation")
    made = Installation(name, folder, command, free_port(), free_port())
    made.prepare()
    try:
        made.compose("up", "-d")
        made.wait_until_it_answers(list(NAMES))
        yield made
    finally:
        if request.session.testsfailed:
            print(made.compose("logs", "--tail", "40"))  # noqa: T201  shown with the failure
        made.compose("down", "--volumes", "--timeout", "5")
