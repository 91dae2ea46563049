"""From a passed exam to a credential: a decision by rule, inside the transaction that scored it."""

from __future__ import annotations

import datetime as dt

from scriptorium.domains.credentials import operations as credentials
from scriptorium.domains.credentials import queries as held
from scriptorium.domains.credentials.enums import RULINGS, DecisionKind, Level
from scriptorium.domains.exams.models import ScoreRun, Sitting
from scriptorium.journeys.decisions import carry_out
from scriptorium.journeys.issue_certificates import reissue
from scriptorium.kernel.actor import Actor

#: Who decides where the published rule leaves nothing to weigh (ISO/IEC 17024, 9.4).
RULE = Actor.system("certification-rule")


def certify(*, sitting: Sitting, run: ScoreRun, now: dt.datetime, today: dt.date) -> None:
    """Decide the credential that a passed MSCAT earns: CMSA, general or of a specialty.

    With it come the credential certificate, the badge, the compliance certificate of the running
    year, and the mail. Somebody who holds the credential already keeps it as it is; a suspended or
    revoked one is not restored by another pass.
    """
    person, specialty = sitting.person, sitting.exam
    earned = held.credentials_of(person=person.pk).filter(specialty=specialty).first()
    if earned is not None and earned.decision_state not in RULINGS[DecisionKind.PASSED][0]:
        return
    version = sitting.form.exam_version
    carry_out(
        actor=RULE,
        person=person,
        specialty=specialty,
        ruling=credentials.Ruling(
            kind=DecisionKind.PASSED,
            reason=f"{version.title} was passed",
            effective_on=today,
            scheme_version=version.scheme_version,
            evidence={
                "sitting": sitting.reference,
                "form": sitting.form.reference,
                "score_run": run.number,
                "rule": "A passed MSCAT earns CMSA",
            },
            level=Level.CMSA,
        ),
        involved=(),
        now=now,
        today=today,
    )
    reissue(actor=RULE, person=person, now=now, today=today)
