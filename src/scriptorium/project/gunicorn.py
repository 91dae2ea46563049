"""Gunicorn's hooks: each web process gives its sign of life."""

from __future__ import annotations

from typing import Any


def post_worker_init(worker: Any) -> None:
    """Start the heartbeat after the fork; a thread would not survive it."""
    del worker
    from scriptorium.jobs import heartbeat  # noqa: PLC0415 (needs the app registry)

    heartbeat.start()
