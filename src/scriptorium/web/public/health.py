"""For load balancers: does the process live, and can it serve?"""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from scriptorium.web.shared.guards import public
from scriptorium.web.shared.requests import HttpRequest


class _Migrations:
    """Remembers that the database is up to date; it does not become older while we run."""

    def __init__(self) -> None:
        self.applied = False

    def pending(self) -> bool:
        """Return whether migrations wait to be applied; looked up until none does."""
        if not self.applied:
            executor = MigrationExecutor(connection)
            self.applied = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        return not self.applied


migrations = _Migrations()


@require_safe
@never_cache
@public
def live(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": "live"})


@require_safe
@never_cache
@public
def ready(request: HttpRequest) -> HttpResponse:
    """The database answers and its tables are those of this version."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        pending = migrations.pending()
    except DatabaseError:
        return JsonResponse({"status": "waiting", "for": "the database"}, status=503)
    if pending:
        return JsonResponse({"status": "waiting", "for": "migrations"}, status=503)
    return JsonResponse({"status": "ready"})
