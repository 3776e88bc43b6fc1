"""Somebody who reads pages of the portal, and what that asks of the services and the database."""

import asyncio
import time

import httpx2 as httpx
from fastapi import FastAPI
from sqlalchemy import Engine, event
from starlette.routing import Mount

from shared.settings import settings


class Reader:
    """Somebody who is signed in, and asks the whole application in this process."""

    def __init__(self, web: FastAPI, email: str, password: str) -> None:
        self.web = web
        self.cookies = httpx.Cookies()
        self.statements = self.requests = 0
        event.listen(Engine, "before_cursor_execute", self._statement)
        _portal_in(web).state.client.event_hooks["request"].append(self._request)
        self.ask("POST", "/sign-in", {"email": email, "password": password})

    def read(self, address: str) -> str:
        return self.ask("GET", address).text

    def ask(self, method: str, address: str, typed: dict[str, str] | None = None) -> httpx.Response:
        return asyncio.run(self._ask(method, address, typed))

    def timed(self, address: str) -> float:
        begun = time.perf_counter()
        self.ask("GET", address).raise_for_status()
        return (time.perf_counter() - begun) * 1000

    def counted(self, address: str) -> tuple[int, int]:
        self.statements = self.requests = 0
        self.ask("GET", address).raise_for_status()
        return self.statements, self.requests

    async def _ask(self, method: str, address: str, typed: dict[str, str] | None) -> httpx.Response:
        own = {"Origin": settings().base_url, "Accept-Encoding": "gzip"}
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.web),
            base_url=settings().base_url,
            cookies=self.cookies,
            headers=own,
        ) as client:
            answer = await client.request(method, address, data=typed)
            self.cookies.update(client.cookies)
        return answer

    def _statement(self, *_: object) -> None:
        self.statements += 1

    async def _request(self, _request: httpx.Request) -> None:
        self.requests += 1


def _portal_in(web: FastAPI) -> FastAPI:
    [portal] = [r.app for r in web.routes if isinstance(r, Mount) and not r.path]
    assert isinstance(portal, FastAPI)  # noqa: S101  the type of what create_web mounts
    return portal
