"""What a rule of the domain says when it says no."""

import re
from http import HTTPStatus
from typing import Any, ClassVar

import structlog
from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from redis.exceptions import RedisError
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.routing import Match

PROBLEM_JSON = "application/problem+json"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

log = structlog.get_logger()

MOST_ERRORS = 50
"""How many wrong fields an answer names: somebody can send a hundred thousand."""


class Problem(BaseModel):
    """How every refusal is told: its kind, a sentence, and the facts in the sentence (RFC 9457)."""

    type: str
    detail: str
    facts: dict[str, Any]


class DomainError(Exception):
    """A rule refused. The message is for the person who asked, in whatever language.

    It is kept as a sentence with gaps and the facts that fill them, so that it can be translated.
    """

    status: ClassVar[int] = 400
    message: ClassVar[str]

    def __init__(self, **facts: object) -> None:
        super().__init__(self.message.format(**facts))
        self.facts = {name: jsonable_encoder(fact) for name, fact in facts.items()}

    @property
    def type(self) -> str:
        return re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower()


class Unauthenticated(DomainError):
    status = 401
    message = "Sign in first."


class ConfirmIdentity(Unauthenticated):
    message = "Confirm that it is you: this needs a password entered in the last {minutes} minutes."


class Forbidden(DomainError):
    status = 403
    message = "This needs the permission {permission}, which you do not hold here."


class NotInASession(Forbidden):
    message = "This is done by a person who is signed in, not by a program."


class NotFound(DomainError):
    status = 404
    message = "There is no {kind} {id}."


class Conflict(DomainError):
    status = 409


class StaleVersion(Conflict):
    """Somebody else changed the row meanwhile. Both states travel, so that nothing is lost."""

    message = "This {kind} changed since you opened it (version {version}, now {current_version})."


class AlreadyThere(Conflict):
    message = "This {kind} exists already."


class CannotBeKept(DomainError):
    status = 422
    message = "A value is out of the range that can be kept, or holds a character that cannot be."


class TooManyRequests(DomainError):
    status = 429
    message = "Too many requests in this minute; go on in {seconds} seconds."


class Unavailable(DomainError):
    status = 503
    message = "A part of the platform does not answer; try again in a moment."


class TryLater(Exception):
    """Something outside does not answer right now. Not the event's fault, so not counted."""


def add_error_handlers(app: FastAPI) -> None:
    """Answer every refusal as a problem document (RFC 9457) of one shape."""
    app.exception_handler(DomainError)(_refusal)
    app.exception_handler(RequestValidationError)(_invalid)
    app.exception_handler(HTTPException)(_http)
    app.exception_handler(IntegrityError)(_integrity)
    app.exception_handler(DataError)(_data)
    for unavailable in (OperationalError, PoolTimeout, RedisError):
        app.exception_handler(unavailable)(_unavailable)
    app.exception_handler(Exception)(_unexpected)


def problem(status: int, type: str, detail: str, **extra: Any) -> JSONResponse:  # noqa: ANN401
    body = {"type": type, "detail": detail, "facts": {}, **extra}
    return JSONResponse(body, status, media_type=PROBLEM_JSON)


def _refusal(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, DomainError)  # noqa: S101  registered for nothing else
    answer = problem(error.status, error.type, str(error), facts=error.facts)
    if isinstance(error, TooManyRequests):
        answer.headers["Retry-After"] = str(error.facts["seconds"])
    return answer


def _invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    wrong = [
        {"field": ".".join(str(part) for part in e["loc"][1:]), "type": e["type"], "ctx": _ctx(e)}
        | {"message": e["msg"]}
        for e in error.errors()[:MOST_ERRORS]
    ]
    return problem(422, "invalid", "Some fields are not right.", facts={"errors": wrong})


def _ctx(error: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in error.get("ctx", {}).items()}


def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101
    name = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
    answer = problem(error.status_code, name, str(error.detail))
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        answer.headers["Allow"] = ", ".join(_allowed(request))
    return answer


def _allowed(request: Request) -> list[str]:
    """Every method of this path: the router itself names those of one route only."""
    asked = [(method, {**request.scope, "method": method}) for method in METHODS]
    routes = request.app.router.routes
    return [m for m, scope in asked if any(r.matches(scope)[0] is Match.FULL for r in routes)]


def _integrity(_request: Request, _error: Exception) -> JSONResponse:
    return _refusal(_request, AlreadyThere(kind="record"))


def _data(request: Request, error: Exception) -> JSONResponse:
    """The database's own limits, where no field states a narrower one."""
    log.warning("value refused by the database", path=request.url.path, error=type(error).__name__)
    return _refusal(request, CannotBeKept())


def _unavailable(request: Request, error: Exception) -> JSONResponse:
    log.warning("dependency unavailable", path=request.url.path, error=type(error).__name__)
    return _refusal(request, Unavailable())


def _unexpected(request: Request, error: Exception) -> JSONResponse:
    log.error("request failed", path=request.url.path, exc_info=error)
    return problem(500, "unexpected", "Something went wrong on our side; it has been recorded.")
