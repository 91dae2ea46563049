"""The form with which an employer or staff answer attested hours."""

from __future__ import annotations

from typing import Any

from django import forms


class AnswerForm(forms.Form):
    """Approve, or send back with a note that the person reads."""

    answer = forms.ChoiceField(
        label="Answer",
        choices=[
            ("approve", "Approve: these hours were worked as the log says"),
            ("reject", "Send back with a note"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether to approve or to send back."},
    )
    note = forms.CharField(
        max_length=500,
        required=False,
        label="Note",
        help_text="The person reads it. Needed when you send the hours back. No patient data.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        """Nobody is sent back without a word."""
        data = super().clean() or {}
        if data.get("answer") == "reject" and not data.get("note"):
            self.add_error("note", "Say what is wrong or missing.")
        return data

    def said(self, name: str) -> str:
        """Return what happened, for the page after it."""
        if self.cleaned_data["answer"] == "approve":
            return f"Approved. {name} is a specialist from today on and gets a mail."
        return f"Sent back. {name} gets your note by mail and can attest again."
