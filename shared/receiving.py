"""Files as they come in: piece by piece, measured and hashed on the way."""

import hashlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import Annotated, BinaryIO, Final, cast

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from shared.auth import Actor, current_actor
from shared.errors import DomainError
from shared.settings import settings

IN_MEMORY: Final = 1_000_000


class FileEmpty(DomainError):
    status = 422
    message = "This file is empty; choose another."


class FileTooLarge(DomainError):
    status = 413
    message = "A file may hold at most {megabytes} MB."


@dataclass(frozen=True)
class Received:
    """A file as it came in: in memory or on a disk, measured and hashed on the way."""

    content: BinaryIO
    size: int
    sha256: str


def receiving(permission: str) -> Callable[..., AsyncIterator[Received]]:
    """Take in a body without holding a transaction open: a slow sender keeps nobody waiting."""
    service = permission.partition(":")[0]

    Caller = Annotated[Actor, current_actor(service)]  # noqa: N806

    async def receive(request: Request, actor: Caller) -> AsyncIterator[Received]:
        actor.require(permission)
        size, hashed, largest = 0, hashlib.sha256(), settings().largest_file
        with SpooledTemporaryFile(max_size=IN_MEMORY) as file:
            async for piece in request.stream():
                size += len(piece)
                if size > largest:
                    raise FileTooLarge(megabytes=settings().largest_file_mb)
                hashed.update(piece)
                await run_in_threadpool(file.write, piece)
            if not size:
                raise FileEmpty
            yield Received(cast("BinaryIO", file), size, hashed.hexdigest())

    return receive
