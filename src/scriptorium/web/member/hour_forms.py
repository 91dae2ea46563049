"""Forms of the log of hours and of the affidavit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms

from scriptorium.domains.catalog.queries import QUARTERS, Pathway
from scriptorium.domains.practices.models import Practice

#: The value that stands for an employer without an account here, or for the body's staff.
ELSEWHERE = "other"

_DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class DayForm(forms.Form):
    """One day of unassisted documentation."""

    worked_on = forms.DateField(label="Day", widget=_DATE)
    hours = forms.DecimalField(
        label="Hours",
        min_value=Decimal("0.25"),
        max_value=Decimal(24),
        max_digits=4,
        decimal_places=2,
        help_text="In quarters of an hour, such as 3.25.",
        widget=forms.NumberInput(attrs={"step": "0.25", "inputmode": "decimal"}),
    )
    employer = forms.ChoiceField(label="Where")
    elsewhere = forms.CharField(
        max_length=120,
        required=False,
        label="Name of the employer",
        help_text="Only for an employer that is not in the list above.",
    )
    note = forms.CharField(
        max_length=200,
        required=False,
        label="Note",
        help_text="Such as the kind of clinic. No patient data: no name, date of birth, record"
        " number or anything else about a patient.",
    )

    def __init__(
        self, *args: Any, practices: Sequence[Practice], today: dt.date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.practices = {practice.reference: practice for practice in practices}
        self.fields["employer"].choices = [  # type: ignore[attr-defined]
            *((practice.reference, practice.name) for practice in practices),
            (ELSEWHERE, "Another employer"),
        ]

    def clean_worked_on(self) -> dt.date:
        """What is to come was not worked yet."""
        day: dt.date = self.cleaned_data["worked_on"]
        if day > self.today:
            raise forms.ValidationError("Choose today or an earlier day.")
        return day

    def clean_hours(self) -> Decimal:
        """Sums stay whole numbers of quarters."""
        hours: Decimal = self.cleaned_data["hours"]
        if hours * QUARTERS % 1:
            raise forms.ValidationError("Give quarters of an hour, such as 3.25 or 3.5.")
        return hours

    def clean(self) -> dict[str, Any]:
        """Another employer needs a name."""
        data = super().clean() or {}
        if data.get("employer") == ELSEWHERE and not data.get("elsewhere"):
            self.add_error("elsewhere", "Give the name of the employer.")
        return data

    @property
    def quarters(self) -> int:
        """The hours in quarters."""
        return int(self.cleaned_data["hours"] * QUARTERS)

    @property
    def practice(self) -> Practice | None:
        """The chosen practice, or None for an employer without an account here."""
        return self.practices.get(self.cleaned_data["employer"])


class AttestForm(forms.Form):
    """The signature under the affidavit, and where it goes."""

    pathway = forms.ChoiceField(label="Pathway", widget=forms.RadioSelect)
    evidence = forms.CharField(max_length=300, required=False, label="Licence or programme")
    employer = forms.ChoiceField(label="Who decides")
    typed_name = forms.CharField(
        max_length=160,
        label="Your name",
        help_text="Typing your name signs the text above.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    statement = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        ways: Sequence[Pathway],
        practices: Sequence[Practice],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.ways = {way.code: way for way in ways}
        self.practices = {practice.reference: practice for practice in practices}
        self.fields["pathway"].choices = [  # type: ignore[attr-defined]
            (way.code, way.name) for way in ways
        ]
        self.fields["employer"].choices = [  # type: ignore[attr-defined]
            *((practice.reference, practice.name) for practice in practices),
        ] or [(ELSEWHERE, "Our staff, since no employer of yours is here")]
        needed = next((way.evidence for way in ways if way.evidence), "")
        if needed:
            self.fields["evidence"].help_text = f"{needed}. Not needed for the other pathways."
        else:
            del self.fields["evidence"]

    @property
    def way(self) -> Pathway:
        """The chosen pathway."""
        return self.ways[self.cleaned_data["pathway"]]

    @property
    def practice(self) -> Practice | None:
        """The chosen employer, or None for the body's staff."""
        return self.practices.get(self.cleaned_data["employer"])


class MoveForm(forms.Form):
    """Where an unanswered affidavit goes next."""

    employer = forms.ChoiceField(label="Send it to")

    def __init__(self, *args: Any, practices: Sequence[Practice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.practices = {practice.reference: practice for practice in practices}
        self.fields["employer"].choices = [  # type: ignore[attr-defined]
            *((practice.reference, practice.name) for practice in practices),
            (ELSEWHERE, "Our staff"),
        ]

    @property
    def practice(self) -> Practice | None:
        """The chosen employer, or None for the body's staff."""
        return self.practices.get(self.cleaned_data["employer"])
