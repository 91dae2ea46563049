"""The web server's sign of life, written by a thread of each of its processes.

Silence tells the exam room afterwards that the server itself was down, and only that earns a
candidate time (DOMAIN §5, outage rule).
"""

from __future__ import annotations

import threading

import structlog
from django.db import close_old_connections

from scriptorium.journeys.finish_exam import note_alive
from scriptorium.kernel import clock

log = structlog.get_logger()

EVERY = 10.0


def start() -> threading.Event:
    """Start the thread; returns the event that stops it."""
    stopped = threading.Event()
    threading.Thread(target=_beat, args=(stopped,), daemon=True, name="heartbeat").start()
    return stopped


def _beat(stopped: threading.Event) -> None:
    while True:
        try:
            note_alive(now=clock.now())
        except Exception:
            # A locked or unreachable database; the next beat tells how long it was.
            log.exception("heartbeat_failed")
        finally:
            close_old_connections()
        if stopped.wait(EVERY):
            return
