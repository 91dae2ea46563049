"""Small files as browsers upload them."""

from __future__ import annotations

import io
import struct
import zlib

import pikepdf
from PIL import Image


def png(width: int = 12, height: int = 8) -> bytes:
    """Return a picture as PNG."""
    return _saved("PNG", width, height)


def jpeg(width: int = 12, height: int = 8) -> bytes:
    """Return a picture as JPEG."""
    return _saved("JPEG", width, height)


def _saved(form: str, width: int, height: int) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (width, height), (0, 99, 104)).save(target, form)
    return target.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    """Return the head of a PNG that says it is so large, without the picture."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))


def pdf(*, password: str = "") -> bytes:
    """Return a PDF of one empty page."""
    made = pikepdf.new()
    made.add_blank_page()
    target = io.BytesIO()
    lock = pikepdf.Encryption(user=password, owner=password) if password else False
    made.save(target, encryption=lock, deterministic_id=not password)
    return target.getvalue()
