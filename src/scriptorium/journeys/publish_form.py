"""A parallel form is approved by a second person, or dealt to nobody any more."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.exams.models import Form
from scriptorium.domains.exams.operations import forms as writing
from scriptorium.domains.exams.operations.forms import CannotApprove
from scriptorium.kernel.actor import Actor

__all__ = ["CannotApprove", "approve", "retire"]


def _note(actor: Actor, key: str, form: Form, now: dt.datetime) -> None:
    data = {"form": form.number, "exam": form.exam_version.title}
    record(actor=actor, happening=Happening(key, "form", form.reference, "", data), now=now)


@transaction.atomic(durable=True)
def approve(*, actor: Actor, form: Form, now: dt.datetime) -> None:
    """Let candidates sit a parallel form.

    Raises:
        CannotApprove: it is approved already, the maker asks, or its exam has no cut score.
    """
    writing.approve_form(form=form, by=actor.reference, now=now)
    _note(actor, "exam.form_approved", form, now)


@transaction.atomic(durable=True)
def retire(*, actor: Actor, form: Form, now: dt.datetime) -> None:
    """Deal a form to nobody any more; sittings of it stay as they are. Twice is once."""
    if form.retired_at is not None:
        return
    writing.retire_form(form=form, now=now)
    _note(actor, "exam.form_retired", form, now)
