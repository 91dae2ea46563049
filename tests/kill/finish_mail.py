"""Sends the mails that still wait and prints every state: ``python -m tests.kill.finish_mail``."""

from __future__ import annotations

import json
import os
import sys

import django


def main() -> None:
    """Do the rest after a kill."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scriptorium.project.settings")
    django.setup()
    from django.core.management import call_command

    from scriptorium.domains.notifications.models import OutboxMail

    call_command("work", once=True, no_scheduler=True)
    json.dump(dict(OutboxMail.objects.values_list("dedupe_key", "state")), sys.stdout)


if __name__ == "__main__":
    main()
