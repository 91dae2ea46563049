"""Forms of the office for the browsers in which exams are sat."""

from __future__ import annotations

from typing import Any

from django import forms

from scriptorium.pages.exam_browsers import exam_titles


class BrowserForm(forms.Form):
    """A configuration of Safe Exam Browser for an exam: its file, or its Config Key."""

    exam = forms.ChoiceField(label="Exam")
    name = forms.CharField(
        max_length=80, label="Name", help_text="Candidates read it: “Windows and macOS, 2026”."
    )
    settings_file = forms.FileField(
        required=False,
        label="Configuration file (.seb)",
        help_text="Not encrypted. Only its Config Key is kept, not the file.",
    )
    config_key = forms.CharField(
        required=False,
        max_length=200,
        label="Or its Config Key",
        help_text="64 characters, as Safe Exam Browser shows it under “Exam”.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    address = forms.URLField(
        required=False,
        max_length=300,
        assume_scheme="https",
        label="Where candidates get the configuration",
        help_text="An https address. Left empty, candidates are told to ask us.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["exam"].choices = list(exam_titles().items())  # type: ignore[attr-defined]

    def clean_address(self) -> str:
        """Refuse an address that is not encrypted on its way."""
        address: str = self.cleaned_data["address"]
        if address and not address.startswith("https://"):
            raise forms.ValidationError("Give an address that begins with https://.")
        return address

    def clean(self) -> dict[str, Any]:
        """Ask for the file or the key, and not for both."""
        data: dict[str, Any] = super().clean() or {}
        if "settings_file" in self.errors or "config_key" in self.errors:
            return data
        if bool(data.get("settings_file")) == bool(data.get("config_key")):
            both = "Give the file or the key, not both." if data.get("config_key") else ""
            self.add_error("settings_file", both or "Choose the file, or paste its Config Key.")
        return data


class BrowserWaiverForm(forms.Form):
    """Who may sit which exam once in any browser, and why."""

    prefix = "waiver"

    email = forms.EmailField(label="E-mail of the person")
    exam = forms.ChoiceField(label="Exam")
    reason = forms.CharField(
        max_length=300, label="Reason", help_text="Kept for good; auditors read it."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["exam"].choices = list(exam_titles().items())  # type: ignore[attr-defined]
