"""The worker: looks at each durable row that waits, does it, and marks it done.

The rows themselves are the queue (ADR 0004), so nothing is lost when a process dies: a claim is
a lease, and when it runs out another process takes the row.
"""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass

import structlog
from django.db import close_old_connections

from scriptorium.domains.credentials.operations import claim_print
from scriptorium.domains.practices.operations import claim_import, extend_lease
from scriptorium.jobs.outbox import send_waiting
from scriptorium.journeys.badge_files import sign_what_waits
from scriptorium.journeys.certificate_files import run_print
from scriptorium.journeys.finish_exam import sweep
from scriptorium.journeys.import_roster import run_chunk
from scriptorium.journeys.nightly import NIGHT_HOUR, run_night
from scriptorium.journeys.paying_online import handle_waiting
from scriptorium.journeys.sandbox_page import deliver_due
from scriptorium.journeys.services import pays_online
from scriptorium.kernel import clock

log = structlog.get_logger()

LEASE = dt.timedelta(minutes=5)
PAUSE = 0.5
#: Sittings are also closed when read, so the sweeper need not hurry.
SWEEP_EVERY = dt.timedelta(seconds=5)
#: Badges are also signed when asked for, and lists made anew when read.
SIGN_EVERY = dt.timedelta(minutes=1)
#: Events are also handled when they arrive; this takes up what was left then.
PAYMENTS_EVERY = dt.timedelta(seconds=3)


@dataclass(slots=True)
class Worker:
    """Runs jobs until told to stop.

    Arguments:
        scheduler: also run the night once a day, after two in the morning in the body's zone.
    """

    scheduler: bool = True
    running: bool = True
    last_night: dt.date | None = None
    last_sweep: dt.datetime | None = None
    last_signed: dt.datetime | None = None
    last_payments: dt.datetime | None = None

    def run(self) -> None:
        """Work until ``running`` is false."""
        while self.running:
            close_old_connections()
            if not self.once():
                time.sleep(PAUSE)

    def once(self) -> int:
        """Look at every queue once; returns how much was done."""
        done = 0
        for job in (
            self._mail,
            self._imports,
            self._prints,
            self._sittings,
            self._badges,
            self._payments,
            self._night,
        ):
            try:
                done += job()
            except Exception:
                # One bad row must not stop the others; its lease brings it back later.
                log.exception("job_failed", job=job.__name__)
        return done

    def _mail(self) -> int:
        return send_waiting(clock=clock.now)

    def _imports(self) -> int:
        found = claim_import(lease=LEASE, now=clock.now())
        if found is None:
            return 0
        while self.running and run_chunk(found=found, now=clock.now(), today=clock.today()):
            extend_lease(found=found, until=clock.now() + LEASE)
        return 1

    def _prints(self) -> int:
        wish = claim_print(lease=LEASE, now=clock.now())
        if wish is None:
            return 0
        run_print(wish=wish, now=clock.now())
        return 1

    def _sittings(self) -> int:
        now = clock.now()
        if self.last_sweep is not None and now - self.last_sweep < SWEEP_EVERY:
            return 0
        self.last_sweep = now
        return sweep(now=now, today=clock.today()).closed

    def _badges(self) -> int:
        now = clock.now()
        if self.last_signed is not None and now - self.last_signed < SIGN_EVERY:
            return 0
        self.last_signed = now
        return sum(sign_what_waits(now=now, today=clock.today()).values())

    def _payments(self) -> int:
        now = clock.now()
        if self.last_payments is not None and now - self.last_payments < PAYMENTS_EVERY:
            return 0
        self.last_payments = now
        if not pays_online():
            return 0
        today = clock.today()
        return deliver_due(now=now, today=today) + handle_waiting(now=now, today=today)

    def _night(self) -> int:
        today = clock.today()
        local = clock.now().astimezone(clock.zone())
        if not self.scheduler or self.last_night == today or local.hour < NIGHT_HOUR:
            return 0
        counts = run_night(today=today, now=clock.now(), clock=clock.now)
        self.last_night = today
        log.info("night", **{name.replace(" ", "_"): count for name, count in counts.items()})
        return 0
