"""The tables of money."""

from scriptorium.domains.orders.models.billing import BillingProfile, CostCentre, Exemption
from scriptorium.domains.orders.models.estimates import Estimate, EstimateLine
from scriptorium.domains.orders.models.lines import Line
from scriptorium.domains.orders.models.money import (
    Attempt,
    Mismatch,
    Payment,
    Posting,
    ProviderEvent,
    Refund,
    SavedMethod,
)
from scriptorium.domains.orders.models.orders import (
    CreditNote,
    CreditNoteLine,
    Invoice,
    NextNumber,
    Order,
    OrderLine,
)

__all__ = [
    "Attempt",
    "BillingProfile",
    "CostCentre",
    "CreditNote",
    "CreditNoteLine",
    "Estimate",
    "EstimateLine",
    "Exemption",
    "Invoice",
    "Line",
    "Mismatch",
    "NextNumber",
    "Order",
    "OrderLine",
    "Payment",
    "Posting",
    "ProviderEvent",
    "Refund",
    "SavedMethod",
]
