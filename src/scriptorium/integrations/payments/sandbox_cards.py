"""The cards of the sandbox: named choices, each with its story; there are no numbers to type."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from scriptorium.integrations.payments.failures import NEEDS_AUTHENTICATION


class Stage(StrEnum):
    """Where an attempt to pay stands inside the sandbox."""

    OPEN = "open"
    CONFIRMING = "confirming"
    PROCESSING = "processing"
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"


#: Stages in which something can be paid on the page.
PAYABLE = {Stage.OPEN, Stage.CONFIRMING}


class TestCard(StrEnum):
    """What a visitor of the sandbox's page may pay with."""

    # Its name starts like that of a test; pytest would collect it.
    __test__ = False

    SUCCESS = "success"
    DECLINE = "decline"
    INSUFFICIENT_FUNDS = "insufficient-funds"
    THREE_D_SECURE = "3d-secure"
    DELAYED = "delayed"
    DELAYED_FAILURE = "delayed-failure"
    DISPUTE = "dispute"
    EXPIRES = "expires"

    @property
    def choice(self) -> str:
        """What the page offers."""
        return _STORIES[self].choice

    @property
    def label(self) -> str:
        """What a receipt says that it was paid with."""
        return _STORIES[self].label

    @property
    def story(self) -> Story:
        """What happens when it is used."""
        return _STORIES[self]


@dataclass(frozen=True, slots=True)
class Story:
    """What happens to a payment.

    Arguments:
        on_page: stage after paying on the page; FAILED leaves the page open for another card.
        away: stage after a charge while the owner is away.
        failure: code of a failure on the page, or of a delayed one.
        failure_away: code of a failure while the owner is away.
        settles: what becomes of it when it stays PROCESSING.
        disputed: a dispute opens some time after it was paid.
    """

    choice: str
    label: str
    on_page: Stage
    away: Stage
    failure: str = ""
    failure_away: str = ""
    settles: Stage = Stage.PAID
    disputed: bool = False


_STORIES = {
    TestCard.SUCCESS: Story("Card that works", "Visa ending 4242", Stage.PAID, Stage.PAID),
    TestCard.DECLINE: Story(
        choice="Card that is declined",
        label="Visa ending 0002",
        on_page=Stage.FAILED,
        away=Stage.FAILED,
        failure="card_declined",
        failure_away="card_declined",
    ),
    TestCard.INSUFFICIENT_FUNDS: Story(
        choice="Card without enough money",
        label="Visa ending 9995",
        on_page=Stage.FAILED,
        away=Stage.FAILED,
        failure="insufficient_funds",
        failure_away="insufficient_funds",
    ),
    TestCard.THREE_D_SECURE: Story(
        choice="Card whose bank asks you to confirm",
        label="Visa ending 3155",
        on_page=Stage.CONFIRMING,
        away=Stage.FAILED,
        failure_away=NEEDS_AUTHENTICATION,
    ),
    TestCard.DELAYED: Story(
        choice="Bank account whose debit arrives later",
        label="Bank account ending 6789",
        on_page=Stage.PROCESSING,
        away=Stage.PROCESSING,
    ),
    TestCard.DELAYED_FAILURE: Story(
        choice="Bank account whose debit fails later",
        label="Bank account ending 2227",
        on_page=Stage.PROCESSING,
        away=Stage.PROCESSING,
        failure="insufficient_funds",
        settles=Stage.FAILED,
    ),
    TestCard.DISPUTE: Story(
        choice="Card whose owner disputes the payment later",
        label="Visa ending 0259",
        on_page=Stage.PAID,
        away=Stage.PAID,
        disputed=True,
    ),
    TestCard.EXPIRES: Story(
        choice="Card that works once and then expires",
        label="Visa ending 0069",
        on_page=Stage.PAID,
        away=Stage.FAILED,
        failure_away="expired_card",
    ),
}
