"""Appeals and complaints, decided by somebody who was not involved (STANDARDS row 9)."""

from __future__ import annotations

from django.db import models

from scriptorium.database.records import AppendOnly, ReferenceField
from scriptorium.domains.support.enums import OPEN_STATES, CaseKind, CaseOutcome, CaseState


class Case(models.Model):
    """One appeal or complaint with its deadlines; how it came here stands in its steps."""

    personal_data = frozenset({"about_words", "words"})

    reference = ReferenceField()
    kind = models.CharField(max_length=10, choices=CaseKind)
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="cases")
    # What is appealed: a kind ("decision", "affidavit" …), its key there, and how it read then.
    about_kind = models.CharField(max_length=20, blank=True)
    about = models.CharField(max_length=40, blank=True)
    about_words = models.CharField(max_length=300, blank=True)
    words = models.TextField()
    state = models.CharField(max_length=12, choices=CaseState, default=CaseState.OPENED)
    opened_at = models.DateTimeField()
    acknowledge_by = models.DateField()
    decide_by = models.DateField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    decider = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, null=True, related_name="cases_to_decide"
    )
    outcome = models.CharField(max_length=10, choices=CaseOutcome, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "about_kind", "about"],
                condition=models.Q(kind=CaseKind.APPEAL, state__in=OPEN_STATES),
                name="one_open_appeal",
            ),
            models.CheckConstraint(
                condition=models.Q(state=CaseState.DECIDED) & ~models.Q(outcome="")
                | ~models.Q(state=CaseState.DECIDED) & models.Q(outcome=""),
                name="case_outcome_paired",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=[CaseState.ASSIGNED, CaseState.DECIDED])
                | models.Q(decider__isnull=False),
                name="case_has_decider",
            ),
        ]
        indexes = [
            # Read by the worklist: what is open, by the day on which it is due.
            models.Index(
                fields=["decide_by", "id"],
                name="case_open",
                condition=models.Q(state__in=OPEN_STATES),
            ),
        ]


class CaseInvolvement(AppendOnly):
    """Somebody who took part in what a case is about, and so may not decide it."""

    personal_data = frozenset({"why"})

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="involvements")
    person = models.CharField(max_length=60)
    why = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "person"], name="involved_once"),
        ]


class CaseStep(AppendOnly):
    """One step of a case: who moved it where and when, with the words that were sent."""

    personal_data = frozenset({"by_name", "note"})

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="steps")
    to_state = models.CharField(max_length=12, choices=CaseState)
    by = models.CharField(max_length=60)
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    note = models.TextField(blank=True)
    decider = models.CharField(max_length=60, blank=True)
