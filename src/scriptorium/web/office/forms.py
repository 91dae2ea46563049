"""Forms of the office."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from scriptorium.domains.catalog.enums import GENERAL, ProductKind
from scriptorium.domains.catalog.queries import programme
from scriptorium.domains.credentials.enums import Level

MOST_UNITS = 10_000


class UnitsForm(forms.Form):
    """Kind, count and reason: for granting and for removing."""

    kind = forms.ChoiceField(label="Kind", choices=ProductKind.choices)
    count = forms.IntegerField(
        label="How many",
        min_value=1,
        max_value=MOST_UNITS,
        error_messages={
            "min_value": "Give one or more.",
            "max_value": f"Give {MOST_UNITS:,} or fewer at a time.",
            "invalid": "Give a whole number.",
        },
    )
    reason = forms.CharField(
        max_length=300, label="Reason", help_text="The practice reads it in its activity log."
    )


class GrantForm(UnitsForm):
    """Units that enter the ledger, once per form however often it is sent."""

    idempotency_key = forms.CharField(max_length=80, widget=forms.HiddenInput)


class PracticeForm(forms.Form):
    """A new practice and who will run it."""

    name = forms.CharField(max_length=200, label="Name of the practice")
    first_name = forms.CharField(max_length=80, label="Administrator’s first name")
    last_name = forms.CharField(max_length=80, label="Administrator’s last name")
    email = forms.EmailField(
        label="Administrator’s e-mail", help_text="The invitation goes there at once."
    )


class BringForwardForm(forms.Form):
    """A credential earned before this system."""

    specialty = forms.ChoiceField(label="Credential")
    level = forms.ChoiceField(label="Level", choices=Level.choices)
    since = forms.DateField(label="Held since", widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(
        max_length=300,
        label="Evidence",
        help_text="Which record proves it. Kept with the decision.",
    )

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["specialty"].choices = [  # type: ignore[attr-defined]
            (GENERAL, "General"),
            *programme().specialties.items(),
        ]

    def clean_since(self) -> dt.date:
        """What was earned was earned by today."""
        since: dt.date = self.cleaned_data["since"]
        if since > self.today:
            raise forms.ValidationError("Choose today or an earlier day.")
        return since


class LapseForm(forms.Form):
    """Another end of grace, for this year only."""

    practice = forms.CharField(max_length=16, widget=forms.HiddenInput)
    lapses_on = forms.DateField(
        label="Lapses on",
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="For this year only; the next one is counted as usual.",
    )


class CancelForm(forms.Form):
    """A cancellation that somebody gave by phone."""

    called_at = forms.DateTimeField(
        label="Called at",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="In the time zone of the body.",
    )
    reason = forms.CharField(
        max_length=300, label="What was said", help_text="Kept with the cancellation."
    )


class LiftForm(forms.Form):
    """Why an address gets its mail again."""

    reason = forms.CharField(
        max_length=300, label="Why", help_text="Such as: the mailbox works again, they called."
    )


class TelephonedForm(forms.Form):
    """How a notice that did not arrive was given."""

    note = forms.CharField(
        max_length=500,
        label="What you did",
        help_text="Whom you spoke to, when, and what was agreed.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
