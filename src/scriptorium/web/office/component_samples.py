"""What the page of components shows: one made-up value for every state."""

from __future__ import annotations

from typing import Any

from django import forms

ICONS = [
    "chevron-down",
    "chevron-left",
    "chevron-right",
    "help",
    "account",
    "search",
    "check",
    "check-circle",
    "cross",
    "warning",
    "info",
    "plus",
    "pencil",
    "arrow-right",
    "undo",
    "clock",
    "flag",
    "key",
    "print",
    "download",
    "document",
    "mail",
    "lock",
    "building",
    "people",
    "calendar",
    "eye",
    "settings",
    "renew",
    "skip",
    "passkey",
    "external",
    "device",
    "remove",
    "card",
]


class SampleForm(forms.Form):
    """Every kind of field once."""

    name = forms.CharField(max_length=80)
    email = forms.EmailField(label="E-mail", help_text="We write here only about your account.")
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    team = forms.ChoiceField(choices=[("front", "Front desk"), ("clinic", "Clinic A")])
    starts_on = forms.DateField(
        label="First day", widget=forms.DateInput(attrs={"type": "date"}), required=False
    )
    mode = forms.ChoiceField(
        widget=forms.RadioSelect, choices=[("M", "Manual"), ("A", "Automatic")]
    )
    roster = forms.FileField(required=False, help_text="CSV or XLSX, up to 10 MB.")
    agreed = forms.BooleanField(label="I have read the candidate agreement")


def _tile(kind: str, title: str, free: int, **changes: Any) -> dict[str, Any]:
    return {
        "kind": kind,
        "title": title,
        "free": free,
        "reserved": 0,
        "in_use": 4,
        "next_event": "",
        "assign_disabled_reason": "" if free else "none left",
        "get_more_url": "#status",
        "choices": (),
    } | changes


def samples() -> dict[str, Any]:
    """Return the context value ``samples`` of ``office/components.html``."""
    return _controls() | _content()


def _controls() -> dict[str, Any]:
    return {
        "menu": [("Send again", "#controls"), ("Cancel the invitation", "#controls")],
        "tabs": [
            {"words": "Open", "url": "#controls", "current": True, "count": 3},
            {"words": "Closed", "url": "#controls", "current": False, "count": 0},
        ],
        "options": [("", "Any state", True), ("now", "Needs renewal now", False)],
        "icons": ICONS,
        "states": ["none", "assigned", "started", "passed", "failed", "expired", "waived"],
        "parts": [
            ("membership", "Membership"),
            ("manual", "Manual"),
            ("hipaa", "HIPAA for Scribes"),
            ("mscat", "MSCAT general"),
            ("specialty", "MSCAT specialty"),
            ("ce", "Continuing education"),
            ("certificate", "Certificate"),
        ],
        "tiles": [
            _tile("renewal", "Renewals", 5, next_event="2 expire on 1 Mar"),
            _tile("package", "Package", 3, reserved=1),
            _tile("membership", "Membership", 0),
            _tile("ce", "Education", 9, choices=[("telehealth", "Telehealth notes (1.0 h)")]),
            _tile("mscat", "MSCAT", 400, in_use=1200, reserved=12),
        ],
    }


def _palette() -> list[dict[str, Any]]:
    return [
        {
            "number": number,
            "url": "#exam",
            "answered": number < 37 and number != 12,
            "flagged": number in (8, 21, 29),
            "current": number == 37,
        }
        for number in range(1, 101)
    ]


def _content() -> dict[str, Any]:
    palette = _palette()
    return {
        "columns": [
            {"label": "Order", "numeric": False},
            {"label": "Date", "numeric": False},
            {"label": "Total", "numeric": True},
        ],
        "rows": [["RD-0012", "3 Nov 2026", "$1,246.00"], ["RD-0011", "8 Aug 2026", "$89.00"]],
        "no_rows": [],
        "steps": [
            {"words": "Accept the invitation", "state": "done", "detail": "3 Nov 2026", "url": ""},
            {
                "words": "Read the manual",
                "state": "now",
                "detail": "4 of 12 chapters, about 3 hours left",
                "url": "#lists",
            },
            {"words": "HIPAA for Scribes", "state": "next", "detail": "40 minutes", "url": ""},
            {
                "words": "MSCAT",
                "state": "blocked",
                "detail": "Waits for the manual and HIPAA",
                "url": "",
            },
        ],
        "facts": [("Payer", "Riverside Dermatology"), ("Renews on", "14 Dec 2026"), ("Phone", "")],
        "results": [
            {
                "name": "Ben Ito",
                "outcome": "done",
                "words": "assigned",
                "detail": "until 20 Nov 2027",
                "url": "#lists",
                "url_words": "Certificate RD-2026-0142",
            },
            {
                "name": "Dev Patel",
                "outcome": "skip",
                "words": "skipped: already renewed to 27 Nov 2027",
                "detail": "",
                "url": "",
                "url_words": "",
            },
        ],
        "form": SampleForm(auto_id="fresh_%s"),
        "form_with_errors": SampleForm({"name": "", "email": "dana@"}, auto_id="wrong_%s"),
        "codes": ["4f2c-9ab1", "77d0-1c3e", "a91b-55f2", "0c8e-d2a7"],
        "palette": palette,
        "palette_answered": sum(bool(item["answered"]) for item in palette),
        "palette_flagged": sum(bool(item["flagged"]) for item in palette),
        "palette_open": sum(not item["answered"] for item in palette),
    }
