"""Forms of the office for accommodations, cases and waivers."""

from __future__ import annotations

from typing import Any

from django import forms

from scriptorium.domains.catalog.queries import fairness
from scriptorium.domains.support.enums import CaseOutcome
from scriptorium.journeys.waivers import exams


class GrantForm(forms.Form):
    """What is granted at each exam, and until when."""

    percent = forms.IntegerField(
        label="Time, in percent of the usual",
        min_value=100,
        initial=150,
        help_text="150 is time and a half, 200 double time; 100 leaves the time as it is.",
    )
    break_minutes = forms.IntegerField(
        label="Breaks, in minutes of each sitting", min_value=0, initial=0
    )
    last_day = forms.DateField(
        label="Until",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Proposed: the end of the person’s paid year.",
    )
    answer = forms.CharField(
        max_length=1000,
        required=False,
        label="Words to the person",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limits = fairness()
        for name, most in (
            ("percent", limits.most_percent),
            ("break_minutes", limits.most_break_minutes),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.IntegerField)
            field.max_value = most
            field.validators.append(forms.IntegerField(max_value=most).validators[0])
            field.widget.attrs["max"] = most


class RefuseForm(forms.Form):
    """Why not, in words that the person reads."""

    answer = forms.CharField(
        max_length=1000,
        label="Why not, and what would help",
        help_text="The person reads it and can appeal.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class AcknowledgeForm(forms.Form):
    """A word to the person beside the dates."""

    note = forms.CharField(
        max_length=1000,
        required=False,
        label="Words to the person",
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class DecideForm(forms.Form):
    """The outcome and the letter that the person gets."""

    outcome = forms.ChoiceField(
        label="Outcome", choices=CaseOutcome.choices, widget=forms.RadioSelect
    )
    letter = forms.CharField(
        max_length=8000,
        label="Letter",
        help_text="What was found, why, and what follows. Sent as it stands.",
        widget=forms.Textarea(attrs={"rows": 8}),
    )


class WaiverForm(forms.Form):
    """Who may sit which exam once more, and why."""

    email = forms.EmailField(label="E-mail of the person")
    exam = forms.ChoiceField(label="Exam")
    reason = forms.CharField(
        max_length=300, label="Reason", help_text="Kept for good; auditors read it."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["exam"].choices = list(exams().items())  # type: ignore[attr-defined]
