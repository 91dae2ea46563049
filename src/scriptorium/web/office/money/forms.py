"""Forms of finance. No field takes a card number, and what looks like one is refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms

from scriptorium.domains.catalog.queries import prices
from scriptorium.domains.orders.enums import CONSULTING, FEE, Method
from scriptorium.domains.orders.models import EstimateLine, Invoice
from scriptorium.domains.orders.rules.pricing import MOST_PIECES, Wish, products_in_order
from scriptorium.kernel.money import Money
from scriptorium.pages.money_cells import two_places
from scriptorium.pages.money_invoice import LeftLine

_DAY = {"type": "date"}
#: Lines of staff's own words that stand ready.
OWN_LINES = 3


class AmountField(forms.DecimalField):
    """An amount in major units; "$1,234.50" reads as people write it. Cleans to minor units."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "size": 12})
        super().__init__(max_digits=12, decimal_places=2, widget=widget, **kwargs)
        self.error_messages["invalid"] = "Type an amount such as 1,234.50."
        self.error_messages["max_decimal_places"] = "Type at most two places after the point."

    def to_python(self, value: Any) -> Any:
        """Read past a currency sign and commas between thousands."""
        if isinstance(value, str):
            value = value.strip().lstrip("$").replace(",", "")
        return super().to_python(value)

    def clean(self, value: Any) -> Any:
        """Return minor units, or None where nothing was typed."""
        found = super().clean(value)
        return None if found is None else Money.of(found, prices().currency).minor


class DayForm(forms.Form):
    """The day of a deposit."""

    on = forms.DateField(label="Deposited on", widget=forms.DateInput(attrs=_DAY))


class NoteForm(forms.Form):
    """How a disagreement was settled."""

    note = forms.CharField(
        max_length=300, label="What it was", help_text="Such as: paid in person, entered as RC-7."
    )


class ReasonForm(forms.Form):
    """Why something is taken back."""

    reason = forms.CharField(max_length=300, label="Reason")


class PaymentForm(forms.Form):
    """Money that came in past the provider."""

    method = forms.ChoiceField(
        label="How",
        choices=[(method.value, method.label) for method in Method if method != Method.CARD],
    )
    amount = AmountField(label="Amount", min_value=Decimal("0.01"))
    received_on = forms.DateField(label="Came in on", widget=forms.DateInput(attrs=_DAY))
    paper = forms.CharField(
        max_length=80,
        required=False,
        label="Number or reference",
        help_text="Of the cheque, the transfer or the terminal’s receipt. Never a card number.",
    )
    invoices = forms.MultipleChoiceField(
        required=False,
        label="Which invoices",
        help_text="None ticked: the longest due first. What is left over is kept for the payer.",
        widget=forms.CheckboxSelectMultiple,
    )
    note = forms.CharField(
        max_length=300, required=False, label="Note", help_text="Finance alone reads it."
    )
    idempotency_key = forms.CharField(max_length=100, widget=forms.HiddenInput)

    def __init__(self, *args: Any, invoices: Sequence[Invoice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.open = {invoice.reference: invoice for invoice in invoices}
        self.fields["invoices"].choices = [  # type: ignore[attr-defined]
            (ref, f"{one.number}, {Money(one.open_minor, one.currency)} open")
            for ref, one in self.open.items()
        ]
        if not self.open:
            del self.fields["invoices"]

    @property
    def chosen(self) -> list[Invoice]:
        """The invoices that were ticked, in the order of their days."""
        ticked = set(self.cleaned_data.get("invoices", ()))
        return [invoice for ref, invoice in self.open.items() if ref in ticked]


class RefundForm(forms.Form):
    """Money that goes back."""

    amount = AmountField(label="Amount", min_value=Decimal("0.01"))
    reason = forms.CharField(max_length=300, label="Reason")


class CreditForm(ReasonForm):
    """How many pieces of each line are taken back."""

    def __init__(self, *args: Any, lines: Sequence[LeftLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = {f"line-{line.position}": line for line in lines}
        for name, line in self.lines.items():
            self.fields[name] = forms.IntegerField(
                required=False,
                min_value=0,
                max_value=line.left,
                label=line.name,
                help_text=f"{line.left:,} left, {line.each} each",
                widget=forms.NumberInput(attrs={"placeholder": "0"}),
            )
        self.order_fields([*self.lines, "reason"])

    @property
    def quantities(self) -> dict[int, int]:
        """Key of an order line → how many pieces are taken back."""
        return {
            line.key: self.cleaned_data[name] or 0
            for name, line in self.lines.items()
            if self.cleaned_data[name]
        }


class CallerForm(forms.Form):
    """Who accepted an estimate on the phone."""

    name = forms.CharField(
        max_length=160,
        label="Name of the caller",
        help_text="Who said yes for the practice. It stands on the record.",
    )
    po_number = forms.CharField(max_length=60, required=False, label="Purchase order number")


class StaffEstimateForm(forms.Form):
    """Products by number, and lines of staff's own words and prices."""

    title = forms.CharField(max_length=120, required=False, label="Title")
    note = forms.CharField(
        max_length=600,
        required=False,
        label="Note",
        help_text="The practice reads it.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, own_lines: int = OWN_LINES, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        products = prices().products
        self.kinds = [kind.value for kind in products_in_order(prices())]
        for kind in self.kinds:
            self.fields[kind] = forms.IntegerField(
                required=False,
                min_value=0,
                max_value=MOST_PIECES,
                label=products[kind].name,
                widget=forms.NumberInput(attrs={"placeholder": "0"}),
            )
        self.own = [f"own-{number}" for number in range(1, own_lines + 1)]
        for name in self.own:
            self.fields[f"{name}-what"] = forms.ChoiceField(
                required=False,
                label="What",
                choices=[(CONSULTING, "Consulting"), (FEE, "Fee")],
            )
            self.fields[f"{name}-words"] = forms.CharField(
                required=False, max_length=200, label="Words"
            )
            self.fields[f"{name}-count"] = forms.IntegerField(
                required=False, min_value=1, max_value=MOST_PIECES, label="How many"
            )
            self.fields[f"{name}-price"] = AmountField(
                required=False, min_value=Decimal(0), label="Price each"
            )

    def clean(self) -> dict[str, Any]:
        """A line of one's own is whole or empty."""
        data = super().clean() or {}
        for name in self.own:
            says, price = data.get(f"{name}-words"), data.get(f"{name}-price")
            if says and price is None and f"{name}-price" not in self.errors:
                self.add_error(f"{name}-price", "Type a price of zero or more.")
            elif not says and (price is not None or data.get(f"{name}-count")):
                self.add_error(f"{name}-words", "Say in words what this line is for.")
        return data

    def wishes(self) -> list[Wish]:
        """Return the products, then the lines of one's own."""
        data = self.cleaned_data
        products = [Wish(kind, data[kind]) for kind in self.kinds if data[kind]]
        return products + [
            Wish(
                data[f"{name}-what"] or CONSULTING,
                data[f"{name}-count"] or 1,
                words=data[f"{name}-words"],
                unit_minor=data[f"{name}-price"],
            )
            for name in self.own
            if data[f"{name}-words"]
        ]


def initial_of(lines: Sequence[EstimateLine]) -> tuple[dict[str, Any], int]:
    """Return the fields that an estimate's lines fill, and how many lines of one's own it has."""
    found: dict[str, Any] = {}
    own = 0
    for line in lines:
        if line.kind not in (CONSULTING, FEE):
            found[line.kind] = found.get(line.kind, 0) + line.quantity
            continue
        own += 1
        found |= {
            f"own-{own}-what": line.kind,
            f"own-{own}-words": line.description,
            f"own-{own}-count": line.quantity,
            f"own-{own}-price": two_places(line.unit_minor),
        }
    return found, own


class JournalForm(forms.Form):
    """The days of the journal, named as its address names them."""

    to = forms.DateField(label="To", widget=forms.DateInput(attrs=_DAY))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # "from" is a word of the language, so it is no attribute of a class.
        self.fields["from"] = forms.DateField(label="From", widget=forms.DateInput(attrs=_DAY))
        self.order_fields(["from", "to"])

    def clean(self) -> dict[str, Any]:
        """The last day does not lie before the first."""
        data = super().clean() or {}
        since: dt.date | None = data.get("from")
        until: dt.date | None = data.get("to")
        if since and until and until < since:
            self.add_error("to", "This day lies before the first one.")
        return data
