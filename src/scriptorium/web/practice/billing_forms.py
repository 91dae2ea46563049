"""Forms of the billing settings."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile


class ContactForm(forms.Form):
    """Who gets invoices, and the practice's logo."""

    contact_name = forms.CharField(
        max_length=160,
        required=False,
        label="Billing contact",
        help_text="Printed on invoices. Without a name it is the primary administrator.",
    )
    billing_email = forms.EmailField(
        required=False,
        label="E-mail for invoices",
        help_text="Without one, invoices go to the primary administrator.",
    )
    logo = forms.FileField(
        required=False,
        label="Logo",
        help_text="PNG or JPEG, at most 512 KB. Printed on estimates that you share.",
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
    )
    remove_logo = forms.BooleanField(required=False, label="Remove the logo")

    def logo_bytes(self) -> bytes | None:
        """Return the new logo, nothing to remove it, None to leave it."""
        upload: UploadedFile[bytes] | None = self.cleaned_data["logo"]
        if upload is not None:
            return bytes(upload.read())
        return b"" if self.cleaned_data["remove_logo"] else None


class CentreForm(forms.Form):
    """A department."""

    name = forms.CharField(max_length=100, label="Name")
    code = forms.CharField(
        max_length=30, required=False, label="Code", help_text="Of your own accounts."
    )


class AutoPayForm(forms.Form):
    """The switch of automatic payment; on needs the consent ticked."""

    on = forms.CharField(required=False)
    consent = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        """On without consent is refused at the field."""
        data = super().clean() or {}
        if data.get("on") == "on" and not data.get("consent"):
            self.add_error("consent", "Tick the consent to switch automatic payment on.")
        return data


class ExemptionForm(forms.Form):
    """A certificate of freedom from tax."""

    region = forms.CharField(max_length=100, label="State", help_text="In which it counts.")
    number = forms.CharField(max_length=60, label="Number of the certificate")
    starts_on = forms.DateField(label="Counts from", widget=forms.DateInput(attrs={"type": "date"}))
    expires_on = forms.DateField(
        label="Expires on",
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="From this day on tax is charged again.",
    )
    file = forms.FileField(
        required=False,
        label="The certificate",
        help_text="PDF. It speeds the verification up.",
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
    )

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_file(self) -> UploadedFile[bytes] | None:
        """A file has a size that we take."""
        upload: UploadedFile[bytes] | None = self.cleaned_data["file"]
        if upload is not None and (upload.size or 0) > settings.UPLOAD_MAX_BYTES:
            most = settings.UPLOAD_MAX_BYTES // (1024 * 1024)
            raise forms.ValidationError(f"This file is too large. At most {most} MB.")
        return upload

    def clean(self) -> dict[str, Any]:
        """A certificate counts for at least a day, and is not over."""
        data = super().clean() or {}
        starts_on, expires_on = data.get("starts_on"), data.get("expires_on")
        if expires_on and expires_on <= self.today:
            self.add_error("expires_on", "This certificate has expired. Hand in the newer one.")
        elif starts_on and expires_on and expires_on <= starts_on:
            self.add_error("expires_on", "Choose a day after the first one.")
        return data
