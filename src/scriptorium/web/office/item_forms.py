"""Forms of the item bank."""

from __future__ import annotations

from typing import Any

from django import forms

from scriptorium.domains.exams.enums import LETTERS
from scriptorium.domains.exams.queries import authoring as read
from scriptorium.journeys import author_item as journey
from scriptorium.journeys.author_item import ItemText

_AREA = {"rows": 2}


class VersionForm(forms.Form):
    """What an item says: a choice of four, or a typed answer."""

    kind = forms.ChoiceField(
        label="Answered by",
        choices=[("choice", "Choosing one of four"), ("typed", "Typing a word")],
        widget=forms.RadioSelect,
        initial="choice",
    )
    stem = forms.CharField(
        max_length=1500,
        label="Stem",
        help_text="The question, with all that is needed to answer it. At most 90 words.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    right = forms.CharField(
        max_length=400, required=False, label="Right option", widget=forms.Textarea(attrs=_AREA)
    )
    wrong_1 = forms.CharField(
        max_length=400, required=False, label="Wrong option 1", widget=forms.Textarea(attrs=_AREA)
    )
    wrong_2 = forms.CharField(
        max_length=400, required=False, label="Wrong option 2", widget=forms.Textarea(attrs=_AREA)
    )
    wrong_3 = forms.CharField(
        max_length=400, required=False, label="Wrong option 3", widget=forms.Textarea(attrs=_AREA)
    )
    accept = forms.CharField(
        max_length=800,
        required=False,
        label="Accepted spellings",
        help_text="For a typed answer: one a line. Capitals and blanks do not count.",
        widget=forms.Textarea(attrs=_AREA),
    )
    rationale = forms.CharField(
        max_length=2000,
        label="Rationale",
        help_text="Why the key is right and the others are not.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    source = forms.CharField(
        max_length=500, label="Source", help_text="A public rule or a textbook fact, by name."
    )
    url = forms.URLField(
        max_length=500, required=False, label="Address of the source", assume_scheme="https"
    )
    vignette = forms.BooleanField(required=False, label="It tells a short case")
    ai_assisted = forms.BooleanField(
        required=False,
        label="AI helped to write it",
        help_text="It goes into use only by a human reviewer, by name.",
    )

    def clean(self) -> dict[str, Any]:
        """Ask for what the kind of answer needs."""
        data: dict[str, Any] = super().clean() or {}
        needed = ["right", "wrong_1", "wrong_2", "wrong_3"]
        if data.get("kind") == "typed":
            needed = ["accept"]
        for name in needed:
            if not data.get(name) and name not in self.errors:
                self.add_error(name, "Fill this in, or choose the other kind of answer.")
        return data

    def text(self, *, code: str) -> ItemText:
        """Return what the form says, in the order that candidates will see."""
        data = self.cleaned_data
        common = {name: data[name] for name in ("stem", "rationale", "source", "url", "vignette")}
        if data["kind"] == "typed":
            return journey.typed_text(accept=data["accept"].splitlines(), **common)
        wrong = [data["wrong_1"], data["wrong_2"], data["wrong_3"]]
        return journey.choice_text(code=code, right=data["right"], wrong=wrong, **common)

    def refuse(self, error: journey.CannotAuthor) -> None:
        """Show why a text was refused, one sentence for each flaw."""
        flaws = error.flaws if isinstance(error, journey.BadlyWritten) else [str(error)]
        for flaw in flaws:
            self.add_error(None, flaw)


class NewItemForm(VersionForm):
    """A new item: where it belongs, and its first version."""

    place = forms.ChoiceField(label="Topic", help_text="Bank and topic; the code follows from it.")
    field_order = ("place",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(bank, [(f"{bank}/{t}", f"{bank} / {t}") for t in topics])
                   for bank, topics in read.banks().items()]  # fmt: skip
        self.fields["place"].choices = choices  # type: ignore[attr-defined]


class ReviewForm(forms.Form):
    """A second person's word."""

    number = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(
        max_length=1000,
        required=False,
        label="Note",
        help_text="Needed when it goes back to the author.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    answer = forms.ChoiceField(choices=[("approve", ""), ("return", "")], required=True)


class RetireForm(forms.Form):
    """Why an item is taken out of use."""

    reason = forms.CharField(max_length=300, label="Reason")


class EnemyForm(forms.Form):
    """The item that gives this one away."""

    code = forms.CharField(
        max_length=60, label="Code of the other item", help_text="Such as terminology-007."
    )


class CorrectionForm(forms.Form):
    """Another key for a version; the question itself stays."""

    key = forms.ChoiceField(label="Right option", widget=forms.RadioSelect, required=False)
    accept = forms.CharField(
        max_length=800, required=False, label="Accepted spellings, one a line",
        widget=forms.Textarea(attrs=_AREA),
    )  # fmt: skip
    rationale = forms.CharField(
        max_length=2000,
        label="Rationale of the right key",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    reason = forms.CharField(
        max_length=300,
        label="Reason",
        help_text="Every new scoring carries it. Do not repeat the text of the item.",
    )

    def __init__(self, *args: Any, options: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if options:
            self.fields["key"].choices = [(a, f"{a}: {b}") for a, b in options]  # type: ignore[attr-defined]
            self.fields["key"].required = True
            del self.fields["accept"]
        else:
            self.fields["accept"].required = True
            del self.fields["key"]

    @property
    def answer(self) -> tuple[int | None, tuple[str, ...]]:
        """The key's place, or the spellings."""
        if "key" in self.cleaned_data:
            return LETTERS.index(self.cleaned_data["key"]), ()
        words = (" ".join(line.split()) for line in self.cleaned_data["accept"].splitlines())
        return None, tuple(dict.fromkeys(word for word in words if word))


class DecideForm(forms.Form):
    """A second person's word on a correction."""

    note = forms.CharField(
        max_length=300, required=False, label="Note", help_text="Needed when it is declined."
    )
    answer = forms.ChoiceField(choices=[("approve", ""), ("decline", "")])


class ImportForm(forms.Form):
    """A package of items, and where those belong that do not say it."""

    package = forms.FileField(label="QTI 3.0 package", help_text="A ZIP with imsmanifest.xml.")
    place = forms.ChoiceField(
        required=False,
        label="Items that name no topic go to",
        help_text="For other systems’ packages.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = [f"{bank}/{topic}" for bank, topics in read.banks().items() for topic in topics]
        self.fields["place"].choices = [("", "Refuse them"), *((p, p) for p in places)]  # type: ignore[attr-defined]
