"""A real identity provider, and somebody who signs in there."""

import os
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2 as httpx
import pytest

from shared.child import LOOPBACK, free_port
from tests.processes import eventually

Came = dict[str, str]


@pytest.fixture(scope="session")
def issuer() -> Iterator[str]:
    """The provider, a process of its own."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    process = subprocess.Popen(  # noqa: S603  a module of the test environment
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ)
    )
    address = f"http://{LOOPBACK}:{port}"
    eventually(lambda: _answers(address))
    yield address
    process.terminate()
    process.wait(10)


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/jwks", timeout=1).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def at_provider(address: str, who: str, **changed: str) -> Came:
    """Sign in there as the browser does; gives what it sends the browser back with."""
    parts = urlsplit(address)
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()} | changed
    url = parts._replace(query=urlencode(asked)).geturl()
    answer = httpx.post(url, data={"sub": who}, follow_redirects=False)
    assert answer.status_code == 302, answer.text
    back = urlsplit(answer.headers["location"])
    assert f"{back.scheme}://{back.netloc}{back.path}".endswith("/sign-in/sso/done")
    return {name: values[0] for name, values in parse_qs(back.query).items()}
