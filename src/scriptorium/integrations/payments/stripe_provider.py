"""Stripe behind the protocol, through its official library and its hosted page only.

The library takes more than a second to load: only ``provider_for`` imports this module, and only
where Stripe is configured.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable, Iterator

import stripe
from stripe.params.checkout import SessionCreateParams, SessionCreateParamsPaymentIntentData

from scriptorium.integrations.payments import signatures
from scriptorium.integrations.payments.failures import METHOD_MISSING, sentence_for
from scriptorium.integrations.payments.protocol import (
    BadSignature,
    Checkout,
    CheckoutRequest,
    PaymentFacts,
    PaymentState,
    ProviderEvent,
    ProviderRefused,
    ProviderUnavailable,
    RefundFacts,
    RefundRefused,
    SavedCharge,
    UnknownPayment,
)
from scriptorium.integrations.payments.stripe_facts import (
    SAVED,
    Json,
    charge_of,
    event_of,
    facts_of,
    intent_of,
    is_saved,
    moment,
    refund_of,
)
from scriptorium.kernel.money import Money

# Measurements for Stripe, with an id that the library writes into the home folder.
stripe.enable_telemetry = False

_TIMEOUT = 20
_PAGE = 100
_MISSING = "resource_missing"


class StripeProvider:
    """An account at Stripe."""

    name = "stripe"

    def __init__(
        self, *, key: str, webhook_secret: str, http_client: stripe.HTTPClient | None = None
    ) -> None:
        """Prepare a client; nothing is asked yet.

        Arguments:
            key: secret or restricted key of the account.
            webhook_secret: of the endpoint that sends us events.
            http_client: what carries the requests; tests give recorded answers.
        """
        self._client = stripe.StripeClient(
            key, http_client=http_client or stripe.RequestsClient(timeout=_TIMEOUT)
        )
        self._webhook_secret = webhook_secret

    def begin_checkout(self, *, request: CheckoutRequest, now: dt.datetime) -> Checkout:
        """Open a hosted page, for as long as Stripe keeps one (24 hours).

        Nothing in the request depends on ``now``: a repeated key must come with the same
        request, or Stripe refuses it.
        """
        del now
        with _errors():
            session = self._client.v1.checkout.sessions.create(
                params=_page_params(request),
                options={"idempotency_key": f"checkout:{request.attempt_key}"},
            ).to_dict()
        return Checkout(session["id"], session["url"] or "", moment(session["expires_at"]))

    def close_checkout(self, *, external_id: str, now: dt.datetime) -> PaymentFacts:
        """Expire a hosted page; one that was paid or has expired stays as it is.

        Raises:
            UnknownPayment: Stripe has no such page.
        """
        del now
        with _errors():
            try:
                self._client.v1.checkout.sessions.expire(external_id)
            except stripe.InvalidRequestError as refused:
                # Only an open page can expire; the facts below tell why this one could not.
                if refused.code == _MISSING:
                    raise
        return self.fetch(external_id=external_id)

    def charge_saved(self, *, request: SavedCharge, now: dt.datetime) -> PaymentFacts:
        """Charge a saved method off-session; a decline is an answer."""
        with _errors():
            try:
                intent = self._client.v1.payment_intents.create(
                    params={
                        "amount": request.amount.minor,
                        "currency": request.amount.currency.lower(),
                        "customer": request.customer,
                        "payment_method": request.method,
                        "description": request.description,
                        "metadata": _marks(request, SAVED),
                        "confirm": True,
                        "off_session": True,
                        "expand": ["latest_charge"],
                    },
                    options={"idempotency_key": f"charge:{request.attempt_key}"},
                ).to_dict()
            except stripe.CardError as declined:
                held = _declined_intent(declined)
                if held is None:
                    return _failed(request, code=declined.code or "card_declined", now=now)
                intent = held
            except stripe.InvalidRequestError as refused:
                if not _is_about_the_method(refused):
                    raise
                return _failed(request, code=METHOD_MISSING, now=now)
            return self._facts(session=None, intent=intent)

    def fetch(self, *, external_id: str) -> PaymentFacts:
        """Return what is true now of a payment intent or checkout session.

        Raises:
            UnknownPayment: Stripe has nothing of this id.
        """
        with _errors():
            if external_id.startswith("cs_"):
                session = self._client.v1.checkout.sessions.retrieve(
                    external_id, params={"expand": ["payment_intent.latest_charge"]}
                ).to_dict()
                return self._facts(session=session, intent=intent_of(session))
            intent = self._client.v1.payment_intents.retrieve(
                external_id, params={"expand": ["latest_charge"]}
            ).to_dict()
            return self._facts(session=self._session_of(intent), intent=intent)

    def refund(
        self, *, payment: str, amount: Money, attempt_key: str, now: dt.datetime
    ) -> RefundFacts:
        """Give money back to where it came from.

        Raises:
            RefundRefused: Stripe refuses it, for one because less is left.
            UnknownPayment: Stripe has no such payment.
        """
        del now
        if amount.minor <= 0:
            raise RefundRefused("A refund is more than nothing.")
        with _errors():
            try:
                refund = self._client.v1.refunds.create(
                    params={
                        "payment_intent": payment,
                        "amount": amount.minor,
                        "metadata": {"attempt_key": attempt_key},
                    },
                    options={"idempotency_key": f"refund:{attempt_key}"},
                )
            except stripe.InvalidRequestError as refused:
                if refused.code == _MISSING:
                    raise
                raise RefundRefused(
                    f"Stripe refused the refund: {refused.user_message}"
                ) from refused
        return refund_of(refund.to_dict())

    def list_payments(self, *, since: dt.datetime, until: dt.datetime) -> Iterable[PaymentFacts]:
        """Yield the checkouts and payments that were made in ``[since, until)``.

        Those that are not ours come along, without reference: somebody has to look at them.
        """
        first, end = int(since.timestamp()), int(until.timestamp())
        seen = set()
        with _errors():
            sessions = self._client.v1.checkout.sessions.list(
                params={
                    "created": {"gte": first, "lt": end},
                    "expand": ["data.payment_intent.latest_charge"],
                    "limit": _PAGE,
                }
            )
            for listed in sessions.auto_paging_iter():
                session = listed.to_dict()
                intent = intent_of(session)
                seen.add(intent["id"] if intent else "")
                yield self._facts(session=session, intent=intent)
            intents = self._client.v1.payment_intents.list(
                params={
                    "created": {"gte": first, "lt": end},
                    "expand": ["data.latest_charge"],
                    "limit": _PAGE,
                }
            )
            for found in intents.auto_paging_iter():
                if found.id not in seen:
                    intent = found.to_dict()
                    yield self._facts(session=self._session_of(intent), intent=intent)

    def read_event(self, *, body: bytes, signature: str, now: dt.datetime) -> ProviderEvent:
        """Return what a message says once its signature is checked.

        Raises:
            BadSignature: forged, changed, or signed more than five minutes before ``now``.
        """
        try:
            # The library would compare the age with its own clock; ours comes as an argument.
            event = stripe.Webhook.construct_event(
                body, signature, self._webhook_secret, tolerance=0
            )
            told = event_of(event.to_dict())
        except (
            stripe.SignatureVerificationError,
            AttributeError,
            LookupError,
            TypeError,
            ValueError,
        ) as error:
            raise BadSignature("The message is not signed by Stripe.") from error
        signatures.check_age(header=signature, now=now)
        return told

    def _session_of(self, intent: Json) -> Json | None:
        if is_saved(intent):
            return None
        found = self._client.v1.checkout.sessions.list(
            params={"payment_intent": intent["id"], "limit": 1}
        )
        return found.data[0].to_dict() if found.data else None

    def _facts(self, *, session: Json | None, intent: Json | None) -> PaymentFacts:
        disputes: list[str] = []
        if intent and charge_of(intent).get("disputed"):
            found = self._client.v1.disputes.list(
                params={"payment_intent": intent["id"], "limit": _PAGE}
            )
            disputes = [dispute.status for dispute in found.data]
        return facts_of(session=session, intent=intent, disputes=disputes)


def _marks(request: CheckoutRequest | SavedCharge, kind: str) -> dict[str, str]:
    return {"reference": request.reference, "attempt_key": request.attempt_key, "kind": kind}


def _page_params(request: CheckoutRequest) -> SessionCreateParams:
    marks = _marks(request, "checkout")
    payment: SessionCreateParamsPaymentIntentData = {
        "description": request.description,
        "metadata": marks,
    }
    params: SessionCreateParams = {
        "mode": "payment",
        "client_reference_id": request.reference,
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": request.amount.currency.lower(),
                    "unit_amount": request.amount.minor,
                    "product_data": {"name": request.description},
                },
            }
        ],
        "success_url": request.success_url,
        "cancel_url": request.cancel_url,
        "metadata": marks,
        "payment_intent_data": payment,
    }
    if request.save_method:
        payment["setup_future_usage"] = "off_session"
    if request.customer:
        params["customer"] = request.customer
    else:
        params["customer_email"] = request.email
        # A saved method belongs to a customer; the page makes one.
        params["customer_creation"] = "always" if request.save_method else "if_required"
    return params


def _declined_intent(declined: stripe.CardError) -> Json | None:
    intent = declined.error.payment_intent if declined.error else None
    return intent.to_dict() if intent else None


def _is_about_the_method(refused: stripe.InvalidRequestError) -> bool:
    # Detached, or its customer deleted: for who is charged that is a failed payment, no defect.
    named = refused.param in {"payment_method", "customer"}
    return named or (refused.code or "").startswith("payment_method")


def _failed(request: SavedCharge, *, code: str, now: dt.datetime) -> PaymentFacts:
    return PaymentFacts(
        external_id="",
        checkout_id="",
        reference=request.reference,
        attempt_key=request.attempt_key,
        state=PaymentState.FAILED,
        amount=request.amount,
        refunded=Money(0, request.amount.currency),
        disputed=False,
        dispute_lost=False,
        customer=request.customer,
        method=request.method,
        method_label="",
        failure_code=code,
        failure_sentence=sentence_for(code=code),
        at=now,
    )


@contextlib.contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    # APIError is what Stripe's own failures become: 5xx, and 409 while a twin is under way.
    except (stripe.APIConnectionError, stripe.APIError, stripe.RateLimitError) as error:
        raise ProviderUnavailable(f"Stripe cannot be reached: {error.user_message}") from error
    except stripe.InvalidRequestError as error:
        kind = UnknownPayment if error.code == _MISSING else ProviderRefused
        raise kind(f"Stripe refused: {error.user_message}") from error
    except stripe.StripeError as error:
        raise ProviderRefused(f"Stripe refused: {error.user_message}") from error
