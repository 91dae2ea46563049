"""A connection to SQLite that lets others write between its own transactions.

SQLite has one writer at a time and no queue: who waits looks again at most every 100 ms, and gives
up after the timeout. A night or an import that begins its next transaction a moment after the last
would keep everybody else out, until their time is over ("database is locked").
"""

from __future__ import annotations

import time

from django.db.backends.sqlite3 import base

#: After so many seconds of transactions one behind the other, a connection waits once.
STREAK = 2.0
#: Longer than the longest sleep of SQLite's own waiting (100 ms).
PAUSE = 0.11


class DatabaseWrapper(base.DatabaseWrapper):
    """Counts how long it has been writing, and gives way."""

    _began = 0.0
    _ended = 0.0
    _transactions = 0

    def _start_transaction_under_autocommit(self) -> None:
        super()._start_transaction_under_autocommit()  # type: ignore[misc] # (the stubs lack it)
        now = time.monotonic()
        if now - self._ended > PAUSE:
            self._began, self._transactions = now, 0
        self._transactions += 1

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc] # (the stubs lack it)
        self._ended = time.monotonic()
        # One long transaction is no streak: nobody was kept out between two.
        if self._transactions > 1 and self._ended - self._began > STREAK:
            time.sleep(PAUSE)
            self._transactions = 0
            self._began = self._ended = time.monotonic()
