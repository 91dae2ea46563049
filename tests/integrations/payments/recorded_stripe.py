"""Stripe's side of the wire: exchanges from files, each of which the adapter must ask exactly.

No account was at hand; the bodies follow Stripe's published objects of API version 2026-10-28.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import stripe

FOLDER = Path(__file__).with_name("recorded")
KEY = "sk_test_recorded"
WEBHOOK_SECRET = "whsec_recorded"

type Where = tuple[str, str, frozenset[tuple[str, str]]]


def event(name: str) -> bytes:
    """Return the body of a recorded event."""
    return (FOLDER / f"event_{name}.json").read_bytes()


class RecordedStripe(stripe.HTTPClient):
    """Answers from recordings, and fails the test on anything that was not recorded."""

    name = "recorded"

    def __init__(self, *names: str) -> None:
        super().__init__()
        self.asked: list[str] = []
        self._exchanges: dict[Where, list[dict[str, Any]]] = {}
        self.play(*names)

    def play(self, *names: str) -> None:
        """Answer from these recordings from now on, in place of older ones of the same request."""
        for name in names:
            exchange = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
            asked = exchange["request"]
            where = (asked["method"], asked["path"], frozenset(asked.get("query", {}).items()))
            key = asked.get("idempotency_key")
            others = self._exchanges.get(where, [])
            others = [one for one in others if one["request"].get("idempotency_key") != key]
            self._exchanges[where] = [*others, exchange | {"name": name}]

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        **_: Any,
    ) -> tuple[str, int, Mapping[str, str]]:
        parts = urlsplit(url)
        assert (parts.scheme, parts.netloc) == ("https", "api.stripe.com")
        assert headers is not None
        assert headers["Authorization"] == f"Bearer {KEY}"
        assert headers["Stripe-Version"] == stripe.api_version
        where = (method, parts.path, frozenset(parse_qsl(parts.query)))
        recorded = self._exchanges.get(where, [])
        assert recorded, f"{method} {parts.path}?{parts.query} was not recorded"
        key = headers.get("Idempotency-Key")
        for exchange in recorded:
            if exchange["request"].get("idempotency_key") in {key, "*"}:
                break
        else:
            raise AssertionError(f"{parts.path} was not recorded with the idempotency key {key}")
        if method == "post":
            assert dict(parse_qsl(post_data)) == exchange["request"]["form"]
        self.asked.append(exchange["name"])
        return json.dumps(exchange["body"]), exchange["status"], exchange["headers"]
