"""Why a payment failed, in words that its payer can act on."""

from __future__ import annotations

#: The bank wants its customer to confirm: send the person to a checkout, do not charge again.
NEEDS_AUTHENTICATION = "authentication_required"
METHOD_MISSING = "method_missing"

_DECLINED = "The bank declined the payment. Please ask the bank or use another way to pay."
_NOT_CONFIRMED = "The bank could not confirm that it was you. Please try again."
_NO_FUNDS = "There is not enough money on the account."
_TRY_LATER = "The bank could not handle the payment just now. Please try again later."

# Lost, stolen and fraudulent are not told apart on purpose: whoever holds the card would learn
# that it has been noticed.
_SENTENCES = {
    NEEDS_AUTHENTICATION: "The bank wants you to confirm this payment yourself.",
    METHOD_MISSING: "The saved way to pay is no longer on file.",
    "account_closed": "The bank account is closed.",
    "authentication_failure": _NOT_CONFIRMED,
    "card_velocity_exceeded": "The card has reached its limit.",
    "debit_not_authorized": "The bank reports that the debit was not allowed.",
    "expired_card": "The card has expired.",
    "insufficient_funds": _NO_FUNDS,
    "issuer_not_available": _TRY_LATER,
    "payment_intent_authentication_failure": _NOT_CONFIRMED,
    "processing_error": _TRY_LATER,
    "withdrawal_count_limit_exceeded": "The card has reached its limit.",
}


def sentence_for(*, code: str) -> str:
    """Return the sentence of a failure code; a code without one gets the general sentence."""
    return _SENTENCES.get(code, _DECLINED) if code else ""
