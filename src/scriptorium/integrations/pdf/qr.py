"""The QR code of a verification address, as the matrix of its modules and as an SVG drawing."""

from __future__ import annotations

from functools import lru_cache

import segno

QUIET_MODULES = 2
"""Empty modules drawn around the code; the white sheet around it makes up the standard's four."""

Matrix = tuple[tuple[bool, ...], ...]


@lru_cache(maxsize=256)
def _matrix(address: str) -> Matrix:
    code = segno.make_qr(address, error="m", boost_error=False)
    return tuple(tuple(bool(module) for module in row) for row in code.matrix)


def qr_matrix(*, address: str) -> Matrix:
    """Return the code of an address as rows of modules, True for dark, without a quiet zone.

    Error correction M (15 %), enough for a folded print (ISO/IEC 18004). Cached, because one
    certificate is often rendered more than once in a row.
    """
    return _matrix(address)


def qr_svg(*, matrix: Matrix, ink: str) -> str:
    """Return a matrix as an SVG of one path, one unit a module, ``ink`` as ``#rrggbb``.

    Runs of dark modules in a row become one rectangle, which keeps the PDF small and leaves no
    hairline gaps between modules in viewers that smooth edges.
    """
    size = len(matrix) + 2 * QUIET_MODULES
    runs: list[str] = []
    for y, row in enumerate(matrix, QUIET_MODULES):
        x = 0
        while x < len(row):
            if not row[x]:
                x += 1
                continue
            start = x
            while x < len(row) and row[x]:
                x += 1
            width = x - start
            runs.append(f"M{start + QUIET_MODULES} {y}h{width}v1h-{width}z")
    path = "".join(runs)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}">'
        f'<path fill="{ink}" d="{path}"/></svg>'
    )
