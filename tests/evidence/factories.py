"""Files of each kind, made as small as they can be."""

import hashlib
import io
import struct
import zipfile

from PIL import Image

from shared.receiving import Received


def received(content: bytes) -> Received:
    return Received(io.BytesIO(content), len(content), hashlib.sha256(content).hexdigest())


def pdf() -> bytes:
    return picture("PDF")


def picture(kind: str, size: tuple[int, int] = (40, 30), mode: str = "RGB", **how: object) -> bytes:
    drawn = io.BytesIO()
    Image.new(mode, size).save(drawn, kind, **how)
    return drawn.getvalue()


def photo_with_place() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "Canari"
    exif.get_ifd(0x8825).update({1: "N", 2: (45.0, 45.0, 0.0), 3: "E", 4: (4.0, 50.0, 0.0)})
    return picture("JPEG", exif=exif)


def archive(*names: str, content: bytes = b"x") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name in names:
            file.writestr(name, content)
    return packed.getvalue()


def bomb() -> bytes:
    """An archive that would unpack to four billion bytes."""
    packed = bytearray(archive("a"))
    at = packed.rfind(b"PK\x01\x02") + 24
    packed[at : at + 4] = struct.pack("<L", 4_000_000_000)
    return bytes(packed)


def open_document(kind: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        file.writestr("content.xml", "<x/>")
    return packed.getvalue()
