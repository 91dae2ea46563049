"""Sessions in the database, read by a query that is compiled once (docs/adr/0020).

Every request of somebody signed in reads one; all else is Django's own.
"""

from __future__ import annotations

from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db.models import QuerySet
from django.utils import timezone

from scriptorium.database.prepared import Prepared


def _rows(key: str) -> QuerySet[AbstractBaseSession]:
    # Asked late: the engine is imported before there are models.
    return SessionStore.get_model_class().objects.filter(session_key=key)


_by_key = Prepared(_rows, ("one",), ("other",))


class SessionStore(db.SessionStore):
    """Django's sessions in the database; the name is part of how their content is signed."""

    def _get_session_from_db(self) -> AbstractBaseSession | None:
        found = _by_key.first(self.session_key or "")
        # Sessions keep the real time, also while the site travels.
        if found is None or found.expire_date <= timezone.now():  # noqa: TID251
            self._session_key = None
            return None
        return found
