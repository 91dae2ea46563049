"""Files that a page hands out."""

from __future__ import annotations

from django.http import HttpResponse


def pdf(content: bytes, name: str) -> HttpResponse:
    """Return a PDF that the browser keeps as a file and no cache keeps at all."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def picture(content: bytes) -> HttpResponse:
    """Return a PNG or JPEG picture to be shown on a page; the browser takes it for nothing else."""
    kind = "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"
    response = HttpResponse(content, content_type=kind)
    response["X-Content-Type-Options"] = "nosniff"
    return response
