"""A shared estimate: read by whoever has its address, accepted by nobody without a login."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from scriptorium.domains.orders.models import Estimate
from scriptorium.journeys import estimating
from scriptorium.web.public import shared_estimates
from tests.support.builders import NOW, Clinic, browser
from tests.support.money import Till
from tests.support.pictures import png

pytestmark = pytest.mark.django_db


@pytest.fixture
def till(clinic: Clinic) -> Till:
    return Till(clinic)


def share(till: Till, estimate: Estimate, *, shared: bool = True) -> str:
    token = estimating.share(
        actor=till.actor, practice=till.practice, estimate=estimate, shared=shared, now=NOW
    )
    return f"/estimates/{token}/"


def test_whoever_has_the_address_reads_the_estimate_and_learns_who_accepts(
    till: Till, client: Client
) -> None:
    till.pay(10000)
    made = till.estimate(package=25)
    page = client.get(share(till, made))
    for words in (
        made.number, "Riverside Dermatology", "$3,980.00", "Saved by volume",
        "An administrator of Riverside Dermatology, after signing in.", "Sign in to accept",
    ):  # fmt: skip
        assert words in page.text
    own = f"/practice/{till.practice.reference}/estimates/{made.reference}/"
    assert f'href="/sign-in/?next={own}"' in page.text
    assert "Accept and order" not in page.text
    assert "keep for you" not in page.text
    signed_in = browser(till.clinic.dana).get(share(till, made))
    assert f'href="{own}"' in signed_in.text


def test_no_search_engine_and_no_cache_keeps_it(till: Till, client: Client) -> None:
    address = share(till, till.estimate(package=5))
    for path in (address, f"{address}estimate.pdf"):
        answer = client.get(path)
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert answer.headers["Cache-Control"] == "private, no-store"
    assert '<meta name="robots" content="noindex, nofollow">' in client.get(address).text


def test_the_link_to_help_holds_no_secret(till: Till, client: Client) -> None:
    address = share(till, till.estimate(package=5))
    token = address.split("/")[2]
    page = client.get(address)
    assert f"help/?page=%2Festimates%2F{token}" not in page.text
    assert "help/?page=%2Festimates%2Flink%2F" in page.text


def test_it_follows_the_newest_revision(till: Till, client: Client) -> None:
    made = till.estimate(package=25)
    address = share(till, made)
    made.refresh_from_db()
    second = till.estimate(package=26, revises=made)
    page = client.get(address)
    assert second.number in page.text
    assert client.get(f"{address}estimate.pdf").status_code == 200


def test_an_accepted_one_says_that_it_is_and_no_name(till: Till, client: Client) -> None:
    made = till.estimate(package=5)
    address = share(till, made)
    till.accept(made, po="PO-77")
    page = client.get(address)
    assert "This estimate was accepted already" in page.text
    assert "PO-77" not in page.text


def test_unknown_and_closed_addresses_are_not_there(till: Till, client: Client) -> None:
    made = till.estimate(package=5)
    address = share(till, made)
    share(till, made, shared=False)
    for path in (address, f"{address}estimate.pdf", f"{address}logo", "/estimates/unknown/"):
        assert client.get(path).status_code == 404


def test_the_practices_logo_stands_at_its_head(till: Till, client: Client, settings: Any) -> None:
    made = till.estimate(package=5)
    address = share(till, made)
    assert client.get(f"{address}logo").status_code == 404
    base = f"/practice/{till.practice.reference}/settings/billing/contact/"
    from django.core.files.uploadedfile import SimpleUploadedFile

    browser(till.clinic.dana).post(base, {"logo": SimpleUploadedFile("logo.png", png())})
    assert f'src="{address}logo"' in client.get(address).text
    assert client.get(f"{address}logo").content == png()


def test_tokens_cannot_be_tried_in_bulk(
    till: Till, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_estimates, "READS", 2)
    address = share(till, till.estimate(package=5))
    assert [client.get("/estimates/guess/").status_code for _ in range(2)] == [404, 404]
    assert client.get(address).status_code == 429
    assert client.get(f"{address}estimate.pdf").status_code == 429
