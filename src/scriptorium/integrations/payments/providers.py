"""Which provider a setting asks for."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from scriptorium.integrations.payments.protocol import PaymentProvider
from scriptorium.integrations.payments.sandbox import PAGE, Sandbox

SANDBOX_FILE = "sandbox-payments.sqlite3"


def provider_for(*, url: str, folder: Path, sandbox_page: str = PAGE) -> PaymentProvider:
    """Return the provider that a setting asks for.

    Arguments:
        url: ``stripe://?key=sk_live_…&webhook_secret=whsec_…``; empty for the sandbox, in which
            anybody pays with nothing: the caller sees to it that only a demonstration has it.
        folder: where the sandbox keeps its file.
        sandbox_page: address of the sandbox's page, with ``{checkout}`` in it.

    Raises:
        ValueError: the address names no provider, or a part of it is missing.
    """
    if not url:
        return Sandbox(path=folder / SANDBOX_FILE, page=sandbox_page)
    parts = urlsplit(url)
    if parts.scheme != "stripe":
        raise ValueError("The payment provider's address must start with stripe:// or be empty.")
    given = parse_qs(parts.query)
    if given.keys() != {"key", "webhook_secret"}:
        raise ValueError("Stripe needs stripe://?key=…&webhook_secret=… and nothing else.")
    # The library is slow to load, so it is asked for only where it is used.
    module = import_module("scriptorium.integrations.payments.stripe_provider")
    provider: PaymentProvider = module.StripeProvider(
        key=given["key"][0], webhook_secret=given["webhook_secret"][0]
    )
    return provider
