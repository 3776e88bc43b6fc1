"""A small picture of an image or of the first page of a PDF, as PNG.

Foreign files are opened in a process of their own, with little memory and little time: what
crashes a reader of pictures, or keeps it busy, does not reach the service. The picture is drawn
anew, so nothing hidden in the file (place, device, author) is in it.
"""

import io
import subprocess
import sys
from threading import BoundedSemaphore
from typing import Final

PREVIEWED: Final = ("image/png", "image/jpeg", "application/pdf")
SIDE: Final = 480
MOST_PIXELS: Final = 40_000_000
SECONDS: Final = 10
MEMORY: Final = 1_500_000_000
AT_ONCE: Final = BoundedSemaphore(2)


def preview(media_type: str, content: bytes) -> bytes | None:
    """The picture; None if the file cannot be read, or not in that time."""
    with AT_ONCE:
        try:
            done = subprocess.run(  # noqa: S603  our own file, by our own Python
                [sys.executable, "-I", __file__, media_type],
                input=content,
                capture_output=True,
                timeout=SECONDS,
                env={},
                check=False,
            )
        except subprocess.TimeoutExpired:
            return None
    return done.stdout if done.returncode == 0 and done.stdout else None


def draw(media_type: str, content: bytes) -> bytes:
    from PIL import Image, ImageOps  # noqa: PLC0415  in the process of its own only

    if media_type == "application/pdf":
        picture = _first_page(content)
    else:
        picture = Image.open(io.BytesIO(content), formats=["PNG", "JPEG"])
        if picture.width * picture.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        picture.draft("RGB", (SIDE * 2, SIDE * 2))
        picture = ImageOps.exif_transpose(picture)
    picture.thumbnail((SIDE, SIDE))
    clean = Image.new("RGB", picture.size, "white")
    rgba = picture.convert("RGBA")
    clean.paste(rgba, mask=rgba.getchannel("A"))
    drawn = io.BytesIO()
    clean.save(drawn, "PNG")
    return drawn.getvalue()


def _first_page(content: bytes):  # type: ignore[no-untyped-def]  # noqa: ANN202  Pillow is lazy
    import pypdfium2  # type: ignore[import-untyped]  # noqa: PLC0415  in the process of its own

    page = pypdfium2.PdfDocument(content)[0]
    return page.render(scale=SIDE / max(*page.get_size(), 1)).to_pil()


def main() -> None:
    import resource  # noqa: PLC0415

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    sys.stdout.buffer.write(draw(sys.argv[1], sys.stdin.buffer.read()))


if __name__ == "__main__":
    main()
