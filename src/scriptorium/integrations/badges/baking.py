"""Writing a token into a PNG, where badge wallets look for it (OB 3.0 §5.3)."""

from __future__ import annotations

import struct
import zlib

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
KEYWORD = b"openbadgecredential"


def bake(*, png: bytes, token: str) -> bytes:
    """Return the picture with the token in an ``iTXt`` chunk, uncompressed, before its end.

    Raises:
        ValueError: no PNG.
    """
    end = png.rfind(b"IEND") - 4
    if not png.startswith(_SIGNATURE) or end < len(_SIGNATURE):
        raise ValueError("This is not a PNG picture.")
    # Keyword, then: not compressed, method 0, no language, no translated keyword.
    body = b"iTXt" + KEYWORD + b"\x00" + b"\x00\x00" + b"\x00" + b"\x00" + token.encode()
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return png[:end] + chunk + png[end:]
