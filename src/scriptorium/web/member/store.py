"""Buying for oneself: what each product would do, its price, the order, units left over (S37)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from scriptorium.domains.catalog.enums import ProductKind
from scriptorium.journeys import buy as journey
from scriptorium.journeys import own_units
from scriptorium.journeys.services import pays_online
from scriptorium.kernel.references import new_reference
from scriptorium.pages.estimates import sums_of
from scriptorium.pages.store import StoreProduct, own_free_units, store_page
from scriptorium.web.shared.guards import actor_of, person_of, signed_in
from scriptorium.web.shared.requests import HttpRequest

#: What a course is called that is chosen later.
LATER = "Choose it when I open it"


@dataclass(frozen=True, slots=True)
class Row:
    """One product to tick; ``refusal`` says why it cannot be bought today."""

    product: StoreProduct
    ticked: bool
    refusal: str
    choices: list[tuple[str, str, bool]]


@dataclass(frozen=True, slots=True)
class Said:
    """What a ticked product will do, or why it cannot be bought with the others."""

    name: str
    refusal: str
    detail: str
    waived: tuple[str, ...]


def _basket(given: QueryDict) -> list[journey.Piece]:
    """Return what is ticked, in the order of the tiles."""
    wanted = set(given.getlist("want"))
    return [
        journey.Piece(kind.value, given.get(f"choice-{kind.value}", "")[:30])
        for kind in ProductKind
        if kind.value in wanted
    ]


def _row(product: StoreProduct, look: journey.Look, given: QueryDict) -> Row:
    kind = product.kind
    named = dict(product.choices)
    if named and kind == ProductKind.CE:
        named = {"": LATER} | named
    plans = {code: look.offers[journey.Piece(kind, code)] for code in (named or {"": ""})}
    refusals = [plan.refusal for plan in plans.values()]
    chosen = given.get(f"choice-{kind}", "")
    return Row(
        product=product,
        ticked=kind in given.getlist("want"),
        refusal="" if not all(refusals) else refusals[0],
        choices=[
            (code, name, code == chosen) for code, name in named.items() if not plans[code].refusal
        ],
    )


def _known(pieces: list[journey.Piece], products: Mapping[str, StoreProduct]) -> bool:
    """Return whether every piece names a choice that its product has, where it needs one."""
    return all(
        piece.choice in products[piece.kind].choices
        or (not piece.choice and piece.kind != ProductKind.SPECIALTY)
        for piece in pieces
    )


def _page(
    request: HttpRequest, given: QueryDict, *, problem: str = "", status: int = 200
) -> HttpResponse:
    person = person_of(request)
    page = store_page(today=request.today)
    products = {product.kind: product for product in page.products}
    basket = [piece for piece in _basket(given) if piece.kind in products]
    unchosen = not _known(basket, products)
    look = journey.look(person=person, basket=[] if unchosen else basket, today=request.today)
    quote = look.quote
    context = {
        "page": page,
        "rows": [_row(product, look, given) for product in page.products],
        "said": [
            Said(products[plan.piece.kind].name, plan.refusal, plan.detail, plan.waived)
            for plan in look.chosen
        ],
        "refused": any(plan.refusal for plan in look.chosen),
        "unchosen": unchosen,
        "sums": quote
        and sums_of(net=quote.net_minor, tax=quote.tax_minor, saved=0, currency=quote.currency),
        "by_card": pays_online(),
        "key": request.POST.get("key", "")[:40] or new_reference(),
        "problem": problem,
    }
    if request.htmx and not request.htmx.boosted and request.method == "GET":
        return render(request, "member/store/_price.html", context)
    context["free"] = own_free_units(person=person)
    return render(request, "member/store.html", context, status=status)


@require_safe
@signed_in
def show(request: HttpRequest) -> HttpResponse:
    """Every product with what it would do today; the address holds what is ticked."""
    return _page(request, request.GET)


@require_POST
@signed_in
def buy(request: HttpRequest) -> HttpResponse:
    """Order what is ticked, and go on to pay it."""
    given, how = request.POST, request.POST.get("how", "")
    basket = _basket(given)
    if how == "price":
        typed = [(name, value) for name, values in given.lists() for value in values
                 if name == "want" or name.startswith("choice-")]  # fmt: skip
        return redirect(f"{reverse('member-store')}?{urlencode(typed)}#price")
    try:
        bought = journey.buy_for_self(
            actor=actor_of(request),
            person=person_of(request),
            pieces=basket,
            by_card=how == "card",
            key=given.get("key", "")[:40] or new_reference(),
            now=request.now,
            today=request.today,
        )
    except (journey.BadChoice, journey.CannotPrice) as error:
        return _page(request, given, problem=str(error), status=422)
    except journey.NotPossible as error:
        return _page(request, given, problem=str(error), status=409)
    except (journey.ProviderUnavailable, journey.ProviderRefused):
        messages.warning(
            request,
            "The payment page cannot be reached just now, and nothing was charged. Your order"
            " waits here: try again in a few minutes, or pay in another way.",
        )
        return redirect("member-orders")
    if bought.pay_at:
        return HttpResponseRedirect(bought.pay_at)
    return redirect("member-order", reference=bought.invoice.order.reference)


@require_POST
@signed_in
def use(request: HttpRequest) -> HttpResponse:
    """Use a unit of one's own that could not be used when it was paid."""
    kind = request.POST.get("kind", "")
    try:
        detail = own_units.use(
            actor=actor_of(request),
            person=person_of(request),
            kind=kind,
            choice=request.POST.get(f"choice-{kind}", "")[:30],
            now=request.now,
            today=request.today,
        )
    except own_units.BadChoice as error:
        return _page(request, QueryDict(), problem=str(error), status=422)
    except (own_units.CannotApply, own_units.NotEnoughUnits) as error:
        return _page(request, QueryDict(), problem=f"{error}.".replace("..", "."), status=409)
    messages.success(request, f"It is in use. {detail}".strip())
    return redirect("member-home")
