"""The picture of an achievement, drawn by Typst and kept for the life of the process."""

from __future__ import annotations

import json
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock

import typst

TEMPLATE = Path(__file__).with_name("badge.typ")
#: 480 points at 96 pixels an inch: 640 pixels square.
_PPI = 96.0
_turn = Lock()


@cache
def _compiler() -> typst.Compiler:
    # The fonts inside Typst only: the same picture on every machine.
    fonts = typst.Fonts(include_system_fonts=False)
    return typst.Compiler(TEMPLATE, root=str(TEMPLATE.parent), font_paths=fonts)


@lru_cache(maxsize=64)
def draw_badge(*, level: str, title: str, specialty: str, body: str) -> bytes:
    """Return a PNG of a seal; the same words give the same bytes.

    Arguments:
        level: short form, such as "CMSS".
        title: the level in full.
        specialty, body: in words.
    """
    words = {"level": level, "title": title, "specialty": specialty, "body": body}
    # A compiler holds the data of its current run, so threads take turns.
    inputs = {"job": json.dumps(words, ensure_ascii=False)}
    with _turn:
        png = _compiler().compile(format="png", ppi=_PPI, sys_inputs=inputs)
    assert isinstance(png, bytes), "a badge's picture is one page"
    return png
