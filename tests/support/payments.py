"""Short ways through the payment pages, pressed as a person presses them."""

from __future__ import annotations

from typing import Any

from django.test import Client

from scriptorium.domains.orders.models import Invoice
from scriptorium.domains.orders.operations import add_cost_centre, add_exemption
from scriptorium.integrations.payments import Sandbox
from scriptorium.journeys import billing_settings, crediting, estimating, services
from tests.support.builders import DESK, NOW, TODAY, Clinic, days
from tests.support.money import Till
from tests.support.pictures import pdf, png


def sandbox(settings: Any, folder: Any) -> Sandbox:
    """Make the sandbox the provider, with its file in a folder of the test."""
    settings.PAYMENTS_URL = "sandbox://"
    settings.PAYMENTS_DIR = folder
    found = services.sandbox()
    assert found is not None
    return found


class Cashier:
    """Somebody who pays an invoice of a practice by card."""

    def __init__(self, till: Till, tab: Client, invoice: Invoice) -> None:
        self.till, self.tab, self.invoice = till, tab, invoice
        self.order = f"/practice/{till.practice.reference}/orders/{invoice.order.reference}/"
        self.page = ""

    def begin(self, *, keep: bool = False) -> Any:
        """Press "Pay by card"; the answer leads to the sandbox's page."""
        response = self.tab.post(f"{self.order}pay/", {"keep": "on"} if keep else {})
        self.page = response.headers.get("Location", "")
        return response

    @property
    def checkout(self) -> str:
        """The sandbox's name of the page."""
        return self.page.rstrip("/").rpartition("/")[2]

    def choose(self, story: str) -> Any:
        """Choose a card and press Pay."""
        return self.tab.post(self.page, {"step": "pay", "story": story})

    def press(self, step: str) -> Any:
        """Press another button of the page."""
        return self.tab.post(self.page, {"step": step})

    def look(self, query: str = "") -> str:
        """Return what the order's page says."""
        return str(self.tab.get(f"{self.order}{query}").text)


def money_of_the_matrix(clinic: Clinic) -> dict[str, str]:
    """Make one of each paper of a practice, and return what names them."""
    till = Till(clinic)
    order = till.accept(till.estimate(manual=2)).order
    paid = till.pay(4900)
    line = order.lines.get()
    note = crediting.credit(
        actor=DESK, invoice=till.fresh(order.invoice), to=till.to, quantities={line.pk: 1},
        reason="One too many", now=NOW, today=TODAY,
    )  # fmt: skip
    estimate = till.estimate(package=5)
    token = estimating.share(
        actor=till.actor, practice=till.practice, estimate=estimate, shared=True, now=NOW
    )
    billing_settings.change(
        actor=till.actor, practice=till.practice, contact_name="", billing_email="", logo=png(),
        now=NOW,
    )  # fmt: skip
    centre = add_cost_centre(practice=till.practice.pk, name="Skin clinic", code="")
    exemption = add_exemption(
        practice=till.practice.pk, region="Cascadia", number="EX-7",
        file_sha256=services.file_store().put(content=pdf()), starts_on=TODAY, expires_on=days(9),
        by=till.actor.reference, now=NOW,
    )  # fmt: skip
    estimates = ("", "-pdf", "-revise", "-accept", "-decline", "-share")
    orders = ("order", "order-pay", "invoice-pdf", "receipt-pdf", "credit-note-pdf")
    return {
        **{f"estimate{name} reference": estimate.reference for name in estimates},
        **{f"shared-estimate{name} token": token for name in ("", "-pdf", "-logo")},
        **{f"{name} reference": order.reference for name in orders},
        "receipt-pdf number": paid.payment.number,
        "credit-note-pdf number": note.number,
        "centre-close reference": centre.reference,
        "exemption-file reference": exemption.reference,
        "checkout": "sbc_unknown",
        "store-join-confirm token": "unknown",
        "policy slug": "terms-of-sale",
    }
