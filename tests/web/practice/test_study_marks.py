"""The board's marks of the manual and of HIPAA follow what people read (CONTRACT, the board)."""

from __future__ import annotations

import re

import pytest

from scriptorium.domains.practices.models import RosterLink
from tests.support import texts
from tests.support.builders import Clinic, open_part
from tests.web.conftest import SignIn

pytestmark = pytest.mark.django_db


def _marks(clinic: Clinic, link: RosterLink, sign_in: SignIn) -> dict[str, str]:
    page = sign_in(clinic.dana).get(f"/practice/{clinic.practice.reference}/assignments/")
    row = page.text.partition(f'data-person="{link.reference}"')[2].partition("data-person=")[0]
    return dict(re.findall(r'data-part="(\w+)" data-state="(\w+)"', row))


def test_the_marks_go_from_assigned_over_started_to_passed(clinic: Clinic, sign_in: SignIn) -> None:
    texts.load()
    link = clinic.join("Mel Archer")
    assert link.person is not None
    assert _marks(clinic, link, sign_in)["manual"] == "none"
    clinic.give(link, "package")
    assert (_marks(clinic, link, sign_in)["manual"], _marks(clinic, link, sign_in)["hipaa"]) == (
        "assigned", "assigned",
    )  # fmt: skip
    texts.read(link.person, "manual", "role")
    texts.read(link.person, "hipaa", "what", "phi")
    marks = _marks(clinic, link, sign_in)
    assert (marks["manual"], marks["hipaa"], marks["mscat"]) == ("started", "started", "assigned")
    texts.read(link.person, "manual", "privacy", "orders")
    open_part(link, "hipaa", "completed")
    marks = _marks(clinic, link, sign_in)
    assert (marks["manual"], marks["hipaa"]) == ("passed", "passed")


def test_the_records_of_completion_are_one_click_from_the_certificates(
    clinic: Clinic, sign_in: SignIn
) -> None:
    base = f"/practice/{clinic.practice.reference}/certificates/"
    browser = sign_in(clinic.dana)
    assert f'href="{base}hipaa.csv"' in browser.get(base).text
    page = browser.get(f"{base}hipaa.csv")
    assert page.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "Content SHA-256" in page.content.decode("utf-8-sig")
    assert "no-store" in page.headers["Cache-Control"]
