"""What `qse web` serves: each named service at /api/v1/<name>, and the portal at /."""

from collections.abc import Awaitable, Callable

import httpx2 as httpx
from fastapi import FastAPI

from runtime.services import SERVICES
from shared.errors import Unauthenticated, Unavailable, add_error_handlers
from shared.evidence import keepers
from shared.files import store
from shared.headers import SecurityHeaders
from shared.service import create_app
from shared.settings import settings

API = "/api/v1"


def create_web(names: list[str], *, with_portal: bool) -> FastAPI:
    """One application for these services. They meet over HTTP also when they share it."""
    if any(keepers(name) for name in names):
        store()  # refuses by name a folder that cannot be written
    web = FastAPI(title="QSE", docs_url=None, redoc_url=None, openapi_url=None)
    add_error_handlers(web)
    web.add_middleware(SecurityHeaders)
    client = _client(web)
    for name in names:
        web.mount(f"{API}/{name}", create_app(SERVICES[name], _exchange(client)))
    if with_portal:
        from portal.app import create_portal  # noqa: PLC0415  a lone service needs no templates

        web.mount("/", create_portal(client))
    return web


def _client(web: FastAPI) -> httpx.AsyncClient:
    """How the portal and the token exchange reach services: in this process, or elsewhere."""
    url = settings().services_url
    if url is not None:
        return httpx.AsyncClient(base_url=url, timeout=10)
    transport = httpx.ASGITransport(app=web)
    return httpx.AsyncClient(base_url=settings().base_url, transport=transport, timeout=30)


def _exchange(client: httpx.AsyncClient) -> Callable[[str, str], Awaitable[str]]:
    async def exchange(credential: str, audience: str) -> str:
        body = {"credential": credential, "audience": [audience]}
        try:
            answer = await client.post(f"{API}/identity/tokens", json=body)
        except httpx.HTTPError:
            raise Unavailable from None
        if answer.status_code != httpx.codes.OK:
            raise Unauthenticated
        token: str = answer.json()["access_token"]
        return token

    return exchange
