"""One of each thing that finance's addresses of the access matrix name."""

from __future__ import annotations

from scriptorium.domains.orders import operations as orders
from scriptorium.domains.orders.enums import Method
from scriptorium.domains.orders.models import Mismatch
from scriptorium.journeys.services import file_store
from tests.support.builders import NOW, TODAY, Clinic, days
from tests.support.money import Till


def finance_of_the_matrix(clinic: Clinic) -> dict[str, str]:
    """Make an invoice, a payment, a refund, an estimate, a mismatch and an exemption.

    Returns:
        how the access matrix fills its addresses.
    """
    till = Till(clinic)
    payment = till.pay(60000, method=Method.ACH).payment
    refund = till.refund(payment, 60000)
    invoice = till.buy(ce=1)
    estimate = till.estimate(ce=2)
    orders.note_mismatch(provider="sandbox", external_id="sbp_matrix", what="One more", now=NOW)
    exemption = orders.add_exemption(
        practice=till.practice.pk, region="Cascadia", number="EX-1", starts_on=TODAY,
        expires_on=days(300), file_sha256=file_store().put(content=b"%PDF-1.7 matrix"),
        by="dana", now=NOW,
    )  # fmt: skip
    numbers = {
        "payment": payment.number, "bounce": payment.number, "write-off": payment.number,
        "receipt": payment.number, "pay-back": payment.number,
        "invoice": invoice.number, "credit": invoice.number, "cancel": invoice.number,
        "use-kept": invoice.number, "estimate": estimate.number,
        "estimate-accept": estimate.number, "estimate-decline": estimate.number,
    }  # fmt: skip
    accounts = [*numbers, "account", "units-first", "pay", "estimate-new"]
    return {
        "whose": "practices",
        "office-money-list name": "unpaid",
        "office-money-list-csv name": "unpaid",
        "office-money-report-csv name": "revenue",
        "office-money-mismatch ref": Mismatch.objects.get(external_id="sbp_matrix").reference,
        "office-money-exemption ref": exemption.reference,
        "office-money-exemption-file ref": exemption.reference,
        "office-money-refund ref": refund.reference,
        **{f"office-money-{name} number": number for name, number in numbers.items()},
        **{f"office-money-{name} ref": till.practice.reference for name in accounts},
    }
