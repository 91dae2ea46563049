"""Writes transactions one behind the other: ``python -m tests.support.busy_writer [COUNT]``."""

from __future__ import annotations

import os
import sys
import threading
import time

import django


def main() -> None:
    """Say "ready", wait for a line, then write so often; without a number until input ends."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scriptorium.project.settings")
    django.setup()
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS note (word text)")
    print("ready", flush=True)
    sys.stdin.readline()
    most = int(sys.argv[1]) if sys.argv[1:] else sys.maxsize
    ended = threading.Event()

    def listen() -> None:
        sys.stdin.read()
        ended.set()

    if not sys.argv[1:]:
        threading.Thread(target=listen, daemon=True).start()
    written = 0
    while written < most and not ended.is_set():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO note VALUES ('written')")
            # What a renewal takes.
            time.sleep(0.05)
        written += 1
        if written == 1:
            print("writing", flush=True)
    print(written, flush=True)


if __name__ == "__main__":
    main()
