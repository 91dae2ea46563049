"""Fills a fresh database with mails that wait: ``python -m tests.kill.fill_mail``."""

from __future__ import annotations

import json
import os
import sys

import django

MAILS = 200


def main() -> None:
    """Queue mails to as many people."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scriptorium.project.settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from scriptorium.domains.notifications.operations import Mail, enqueue
    from scriptorium.kernel import clock
    from scriptorium.pages.mail_samples import sample_of

    data = sample_of("win_back")
    keys = [f"win_back:{number}" for number in range(MAILS)]
    mails = [Mail("win_back", f"a{n}@home.example", "Ada", key, data) for n, key in enumerate(keys)]
    enqueue(mails=mails, now=clock.now())
    json.dump({"keys": keys}, sys.stdout)


if __name__ == "__main__":
    main()
