"""Forms of the public pages."""

from __future__ import annotations

from django import forms

from scriptorium.domains.support.models import Topic
from scriptorium.web.public.cards import holds_card_number


class ContactForm(forms.Form):
    """A message to the body."""

    topic = forms.ChoiceField(label="What is it about?", choices=Topic.choices)
    name = forms.CharField(
        max_length=160, label="Your name", widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label="Your e-mail", widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    text = forms.CharField(
        max_length=5000,
        label="Message",
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Please no card numbers and nothing about patients.",
    )
    practice = forms.CharField(max_length=16, required=False, widget=forms.HiddenInput)
    page = forms.CharField(max_length=300, required=False, widget=forms.HiddenInput)

    def clean_text(self) -> str:
        """Card numbers are not kept, wherever they are typed."""
        text = str(self.cleaned_data["text"])
        if holds_card_number(text):
            raise forms.ValidationError(
                "This looks like a card number. Please take it out; we never ask for one in a"
                " message."
            )
        return text


class ActivateForm(forms.Form):
    """The password of a new account."""

    password = forms.CharField(
        label="Choose a password",
        strip=False,
        min_length=12,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 12 characters. A few words in a row work well, and so does a password"
        " manager.",
        error_messages={"min_length": "Use at least 12 characters."},
    )


class JoinForm(forms.Form):
    """Who wants an account."""

    first_name = forms.CharField(
        max_length=80,
        label="First name",
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    last_name = forms.CharField(
        max_length=80,
        label="Last name",
        help_text="Both names stand on your certificates.",
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    email = forms.EmailField(
        label="E-mail",
        help_text="One that stays yours when you change employers.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class VerifyForm(forms.Form):
    """The number of a credential or certificate, and the day for which to answer."""

    number = forms.CharField(
        max_length=40,
        label="Number",
        help_text="It stands on the document, for example SC-ABCDE123 or C2026-ABCDE12345.",
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    on = forms.DateField(
        required=False,
        label="Status on another day",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "Write the day as year-month-day, such as 2026-11-23."},
    )
