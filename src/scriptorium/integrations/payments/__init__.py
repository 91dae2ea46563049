"""Taking payments: one protocol, with Stripe or the built-in sandbox behind it."""

from scriptorium.integrations.payments.failures import METHOD_MISSING, NEEDS_AUTHENTICATION
from scriptorium.integrations.payments.protocol import (
    BadSignature,
    Checkout,
    CheckoutRequest,
    EventKind,
    PaymentFacts,
    PaymentProvider,
    PaymentState,
    ProviderEvent,
    ProviderRefused,
    ProviderUnavailable,
    RefundFacts,
    RefundRefused,
    RefundState,
    SavedCharge,
    UnknownPayment,
)
from scriptorium.integrations.payments.providers import provider_for
from scriptorium.integrations.payments.sandbox import CheckoutClosed, Sandbox, SavedMethod
from scriptorium.integrations.payments.sandbox_cards import Stage, TestCard
from scriptorium.integrations.payments.sandbox_page import HostedPage, Outcome, SignedEvent
from scriptorium.integrations.payments.signatures import SIGNATURE_HEADER

__all__ = [
    "METHOD_MISSING",
    "NEEDS_AUTHENTICATION",
    "SIGNATURE_HEADER",
    "BadSignature",
    "Checkout",
    "CheckoutClosed",
    "CheckoutRequest",
    "EventKind",
    "HostedPage",
    "Outcome",
    "PaymentFacts",
    "PaymentProvider",
    "PaymentState",
    "ProviderEvent",
    "ProviderRefused",
    "ProviderUnavailable",
    "RefundFacts",
    "RefundRefused",
    "RefundState",
    "Sandbox",
    "SavedCharge",
    "SavedMethod",
    "SignedEvent",
    "Stage",
    "TestCard",
    "UnknownPayment",
    "provider_for",
]
