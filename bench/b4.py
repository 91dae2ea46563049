"""B4: certificates as tagged PDF: rendered and kept one by one, and 1,000 in one file."""

from __future__ import annotations

import resource
from typing import Any

from bench.child import counted
from bench.measure import Goal
from bench.place import find, sizes

PAGES, FIRST, TOGETHER = 200, 20, 1_000
GOALS = (
    Goal("rendered.per_s", at_least=60),
    Goal("in_one_file_1000.seconds", at_most=20),
)


def run() -> dict[str, Any]:
    """Render for the largest practice, then print for the practice of 1,000."""
    from scriptorium.domains.credentials.models import Certificate  # noqa: PLC0415 (needs Django)
    from scriptorium.journeys import certificate_files, services  # noqa: PLC0415
    from scriptorium.kernel import clock  # noqa: PLC0415

    now = clock.now()
    practice, actor = find(sizes()[-1])
    rows = list(Certificate.objects.filter(practice=practice).order_by("id")[: FIRST + PAGES])
    for row in rows[:FIRST]:
        certificate_files.pdf_of(certificate=row, now=now)
    found: dict[str, Any] = {}
    documents = [certificate_files.document_of(row) for row in rows[FIRST:]]
    renderer = services.certificate_renderer()
    with counted() as cost:
        sizes_of = [len(renderer.render(documents=[document])) for document in documents]
    found["rendered"] = _rate(cost, len(documents)) | {"kb": sum(sizes_of) / len(documents) / 1000}
    with counted() as cost:
        for row in rows[FIRST:]:
            certificate_files.pdf_of(certificate=row, now=now)
    found["rendered_and_kept_one_by_one"] = _rate(cost, len(documents))
    if 1000 in sizes():
        practice, actor = find(1000)
        year = _fill_year(practice)
        with counted() as cost:
            wish = certificate_files.ask_for_print(
                actor=actor, practice=practice, year=year, now=now
            )
            certificate_files.run_print(wish=wish, now=now)
        wish.refresh_from_db()
        assert (wish.state, wish.done) == ("done", TOGETHER), (wish.state, wish.done)
        found["in_one_file_1000"] = dict(cost) | {
            "mb": len(certificate_files.print_file(wish=wish)) / 1e6
        }
    return found | {"peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def _rate(cost: dict[str, float], count: int) -> dict[str, float]:
    return {
        "per_s": count / cost["seconds"],
        "cpu_ms": cost["cpu"] / count * 1000,
        "database_cpu_ms": cost["database_cpu"] / count * 1000,
    }


def _fill_year(practice: Any) -> int:
    """Give the practice's fuller year certificates of the other kind until it has 1,000."""
    from django.db.models import Count  # noqa: PLC0415

    from scriptorium.domains.credentials import operations  # noqa: PLC0415
    from scriptorium.domains.credentials.enums import CertificateKind  # noqa: PLC0415
    from scriptorium.domains.credentials.models import Certificate  # noqa: PLC0415

    rows = Certificate.objects.filter(practice=practice)
    year = rows.values_list("year").annotate(n=Count("id")).order_by("-n")[0][0]
    own = list(rows.filter(year=year).order_by("id"))
    drafts = [
        operations.Draft(
            CertificateKind.COMPLIANCE, row.person_id, practice.pk, row.term_id, None,
            row.starts_on, row.ends_before, row.content,
        )
        for row in own[: TOGETHER - len(own)]
    ]  # fmt: skip
    operations.issue(drafts=drafts, now=own[0].issued_at)
    return int(year)
