"""Forms of the practice pages."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from scriptorium.domains.catalog.enums import ProductKind
from scriptorium.domains.practices.enums import EndReason


class AddPersonForm(forms.Form):
    """First name, last name, e-mail, and what to reserve (S25)."""

    first_name = forms.CharField(max_length=80, label="First name")
    last_name = forms.CharField(max_length=80, label="Last name")
    email = forms.EmailField(label="E-mail")
    kind = forms.ChoiceField(
        label="With",
        required=False,
        choices=[
            ("", "without a unit"),
            *(
                (kind.value, f"one {kind.label}")
                for kind in (ProductKind.PACKAGE, ProductKind.MEMBERSHIP)
            ),
        ],
    )

    def clean_email(self) -> str:
        """Addresses are kept in lower case."""
        return str(self.cleaned_data["email"]).lower()


class ModeForm(forms.Form):
    """Manual or automatic renewal; automatic needs the consent ticked."""

    mode = forms.ChoiceField(
        label="Renewal",
        choices=[("M", "Manual: somebody renews each year"), ("A", "Automatic: renews by itself")],
        widget=forms.RadioSelect,
    )
    consent = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        """Automatic without consent is refused at the field."""
        data = super().clean() or {}
        if data.get("mode") == "A" and not data.get("consent"):
            self.add_error("consent", "Tick the consent to choose automatic renewal.")
        return data


class EndLinkForm(forms.Form):
    """End somebody's link with the practice, with a reason and a date."""

    reason = forms.ChoiceField(label="Reason", choices=EndReason.choices)
    note = forms.CharField(label="Note", max_length=300, required=False)
    last_day = forms.DateField(
        label="Last day here",
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Today or earlier.",
    )
    units = forms.ChoiceField(
        label="Units that were not opened",
        choices=[
            ("keep", "The person keeps them"),
            ("release", "Take back what can be taken back"),
        ],
    )

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_last_day(self) -> dt.date:
        """A link cannot end in the future: access would outlive the note."""
        day: dt.date = self.cleaned_data["last_day"]
        if day > self.today:
            raise forms.ValidationError("Choose today or an earlier day.")
        return day


class SettingsForm(forms.Form):
    """Name, address and phone of a practice."""

    name = forms.CharField(max_length=200, label="Name of the practice")
    street = forms.CharField(max_length=200, required=False, label="Street")
    city = forms.CharField(max_length=100, required=False, label="City")
    region = forms.CharField(max_length=100, required=False, label="State")
    postal_code = forms.CharField(max_length=20, required=False, label="ZIP code")
    country = forms.CharField(max_length=60, required=False, label="Country")
    phone = forms.CharField(max_length=40, required=False, label="Phone")
    billing_email = forms.EmailField(required=False, label="E-mail for invoices")


class DetailsForm(forms.Form):
    """What is typed on the roster about somebody."""

    first_name = forms.CharField(max_length=80, label="First name")
    last_name = forms.CharField(max_length=80, label="Last name")
    email = forms.EmailField(label="E-mail")
    phone = forms.CharField(max_length=40, required=False, label="Phone")


class SuperviseForm(forms.Form):
    """A physician who supervises, from a day on."""

    physician = forms.ChoiceField(label="Physician")
    starts_on = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, physicians: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["physician"].choices = physicians  # type: ignore[attr-defined]


class HandOverForm(forms.Form):
    """Who becomes primary administrator."""

    to = forms.CharField(max_length=16, widget=forms.HiddenInput)
    stays_deputy = forms.BooleanField(required=False, label="I stay on as a deputy")


class ImportForm(forms.Form):
    """A file or a pasted list, and what new people get."""

    file = forms.FileField(
        required=False,
        label="CSV or XLSX file",
        help_text="Up to 20,000 rows. Columns: first name, last name, e-mail; role, background"
        " and phone if you have them.",
    )
    pasted = forms.CharField(
        required=False,
        label="Or paste a list",
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="One person a line, such as “Ada Park, ada@practice.example”.",
    )
    kind = forms.ChoiceField(
        required=False,
        label="New people get",
        choices=[
            ("", "an invitation only"),
            (ProductKind.PACKAGE.value, "a reserved certification package"),
            (ProductKind.MEMBERSHIP.value, "a reserved membership"),
        ],
    )

    def clean(self) -> dict[str, Any]:
        """One of the two must hold a list."""
        data = super().clean() or {}
        pasted = str(data.get("pasted", "")).strip()
        if not data.get("file") and not pasted and "file" not in self.errors:
            self.add_error("file", "Choose a file or paste a list.")
        return data
