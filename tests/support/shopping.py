"""Short ways through the store, for one person, by the journeys and pages that she takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.test import Client

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.ledger import queries as stock
from scriptorium.domains.ledger.models import Unit, UnitPart
from scriptorium.domains.orders.models import Invoice, Order
from scriptorium.integrations.payments import SIGNATURE_HEADER, Sandbox, SignedEvent, TestCard
from scriptorium.journeys import buy
from scriptorium.journeys.buy import Bought, Piece
from scriptorium.kernel.payer import Payer
from tests.support.builders import NOW, TODAY, actor_of, browser, person
from tests.support.payments import sandbox


class Shopper:
    """Somebody who buys for herself, at a site that takes cards."""

    def __init__(self, settings: Any, folder: Path, someone: Person | None = None) -> None:
        self.provider: Sandbox = sandbox(settings, folder)
        self.person = someone or person("Sola Aune")
        self.payer = Payer(person=self.person.pk)
        self.tab = browser(self.person)

    def order(self, *kinds: str, key: str = "k1", by_card: bool = True, **choices: str) -> Bought:
        """Order through the journey: ``order("specialty", specialty="oncology")``."""
        return buy.buy_for_self(
            actor=actor_of(self.person), person=self.person, by_card=by_card, key=key,
            pieces=[Piece(kind, choices.get(kind, "")) for kind in kinds], now=NOW, today=TODAY,
        )  # fmt: skip

    def press(self, *kinds: str, key: str = "k1", how: str = "card", **choices: str) -> Any:
        """Press the button of the store's page."""
        data = {"want": list(kinds), "key": key, "how": how}
        data |= {f"choice-{kind}": code for kind, code in choices.items()}
        return self.tab.post("/member/store/buy/", data)

    def pay(self, page: str, card: TestCard = TestCard.SUCCESS) -> list[SignedEvent]:
        """Pay on the provider's page; returns the events that it sends."""
        name = page.rstrip("/").rpartition("/")[2]
        return list(self.provider.pay(external_id=name, card=card, now=NOW).events)

    def deliver(self, events: list[SignedEvent]) -> None:
        """Let the provider send its events to the real address."""
        for event in events:
            answer = Client(enforce_csrf_checks=True).post(
                "/payments/events/", data=event.body, content_type="application/json",
                headers={SIGNATURE_HEADER: event.signature},
            )  # fmt: skip
            assert answer.status_code == 200

    def bring(self, *kinds: str, key: str = "k1", **choices: str) -> Invoice:
        """Buy by card from the first press to the last event."""
        self.deliver(self.pay(self.press(*kinds, key=key, **choices)["Location"]))
        return Order.objects.select_related("invoice").latest("pk").invoice

    def free(self, kind: str) -> int:
        """Return how many units of a kind are hers and free."""
        return stock.free_of(payer=self.payer, kind=kind)

    def units(self) -> list[tuple[str, str]]:
        """Return (kind, state) of her units, oldest first."""
        rows = Unit.objects.filter(payer_person=self.person).order_by("pk")
        return list(rows.values_list("kind", "state"))

    def parts(self) -> dict[str, str]:
        """Return kind → state of her parts."""
        rows = UnitPart.objects.filter(person=self.person)
        return dict(rows.values_list("kind", "state"))
