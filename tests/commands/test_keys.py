"""``scriptorium keys``: lists the keys that sign badges and makes a new one."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command

from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.credentials.models import SigningKey

pytestmark = pytest.mark.django_db(transaction=True)


def keys(*options: str) -> str:
    out = io.StringIO()
    call_command("keys", *options, stdout=out)
    return out.getvalue()


def test_before_the_first_badge_there_is_no_key() -> None:
    assert keys().startswith("No key yet")
    assert json.loads(keys("--json")) == {"keys": []}


def test_each_rotation_retires_the_key_before_and_removes_its_private_file(settings) -> None:
    assert keys("--rotate").endswith("signs now\n")
    first = SigningKey.objects.get().kid
    said = keys("--rotate").splitlines()
    assert [line.rpartition(", ")[2][:7] for line in said] == ["retired", "signs n"]
    listed = json.loads(keys("--json"))["keys"]
    assert [key["retired_at"] is None for key in listed] == [False, True]
    kept = {file.stem for file in settings.KEYS_DIR.glob("*.pem")}
    assert first not in kept
    assert listed[1]["kid"] in kept
    assert AuditEvent.objects.filter(key="keys.rotated").count() == 2
