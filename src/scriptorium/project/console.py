"""The console script ``scriptorium``, the same as Django's ``manage.py``."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run one command with the arguments of the process."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scriptorium.project.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
