"""How a page asks a service. The portal has no database and no rules of its own."""

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx2 as httpx
from pydantic import BaseModel, TypeAdapter, ValidationError

T = TypeVar("T")

ROOT = "/api/v1"
PATIENCE_S = 60
UNREACHED = "A part of the platform does not answer."
CORRELATION = "X-Correlation-ID"


class Refused(Exception):
    """A service said no. It says why as a type and facts, so that we can say it in French."""

    def __init__(self, status: int, type: str, detail: str, facts: dict[str, Any]) -> None:
        super().__init__(detail)
        self.status = status
        self.type = type
        self.detail = detail
        self.facts = facts


class ConfirmAsked(Exception):
    """A service wants to know that it is still this person. No page's own form answers that."""

    def __init__(self, refusal: Refused) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


@dataclass(frozen=True)
class Api:
    """The services, as the signed-in person sees them."""

    client: httpx.AsyncClient
    headers: dict[str, str] = field(repr=False)

    async def get(self, path: str, answer: type[T], **query: object) -> T:
        return _read(await self._send("GET", path, params=_without_blanks(query)), answer)

    async def post(self, path: str, answer: type[T], data: BaseModel | None = None) -> T:
        return await self.change("POST", path, answer, data)

    async def change(
        self, method: str, path: str, answer: type[T], data: BaseModel | None = None
    ) -> T:
        body = None if data is None else data.model_dump(mode="json", exclude_unset=True)
        return _read(await self._send(method, path, json=body), answer)

    async def remove(self, path: str) -> None:
        await self._send("DELETE", path)

    async def work(self, path: str, answer: type[T], content: bytes = b"", **query: object) -> T:
        """Post a file, or have something done that takes its time."""
        params = _without_blanks(query)
        sent = await self._send("POST", path, PATIENCE_S, content=content, params=params)
        return _read(sent, answer)

    async def send_file(
        self, path: str, answer: type[T], content: AsyncIterator[bytes], **query: object
    ) -> T:
        """Pass on a file piece by piece, as it lies on the portal's disk."""
        params = _without_blanks(query)
        sent = await self._send("POST", path, PATIENCE_S, content=content, params=params)
        return _read(sent, answer)

    async def stream(self, path: str) -> httpx.Response:
        """An answer whose body is still to be read, and then to be closed."""
        request = self.client.build_request("GET", ROOT + path, headers=self.headers)
        try:
            response = await self.client.send(request, stream=True)
        except httpx.TransportError:
            raise Refused(503, "unavailable", UNREACHED, {}) from None
        if response.is_error:
            await response.aread()
            await response.aclose()
            raise _refusal(response)
        return response

    async def fetch(self, path: str, **query: object) -> bytes:
        response = await self._send("GET", path, params=_without_blanks(query))
        return response.content

    async def tell(self, path: str, **secrets: object) -> httpx.Response:
        """Post what no model may print: passwords and credentials."""
        return await self._send("POST", path, json=secrets)

    async def _send(
        self,
        method: str,
        path: str,
        patience: float | None = None,
        **sent: Any,  # noqa: ANN401
    ) -> httpx.Response:
        if patience is not None:
            sent["timeout"] = patience
        request = self.client.build_request(method, ROOT + path, headers=self.headers, **sent)
        response = await self._answer(request)
        if response.is_error:
            refusal = _refusal(response)
            if refusal.type == "confirm_identity":
                raise ConfirmAsked(refusal)
            raise refusal
        return response

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        """Ask twice what may be asked twice: a connection that was kept may just have closed."""
        for _ in range(2 if request.method == "GET" else 1):
            with suppress(httpx.TransportError):
                return await self.client.send(request)
        raise Refused(503, "unavailable", UNREACHED, {})


def _read(response: httpx.Response, answer: type[T]) -> T:
    return TypeAdapter(answer).validate_json(response.content)


def _without_blanks(query: dict[str, object]) -> dict[str, Any]:
    return {name: value for name, value in query.items() if value not in (None, "")}


class _Problem(BaseModel):
    type: str
    detail: str
    facts: dict[str, Any] = {}


def _refusal(response: httpx.Response) -> Refused:
    try:
        problem = _Problem.model_validate_json(response.content)
    except ValidationError:
        return Refused(response.status_code, "unexpected", "An answer could not be read.", {})
    return Refused(response.status_code, problem.type, problem.detail, problem.facts)
