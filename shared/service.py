"""What a service is made of, and how it becomes a web application."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Response
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import MetaData

from shared import evidence, operations
from shared.auth import Actor, Exchange, current_actor
from shared.errors import add_error_handlers
from shared.events import Handlers
from shared.exports import Lists, exports_router
from shared.import_doors import file_limits, imports_router
from shared.imports import Imports
from shared.job_doors import jobs_router
from shared.jobs import Jobs
from shared.limits import BodyLimit, Pace
from shared.logging import Correlation
from shared.openapi import Api
from shared.signing import signables
from shared.tasks import Tasks
from shared.work import UnitOfWork, authorised


@dataclass(frozen=True)
class Service:
    """A service, listed. Nothing is discovered: what is not named here does not run."""

    name: str
    router: APIRouter
    metadata: MetaData
    handlers: Handlers = field(default_factory=Handlers)
    tasks: Tasks = field(default_factory=lambda: Tasks("none"))
    history: str | None = None
    """The permission to read what rows were before, where more is written than readers may see."""
    files: Mapping[str, int] = field(default_factory=dict)
    """The paths that take a file, each with the most bytes of one."""
    jobs: Jobs | None = None
    """The long work that people may ask for."""
    lists: Lists = field(default_factory=dict)
    """The lists that leave as files, by their names in the portal."""
    imports: Imports | None = None
    """The registers that workbooks fill."""


def create_app(service: Service, exchange: Exchange) -> FastAPI:
    """The service's web face, to be mounted at /api/v1/<name>."""
    app = Api(
        title=service.name,
        servers=[{"url": f"/api/v1/{service.name}"}],
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.state.exchange = exchange
    app.state.pace = Pace()
    app.include_router(service.router)
    app.include_router(_about(app, service))
    app.include_router(operations.router_of(service.name, service.handlers, service.history))
    app.include_router(operations.readings_router(service.name))
    if service.jobs is not None:
        app.include_router(jobs_router(service.name))
    if service.lists:
        app.include_router(exports_router(service.name, service.lists))
    if service.imports is not None:
        app.include_router(imports_router(service.imports))
    if signables(service.name):
        app.include_router(operations.signatures_router(service.name))
    add_error_handlers(app)
    app.add_middleware(GZipMiddleware, minimum_size=2_000)
    files = dict(service.files)
    if service.imports is not None:
        files |= file_limits(service.imports)
    if evidence.keepers(service.name):
        files[evidence.PATH] = evidence.LARGEST_EVER
    app.add_middleware(BodyLimit, files=files)
    app.add_middleware(Correlation, service=service.name)
    return app


def _about(app: FastAPI, service: Service) -> APIRouter:
    """What every service tells about itself: is it well, what does it offer, what did it do."""
    router = APIRouter(tags=["about"])
    name = service.name
    Operate = Annotated[UnitOfWork, authorised(f"{name}:operate")]  # noqa: N806

    @router.get("/health")
    def live() -> dict[str, str]:
        return {"service": name, "status": "live"}

    @router.get("/health/ready")
    def ready() -> dict[str, str]:
        operations.require_servers(name)
        return {"service": name, "status": "ready"}

    @router.get("/openapi.json")
    def openapi(_actor: Annotated[Actor, current_actor(name)]) -> dict[str, Any]:
        return app.openapi()

    @router.get("/metrics", response_class=PlainTextResponse)
    def metrics(uow: Operate) -> Response:
        uow.require_whole_group()
        operations.measure(uow)
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router
