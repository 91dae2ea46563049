"""The demonstration’s credentials: one in good standing with a badge, one of each other kind."""

from __future__ import annotations

import datetime as dt
import io

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from openbadgeslib.ob3 import OB3Verifier

from scriptorium.domains.credentials.models import Badge, Credential, SigningKey
from scriptorium.domains.credentials.queries import open_proposals
from scriptorium.journeys import badge_files
from scriptorium.pages.verification import verified_credential

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 23)
NOW = dt.datetime(2026, 11, 23, 20, tzinfo=dt.UTC)


def status(email: str, specialty: str = "general") -> str:
    credential = Credential.objects.get(person__email=email, specialty=specialty)
    shown = verified_credential(number=credential.number, on=DAY)
    assert shown is not None
    return shown.status


def test_the_demo_has_each_kind_of_standing_and_signs_nothing_until_asked() -> None:
    call_command("demo", f"--on={DAY}", stdout=io.StringIO())
    # Signatures differ between installations, so the rows of the demo hold none of them.
    assert not SigningKey.objects.exists()
    assert Badge.objects.exists()
    assert status("sasha@riverside.example", "dermatology") == "Active"
    assert status("victor.amsel@riverside.example").startswith("Suspended since")
    assert status("olek.zima@riverside.example").startswith("Revoked since")
    assert status("gita.rao@riverside.example").startswith("Surrendered since")
    assert [p.credential.person.last_name for p in open_proposals()] == ["Hale"]
    sasha = Credential.objects.get(person__email="sasha@riverside.example")
    with time_machine.travel(NOW, tick=False):
        found = badge_files.signed_badge(number=sasha.number, now=NOW)
        assert found is not None
        key = (settings.KEYS_DIR / f"{SigningKey.objects.get().kid}.pem").read_bytes()
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        public = load_pem_private_key(key, None).public_key()
        badge = OB3Verifier(pubkey_pem=public).verify(found.token)
    assert badge.achievement.name.endswith("(CMSS), Dermatology")
