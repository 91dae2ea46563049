"""Write docs/access-matrix.md anew: ``python -m tests.support.write_access_matrix``."""

from __future__ import annotations

import os

if __name__ == "__main__":
    os.environ.setdefault("SCRIPTORIUM_TESTING", "1")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scriptorium.project.settings")
    import django

    django.setup()
    from tests.support import access

    access.PAGE.write_text(access.page(), encoding="utf-8")
    print(f"{access.PAGE.name} is written.")
