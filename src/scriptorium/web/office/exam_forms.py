"""Forms for studies and cut scores."""

from __future__ import annotations

from typing import Any

from django import forms

from scriptorium.domains.exams.rules.standard_setting import MOST_SEMS


class StudyForm(forms.Form):
    """A study with its panel."""

    title = forms.CharField(max_length=120, label="Title of the study")
    procedure = forms.CharField(
        max_length=4000,
        label="Procedure",
        help_text="How the panel was chosen, and what it was told of the just qualified candidate.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    panel = forms.CharField(
        max_length=6000,
        label="Panel",
        help_text="One judge a line: name, then a comma, then the background. Three or more.",
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def clean_panel(self) -> list[tuple[str, str]]:
        """Return (name, background) of each judge."""
        found = []
        for number, line in enumerate(self.cleaned_data["panel"].splitlines(), start=1):
            name, _, background = (part.strip() for part in line.partition(","))
            if not line.strip():
                continue
            if not name or not background:
                raise forms.ValidationError(f"Line {number} needs a name, a comma, a background.")
            if len(name) > 120 or len(background) > 200:
                raise forms.ValidationError(f"Line {number} is too long.")
            found.append((name, background))
        return found


class RoundForm(forms.Form):
    """A filled sheet."""

    sheet = forms.FileField(
        label="Filled sheet (CSV)", help_text="A line an item, a column a judge, whole percentages."
    )


class ProposeForm(forms.Form):
    """The cut that goes to adoption."""

    effective_on = forms.DateField(
        label="Holds from", widget=forms.DateInput(attrs={"type": "date"})
    )
    lowered_by_sems = forms.DecimalField(
        label="Lowered by so many SEM",
        min_value=0,
        max_value=MOST_SEMS,
        decimal_places=1,
        initial=0,
        help_text="0 takes the panel’s cut. The board may go lower, with a written reason.",
    )
    sem = forms.DecimalField(
        label="SEM of the form, in points",
        min_value=0,
        max_digits=8,
        decimal_places=4,
        required=False,
        help_text="Needed for a lowered cut.",
    )
    reason = forms.CharField(
        required=False, max_length=2000, label="Reason", widget=forms.Textarea(attrs={"rows": 3})
    )

    def clean(self) -> dict[str, Any]:
        """Ask for what a lowered cut needs."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("lowered_by_sems"):
            for name in ("sem", "reason"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, "A lowered cut needs this.")
        return data


class ProvisionalForm(forms.Form):
    """Why a pass mark is provisional."""

    reason = forms.CharField(
        max_length=2000,
        label="Why no study has set it yet",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
