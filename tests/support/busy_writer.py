"""Writes transactions one behind the other: ``python -m tests.support.busy_writer SECONDS``."""

from __future__ import annotations

import os
import sys
import time

import django


def main() -> None:
    """Say when the table is there, then write without a pause for so many seconds."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scriptorium.project.settings")
    django.setup()
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS note (word text)")
    print("ready", flush=True)
    until = time.monotonic() + float(sys.argv[1])
    written = 0
    while time.monotonic() < until or not written:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO note VALUES ('written')")
            # What a renewal takes.
            time.sleep(0.05)
        written += 1
    print(written, flush=True)


if __name__ == "__main__":
    main()
