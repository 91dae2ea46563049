"""Forms for decisions about credentials, and for hiding a person."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

#: How far ahead a decision can take effect.
MOST_DAYS = 90


class DecisionForm(forms.Form):
    """Why, what the person is told, and from when."""

    reason = forms.CharField(
        max_length=1000,
        label="Reason",
        help_text="For the record; staff and auditors read it, the public never.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    notice = forms.CharField(
        max_length=4000,
        label="Notice to the person",
        help_text="Goes by mail and stands on their page, with the day and how to appeal.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    effective_on = forms.DateField(
        label="Effective from", widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["effective_on"].initial = today

    def clean_effective_on(self) -> dt.date:
        """Today or a near day: what was public before stays as it was."""
        day: dt.date = self.cleaned_data["effective_on"]
        if day < self.today:
            raise forms.ValidationError("Choose today or a later day.")
        if day > self.today + dt.timedelta(days=MOST_DAYS):
            raise forms.ValidationError(f"Choose a day within the next {MOST_DAYS} days.")
        return day


class AnswerForm(forms.Form):
    """The second person's answer to a proposal."""

    answer = forms.ChoiceField(
        choices=[("approve", "Approve"), ("decline", "Decline")],
        error_messages={
            "required": "Choose whether to approve or decline. Nothing changed.",
            "invalid_choice": "Choose whether to approve or decline. Nothing changed.",
        },
    )
    note = forms.CharField(
        max_length=1000,
        required=False,
        label="Note",
        help_text="Why, when you decline. Kept with the proposal.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class HideForm(forms.Form):
    """Hide a person from public pages, or show them again."""

    hidden = forms.ChoiceField(choices=[("yes", "Hide"), ("no", "Show")])
    reason = forms.CharField(
        max_length=300,
        label="Reason",
        help_text="Who asked, and why. Kept in the activity log.",
    )
