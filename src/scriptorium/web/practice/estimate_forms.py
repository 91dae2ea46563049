"""Forms of estimates: how many of each product, and the answers to an estimate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from scriptorium.domains.catalog.queries import prices
from scriptorium.domains.orders.models import CostCentre, EstimateLine
from scriptorium.domains.orders.rules.pricing import MOST_PIECES, Wish, products_in_order

_WHOLE = f"Type a whole number up to {MOST_PIECES:,}."
#: Lines that stand ready where a product is split between departments.
EXTRA = 3
MOST_EXTRA = 40


class EstimateForm(forms.Form):
    """One number for each product; with departments also whom each line is for.

    Fields are named by the kind, so that an address such as ``?package=5`` fills them.
    """

    title = forms.CharField(
        max_length=120, required=False, label="Title", help_text="For your own files."
    )
    note = forms.CharField(
        max_length=600,
        required=False,
        label="Note",
        help_text="Whoever reads the estimate sees it.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self, *args: Any, centres: Sequence[CostCentre], extra: int = EXTRA, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.centres = {centre.reference: centre.pk for centre in centres}
        self._choices = [("", "Whole practice"), *((c.reference, c.name) for c in centres)]
        products = prices().products
        self.kinds = [kind.value for kind in products_in_order(prices())]
        for kind in self.kinds:
            self._add(kind, f"How many: {products[kind].name}", kind)
        self.extra = [f"extra-{number}" for number in range(extra)] if centres else []
        for name in self.extra:
            chosen = [("", "No product"), *((kind, products[kind].name) for kind in self.kinds)]
            self.fields[f"{name}-kind"] = forms.ChoiceField(
                required=False, label="Product", choices=chosen
            )
            self._add(name, "How many", name)

    def _add(self, name: str, label: str, about: str) -> None:
        self.fields[name] = forms.IntegerField(
            required=False,
            label=label,
            min_value=0,
            max_value=MOST_PIECES,
            error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), _WHOLE),
            widget=forms.NumberInput(
                attrs={"class": "input", "placeholder": "0", "aria-describedby": f"about-{about}"}
            ),
        )
        if self.centres:
            self.fields[f"{name}-for"] = forms.ChoiceField(
                required=False,
                label="For",
                choices=self._choices,
                widget=forms.Select(attrs={"class": "input"}),
            )

    def clean(self) -> dict[str, Any]:
        """A split line with a number says which product it is."""
        data = super().clean() or {}
        for name in self.extra:
            if data.get(name) and not data.get(f"{name}-kind"):
                self.add_error(f"{name}-kind", "Choose the product.")
        return data

    def wishes(self) -> list[Wish]:
        """Return what was asked for, in the order of the products."""
        data = self.cleaned_data
        names = [(kind, kind) for kind in self.kinds]
        names += [(name, data[f"{name}-kind"]) for name in self.extra]
        return [
            Wish(kind, data[name], centre=self.centres.get(data.get(f"{name}-for", "")))
            for name, kind in names
            if data[name]
        ]

    def typed(self) -> dict[str, str]:
        """Return what stands in the fields, as the address of the page repeats it."""
        return {name: self.data[name] for name in self.fields if self.data.get(name)}


def is_filled(given: Mapping[str, Any]) -> bool:
    """Return whether an address names any product of the form."""
    return any(kind.value in given for kind in products_in_order(prices()))


def initial_of(lines: Sequence[EstimateLine]) -> dict[str, Any]:
    """Return the fields that an estimate's lines fill; a second line of a kind is a split one."""
    found: dict[str, Any] = {}
    splits = 0
    for line in lines:
        name: str = line.kind
        if name in found:
            name = f"extra-{splits}"
            found[f"{name}-kind"] = line.kind
            splits += 1
        found[name] = line.quantity
        found[f"{name}-for"] = line.cost_centre.reference if line.cost_centre else ""
    return found


def splits_in(given: Mapping[str, Any]) -> int:
    """Return how many split lines the form needs: those that are filled and one to spare."""
    filled = sum(1 for name in given if name.startswith("extra-") and name.endswith("-kind"))
    return max(EXTRA, min(filled + 1, MOST_EXTRA))


class AcceptForm(forms.Form):
    """The typed name of who accepts, and the practice's own purchase order."""

    kept_as, memo = "accept_form", "po_number"

    name = forms.CharField(
        max_length=160,
        label="Your name",
        help_text="Type it in full. It stands on the record as your signature.",
        error_messages={"required": "Type your name to accept."},
    )
    po_number = forms.CharField(
        max_length=60,
        required=False,
        label="Purchase order number",
        help_text="If your practice uses one. It is printed on the invoice.",
    )


class DeclineForm(forms.Form):
    """Why an estimate is declined."""

    kept_as, memo = "decline_form", "reason"

    reason = forms.CharField(
        max_length=300,
        required=False,
        label="Reason",
        help_text="It helps us to make a better one.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
