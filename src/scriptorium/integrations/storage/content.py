"""What uploaded bytes are, whatever their name says."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

import pikepdf

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
#: Markers of a JPEG that carry its size: every start of frame but the three that share the range.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


class WrongContent(ValueError):
    """The bytes are not what they should be; the text says what would be."""


def check_picture(content: bytes, *, most_pixels: int) -> None:
    """Accept a PNG or JPEG whose sides are at most so many pixels.

    Raises:
        WrongContent: another kind of file, a broken one, or a larger picture.
    """
    try:
        width, height = _size(content)
    except (struct.error, IndexError) as error:
        raise WrongContent("This picture is broken. Save it anew as PNG or JPEG.") from error
    if not width or not height:
        raise WrongContent("This picture is broken. Save it anew as PNG or JPEG.")
    if max(width, height) > most_pixels:
        raise WrongContent(
            f"This picture has {width} by {height} pixels. Choose one of at most {most_pixels}."
        )


def _size(content: bytes) -> tuple[int, int]:
    if content.startswith(_PNG):
        width, height = struct.unpack(">II", content[16:24])
        return width, height
    if content.startswith(_JPEG):
        for marker, at in _segments(content):
            if marker in _FRAMES:
                height, width = struct.unpack(">HH", content[at + 1 : at + 5])
                return width, height
        return 0, 0
    raise WrongContent("This is no PNG and no JPEG picture.")


def _segments(content: bytes) -> Iterator[tuple[int, int]]:
    """Yield (marker, where its data begin) of a JPEG, up to the picture itself."""
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF and content[at + 1] != 0xDA:
        length = struct.unpack(">H", content[at + 2 : at + 4])[0]
        yield content[at + 1], at + 4
        at += 2 + length


def check_pdf(content: bytes) -> None:
    """Accept a PDF that can be opened without a password.

    Raises:
        WrongContent: another kind of file, a broken one, or one with a password.
    """
    if not content.startswith(b"%PDF-"):
        raise WrongContent("This is no PDF.")
    try:
        pikepdf.open(io.BytesIO(content)).close()
    except pikepdf.PasswordError as error:
        raise WrongContent("This PDF has a password. Upload it without one.") from error
    except pikepdf.PdfError as error:
        raise WrongContent("This PDF is broken and cannot be opened.") from error
