"""Forms of the member pages."""

from __future__ import annotations

from typing import Any

from django import forms

from scriptorium.domains.catalog.queries import programme


def _text(label: str, length: int, autocomplete: str, **more: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(max_length=length, required=False, label=label, widget=widget, **more)


class ProfileForm(forms.Form):
    """What a person keeps about themselves."""

    phone = _text("Phone", 40, "tel")
    street = _text("Street", 200, "street-address")
    city = _text("City", 100, "address-level2")
    region = _text("State", 100, "address-level1")
    postal_code = _text("ZIP code", 20, "postal-code")
    country = _text("Country", 60, "country-name")
    background = forms.ChoiceField(label="Professional background", required=False)
    single_keys = forms.BooleanField(
        required=False,
        label="Single-key shortcuts",
        help_text="Keys such as A and / act in lists. Switch this off if they get in your way.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["background"].choices = [  # type: ignore[attr-defined]
            ("", "Not said"),
            *programme().backgrounds.items(),
        ]


class EmailForm(forms.Form):
    """Another address for the account."""

    new_email = forms.EmailField(
        label="New e-mail",
        help_text="We send a link there. The change counts once you open it.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(self, *args: Any, current: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.current = current.lower()

    def clean_new_email(self) -> str:
        """Addresses are kept in lower case; the present one is no change."""
        email = str(self.cleaned_data["new_email"]).lower()
        if email == self.current:
            raise forms.ValidationError("This is your address already.")
        return email


class NameForm(forms.Form):
    """Another name on certificates, with the reason for staff."""

    wanted = forms.CharField(max_length=160, label="Name on certificates")
    reason = forms.CharField(
        max_length=1000,
        required=False,
        label="Reason",
        help_text="For example a marriage, or a spelling that is wrong. Staff read this.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, current: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.current = current

    def clean_wanted(self) -> str:
        """Asking for the present name asks for nothing."""
        wanted = str(self.cleaned_data["wanted"])
        if wanted == self.current:
            raise forms.ValidationError("Your certificates carry this name already.")
        return wanted


class StartExamForm(forms.Form):
    """The affidavit before an exam: typed name and the account's e-mail address."""

    affidavit_name = forms.CharField(
        max_length=200,
        label="Your full name, typed as your signature",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    affidavit_email = forms.EmailField(
        label="The e-mail address of this account",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
