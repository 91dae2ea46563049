"""Forms for accommodations, appeals and complaints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from scriptorium.domains.catalog.queries import fairness
from scriptorium.journeys.appealable import Appealable

LONGEST_WORDS = 4000


class AccommodationForm(forms.Form):
    """What somebody needs at exams, in words; never a medical paper."""

    kind = forms.ChoiceField(label="What do you need?", widget=forms.RadioSelect)
    words = forms.CharField(
        max_length=2000,
        label="In your words",
        help_text="What helps you, and what you had at earlier exams. You need not name a"
        " diagnosis.",
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = list(fairness().kinds.items())  # type: ignore[attr-defined]


class AppealForm(forms.Form):
    """Which decision is wrong, and why."""

    about = forms.ChoiceField(label="Decision", widget=forms.RadioSelect)
    words = forms.CharField(
        max_length=LONGEST_WORDS,
        label="Why is it wrong?",
        help_text="Say what was not seen or not right, and what you ask for. No patient data.",
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(self, *args: Any, found: Sequence[Appealable], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = {one.name: one for one in found}
        self.fields["about"].choices = [  # type: ignore[attr-defined]
            (one.name, f"{one.words} (until {one.until:%-d %b %Y})") for one in found
        ]

    @property
    def chosen(self) -> Appealable:
        """The chosen decision."""
        return self.found[self.cleaned_data["about"]]


class ComplaintForm(forms.Form):
    """Anything that the body did wrong."""

    words = forms.CharField(
        max_length=LONGEST_WORDS,
        label="What happened?",
        help_text="When, what, and what you expected instead. No patient data.",
        widget=forms.Textarea(attrs={"rows": 6}),
    )
