"""Where files are kept: by the hash of their content, written whole or not at all, never changed.

A folder of this machine or a bucket, as the setting QSE_FILES says. Each service keeps its own.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import BinaryIO, Final, Protocol
from uuid import uuid4

import obstore
from obstore.exceptions import AlreadyExistsError, NotFoundError
from obstore.store import ObjectStore, from_url

from shared.settings import Misconfigured, settings

CHUNK: Final = 256 * 1024
UNFINISHED: Final = ".part"


class Missing(Exception):
    """What a row names is not in the store."""


class Store(Protocol):
    def put(self, key: str, content: BinaryIO) -> None: ...

    def read(self, key: str) -> Iterator[bytes]:
        """The content in pieces; raises at once if there is none."""
        ...

    def remove(self, key: str) -> None: ...

    def keys(self, prefix: str, before: datetime) -> Iterator[str]:
        """What was written before a moment, unfinished writings included."""
        ...


class Folder:
    """Files in a folder of this machine, or of a volume that several mount."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, key: str, content: BinaryIO) -> None:
        """Write beside, bring to the disk, then give it its name: no reader sees half of it."""
        final = self.root / key
        final.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = final.with_name(f"{uuid4().hex}{UNFINISHED}")
        try:
            with part.open("xb") as file:
                while piece := content.read(CHUNK):
                    file.write(piece)
                file.flush()
                os.fchmod(file.fileno(), 0o440)
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                os.link(part, final)
        finally:
            part.unlink(missing_ok=True)
        for folder in (final.parent, final.parent.parent, final.parent.parent.parent):
            _bring_to_disk(folder)

    def read(self, key: str) -> Iterator[bytes]:
        try:
            file = (self.root / key).open("rb")
        except FileNotFoundError:
            raise Missing(key) from None
        return _pieces(file)

    def remove(self, key: str) -> None:
        (self.root / key).unlink(missing_ok=True)

    def keys(self, prefix: str, before: datetime) -> Iterator[str]:
        for path in (self.root / prefix).rglob("*"):
            with suppress(FileNotFoundError):
                if path.is_file() and path.stat().st_mtime < before.timestamp():
                    yield str(path.relative_to(self.root))


class Bucket:
    """Files in an object store. What it takes in, it takes in whole."""

    def __init__(self, objects: ObjectStore) -> None:
        self.objects = objects

    def put(self, key: str, content: BinaryIO) -> None:
        with suppress(AlreadyExistsError):
            obstore.put(self.objects, key, content.read(), mode="create")

    def read(self, key: str) -> Iterator[bytes]:
        try:
            found = obstore.get(self.objects, key)
        except (NotFoundError, FileNotFoundError):
            raise Missing(key) from None
        return (bytes(piece) for piece in found.stream(min_chunk_size=CHUNK))

    def remove(self, key: str) -> None:
        with suppress(NotFoundError, FileNotFoundError):
            obstore.delete(self.objects, key)

    def keys(self, prefix: str, before: datetime) -> Iterator[str]:
        for some in obstore.list(self.objects, prefix):
            yield from (
                one["path"] for one in some if one["last_modified"].astimezone(UTC) < before
            )


@cache
def store() -> Store:
    """The store of this installation. Refuses, at the start, what cannot be written."""
    place = settings().files_place
    if place.startswith("s3://"):
        return Bucket(from_url(place))
    root = Path(place)
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise Misconfigured(f"QSE_FILES cannot be made: {type(problem).__name__}") from None
    if not os.access(root, os.W_OK | os.X_OK):
        raise Misconfigured("QSE_FILES is a folder in which this process may not write")
    return Folder(root)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(CHUNK):
            yield piece


def _bring_to_disk(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
