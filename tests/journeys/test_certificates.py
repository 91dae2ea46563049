"""Certificates: the row in the assignment's transaction, the PDF once and for ever (DOMAIN §7)."""

from __future__ import annotations

import hashlib

import pytest

from scriptorium.domains.credentials import queries as credentials
from scriptorium.domains.credentials.models import (
    Certificate,
    CertificateDownload,
    CertificateFile,
    CertificatePrint,
)
from scriptorium.domains.credentials.operations import claim_print, keep_files
from scriptorium.domains.credentials.rules import content_sha256, is_current
from scriptorium.domains.memberships.models import Term
from scriptorium.jobs.work import LEASE
from scriptorium.journeys import assign as assigning
from scriptorium.journeys import certificate_files
from tests.support.builders import DESK, NOW, TODAY, Clinic, browser, days, later


def certificate(clinic: Clinic) -> Certificate:
    """Assign a membership and return its certificate."""
    clinic.give(clinic.join("Ada Park"), "membership")
    found: Certificate = Certificate.objects.order_by("-pk")[0]
    return found


def test_the_row_is_issued_in_the_same_transaction_or_not_at_all(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last step of the assignment fails: neither term nor certificate remains."""
    ada = clinic.join("Ada Park")

    def fail(**_: object) -> None:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(assigning, "enqueue", fail)
        with pytest.raises(RuntimeError):
            clinic.give(ada, "membership")
    assert Certificate.objects.count() == Term.objects.count() == 0
    assert clinic.numbers("membership") == (1, 0, 0)


def test_the_number_says_kind_and_year_of_the_first_day(clinic: Clinic) -> None:
    found = certificate(clinic)
    assert found.number.startswith("M2026-")
    assert found.year == 2026
    assert found.content["number"] == found.number


def test_the_hash_is_that_of_the_frozen_content(clinic: Clinic) -> None:
    found = certificate(clinic)
    assert found.content_sha256 == content_sha256(found.content)
    clinic.dana_link.practice.name = "Renamed"
    assert found.content["practice"] == "Riverside Dermatology"


def test_no_certificate_claims_government_approval(clinic: Clinic) -> None:
    found = certificate(clinic)
    assert "not endorsed by CMS or HHS" in found.content["wording"]
    assert "CMS" not in found.content["title"]


def test_the_same_bytes_are_served_every_time(clinic: Clinic) -> None:
    number = certificate(clinic).number
    pages = []
    for _ in range(2):
        found = credentials.by_number(number=number)
        assert found is not None
        pages.append(certificate_files.pdf_of(certificate=found, now=NOW))
    assert pages[0] == pages[1]
    assert pages[0].startswith(b"%PDF-")
    kept = CertificateFile.objects.get()
    assert kept.sha256 == hashlib.sha256(pages[0]).hexdigest()
    assert kept.size == len(pages[0])


def test_of_two_that_render_at_once_the_first_ones_bytes_stay(clinic: Clinic) -> None:
    number = certificate(clinic).number
    both = [credentials.by_number(number=number) for _ in range(2)]
    pages = [certificate_files.pdf_of(certificate=c, now=NOW) for c in both if c is not None]
    assert len(pages) == 2
    assert pages[0] == pages[1]
    kept = CertificateFile.objects.get()
    keep_files(files=[(kept.certificate, "0" * 64, 1)], now=NOW)
    assert CertificateFile.objects.get().sha256 == kept.sha256


def test_a_voided_certificate_answers_410_and_a_valid_one_its_pdf(clinic: Clinic) -> None:
    ada = clinic.join("Ada Park")
    result = clinic.give(ada, "membership")
    number = result.lines[0].certificate_number
    tab = browser(clinic.dana)
    address = f"/practice/{clinic.practice.reference}/certificates/{number}.pdf"
    answer = tab.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["X-Certificate-Number"] == number
    assert CertificateDownload.objects.count() == 1
    clinic.undo(result)
    assert tab.get(address).status_code == 410


def test_another_practice_does_not_find_it(clinic: Clinic) -> None:
    number = certificate(clinic).number
    other = Clinic("Lakeside Health", "Omar Haddad")
    address = f"/practice/{other.practice.reference}/certificates/{number}.pdf"
    assert browser(other.dana).get(address).status_code == 404


def test_all_certificates_of_a_year_become_one_file_with_progress(clinic: Clinic) -> None:
    people = clinic.people(3)
    clinic.stock("membership", 3)
    result = clinic.assign(people, "membership")
    clinic.stock("manual")
    wish = certificate_files.ask_for_print(
        actor=clinic.actor, practice=clinic.practice, year=2026, now=NOW
    )
    assert (wish.state, wish.total) == ("waiting", 3)
    taken = claim_print(lease=LEASE, now=NOW)
    assert taken == wish
    assert claim_print(lease=LEASE, now=NOW) is None
    # A dead process's lease runs out.
    again = claim_print(lease=LEASE, now=later(minutes=6))
    assert again == wish
    certificate_files.run_print(wish=wish, now=NOW)
    done = CertificatePrint.objects.get()
    assert (done.state, done.done, done.total) == ("done", 3, 3)
    assert certificate_files.print_file(wish=done).startswith(b"%PDF-")
    assert claim_print(lease=LEASE, now=later(hours=1)) is None
    assert result.assigned == 3


@pytest.mark.parametrize(
    ("day", "voided", "current"),
    [(-1, False, False), (0, False, True), (394, False, True), (395, False, False),
     (10, True, False)],
)  # fmt: skip
def test_current_means_the_term_or_its_grace_covers_today(
    day: int, voided: bool, current: bool
) -> None:
    assert current == is_current(
        starts_on=TODAY, ends_before=days(365), voided=voided, today=days(day), grace_days=30
    )


def test_a_credential_is_brought_forward_once(clinic: Clinic) -> None:
    from scriptorium.journeys.bring_forward import AlreadyHeld, bring_credential_forward

    ada = clinic.join("Ada Park")
    assert ada.person is not None
    wish = {
        "actor": DESK, "person": ada.person, "specialty": "general",
        "level": "CMSA", "since": days(-100), "reason": "Paper record", "now": NOW,
    }  # fmt: skip
    bring_credential_forward(**wish)  # type: ignore[arg-type]
    (held,) = credentials.held_by(people=[ada.person.pk])[ada.person.pk]
    assert held.decisions.get().to_state == "held"
    with pytest.raises(AlreadyHeld, match="holds this credential already"):
        bring_credential_forward(**wish)  # type: ignore[arg-type]
