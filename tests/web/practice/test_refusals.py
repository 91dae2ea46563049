"""A form sent without its choice is answered 422 with what to do, and nothing happens."""

from __future__ import annotations

import pytest

from scriptorium.domains.credentials.models import CertificatePrint
from scriptorium.domains.practices.models import HandOver, LinkRole


@pytest.mark.parametrize(
    ("path", "data", "sentence"),
    [
        ("roles/hand-over/", {}, "Choose who should take over."),
        ("roles/change/", {"role": "auditor", "give": "1"}, "Choose whose role to change."),
        ("roles/change/", {"person": "someone", "give": "1"}, "Choose a role."),
        ("roles/change/", {"person": "someone", "role": "king"}, "Choose a role."),
        ("certificates/print/", {}, "Choose a year"),
        ("certificates/print/", {"year": "1901"}, "Choose a year"),
    ],
)
def test_a_form_without_its_choice_is_answered_with_what_to_do(
    place, send, path, data, sentence
) -> None:
    before = LinkRole.objects.count()
    response = send(path, data)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert LinkRole.objects.count() == before
    assert not HandOver.objects.exists()
    assert not CertificatePrint.objects.exists()
