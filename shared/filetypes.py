"""Which files are taken as evidence: those whose content is what their name says.

What a browser or an office program would run (HTML, SVG, XML, macros) is not among them.
"""

import re
import struct
import unicodedata
from typing import BinaryIO, Final
from zipfile import BadZipFile, ZipFile

from PIL import Image, UnidentifiedImageError

from shared.errors import DomainError

MOST_PIXELS: Final = 40_000_000
MOST_ENTRIES: Final = 2_000
MOST_UNPACKED: Final = 200_000_000
LARGEST_DIRECTORY: Final = 1_000_000
END_OF_ARCHIVE: Final = 22
LONGEST_NAME: Final = 200
HEAD: Final = 4_096
OOXML: Final = "application/vnd.openxmlformats-officedocument"
OPEN_DOCUMENT: Final = "application/vnd.oasis.opendocument"
TYPES: Final = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "heic": "image/heic",
    "docx": f"{OOXML}.wordprocessingml.document",
    "xlsx": f"{OOXML}.spreadsheetml.sheet",
    "pptx": f"{OOXML}.presentationml.presentation",
    "odt": f"{OPEN_DOCUMENT}.text",
    "ods": f"{OPEN_DOCUMENT}.spreadsheet",
    "txt": "text/plain",
    "csv": "text/csv",
    "eml": "message/rfc822",
    "zip": "application/zip",
    "mp4": "video/mp4",
}
"""By the ending of the name: what is taken, and as what it is kept."""
MAGIC: Final = {"pdf": b"%PDF-", "png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff"}
HEIC_BRANDS: Final = (b"heic", b"heix", b"hevc", b"mif1", b"msf1")
MP4_BRANDS: Final = (
    b"isom",
    b"iso2",
    b"iso4",
    b"iso5",
    b"iso6",
    b"mp41",
    b"mp42",
    b"avc1",
    b"M4V ",
)
IMAGES: Final = {"png": "PNG", "jpg": "JPEG"}
PARTS: Final = {"docx": "word/", "xlsx": "xl/", "pptx": "ppt/"}
BOUND: Final = re.compile(r"(^/)|(^|/)\.\.(/|$)|\\")
HEADER_LINE: Final = re.compile(rb"[A-Za-z][A-Za-z-]*:")
SYMLINK: Final = 0o120000


class NameRefused(DomainError):
    status = 422
    message = "This file name is too long or holds signs that mislead; give the file a plain name."


class TypeRefused(DomainError):
    status = 422
    message = "Files of the type {ending} are not taken. Taken are: {taken}."


class ContentDiffers(DomainError):
    status = 422
    message = "The content of {name} is not what its ending says; save it anew and try again."


class TooMuchInside(DomainError):
    status = 422
    message = "{name} holds more than can be opened safely; send its parts one by one."


def require_plain(name: str) -> str:
    """The name, if it is a name: no folders, nothing invisible, nothing that turns text around."""
    plain = unicodedata.normalize("NFC", name.strip())
    odd = any(unicodedata.category(sign).startswith("C") for sign in plain)
    if not plain or len(plain) > LONGEST_NAME or odd or plain[0] == "." or set(plain) & set('/\\"'):
        raise NameRefused
    return plain


def media_type(name: str, content: BinaryIO) -> str:
    """The type of a content that is what its name says; everything else is refused."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending not in TYPES:
        raise TypeRefused(ending=ending or "?", taken=", ".join(TYPES))
    content.seek(0)
    head = content.read(HEAD)
    if not _is(name, "jpg" if ending == "jpeg" else ending, head, content):
        raise ContentDiffers(name=name)
    content.seek(0)
    return TYPES[ending]


def _is(name: str, ending: str, head: bytes, content: BinaryIO) -> bool:
    if ending in IMAGES:
        return head.startswith(MAGIC[ending]) and _is_image(name, IMAGES[ending], content)
    if ending in MAGIC:
        return head.startswith(MAGIC[ending])
    if ending in ("heic", "mp4"):
        brands = HEIC_BRANDS if ending == "heic" else MP4_BRANDS
        return head[4:8] == b"ftyp" and head[8:12] in brands
    if ending in ("txt", "csv", "eml"):
        return _is_text(ending, head, content)
    return head.startswith(b"PK\x03\x04") and _is_archive(name, ending, content)


def _is_image(name: str, kind: str, content: BinaryIO) -> bool:
    """Only its head is read: nothing is unpacked to find that it is too large."""
    content.seek(0)
    try:
        width, height = Image.open(content, formats=[kind]).size
    except Image.DecompressionBombError:
        raise TooMuchInside(name=name) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return False
    if width * height > MOST_PIXELS:
        raise TooMuchInside(name=name)
    return True


def _is_text(ending: str, head: bytes, content: BinaryIO) -> bool:
    """Text, and no markup: what starts with a bracket, a browser may take for a page."""
    first = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if first.startswith(b"<") or (ending == "eml" and not HEADER_LINE.match(first)):
        return False
    content.seek(0)
    return all(b"\0" not in piece for piece in iter(lambda: content.read(1 << 20), b""))


def _is_archive(name: str, ending: str, content: BinaryIO) -> bool:
    _require_small_directory(name, content)
    try:
        with ZipFile(content) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_ENTRIES or sum(e.file_size for e in entries) > MOST_UNPACKED:
                raise TooMuchInside(name=name)
            names = [entry.filename for entry in entries]
            links = any(entry.external_attr >> 16 & 0o170000 == SYMLINK for entry in entries)
            if links or any(BOUND.search(one) or "vbaproject" in one.lower() for one in names):
                return False
            if ending in PARTS:
                return "[Content_Types].xml" in names and any(
                    one.startswith(PARTS[ending]) for one in names
                )
            return ending == "zip" or _says(archive, names, TYPES[ending])
    except (BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError, struct.error):
        return False


def _says(archive: ZipFile, names: list[str], kind: str) -> bool:
    """An OpenDocument file names its type in its first entry, which is not packed."""
    if names[:1] != ["mimetype"] or archive.getinfo("mimetype").file_size != len(kind):
        return False
    return archive.read("mimetype") == kind.encode()


def _require_small_directory(name: str, content: BinaryIO) -> None:
    """Before Python reads it: a directory of a million entries would fill the memory."""
    size = content.seek(0, 2)
    content.seek(max(0, size - 65_600))
    tail = content.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < END_OF_ARCHIVE:
        raise ContentDiffers(name=name)
    (directory,) = struct.unpack("<L", tail[at + 12 : at + 16])
    if directory > LARGEST_DIRECTORY or b"PK\x06\x07" in tail[max(0, at - 20) : at]:
        raise TooMuchInside(name=name)
    content.seek(0)
