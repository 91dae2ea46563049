"""The database holds exactly the triggers that the models ask for."""

from __future__ import annotations

import pytest
from django.db import connection

from scriptorium.database import triggers
from scriptorium.domains.memberships.models import Term

pytestmark = pytest.mark.django_db


def test_the_database_holds_every_declared_trigger_and_no_other() -> None:
    declared = {trigger.name for trigger in triggers.declared()}
    assert triggers.installed() == declared
    assert any(Term._meta.db_table in name for name in declared)


def test_a_lost_trigger_is_noticed_and_comes_back() -> None:
    lost = triggers.declared()[0]
    where = f' ON "{lost.table}"' if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TRIGGER "{lost.name}"{where}')
    assert lost.name not in triggers.installed()
    triggers.install()
    assert lost.name in triggers.installed()
