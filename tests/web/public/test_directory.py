"""The public directory: who is listed, how it is searched, and how somebody leaves it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from scriptorium.domains.accounts.models import Person
from scriptorium.journeys.hide_person import set_hidden
from scriptorium.pages import directory
from tests.support.builders import DESK, NOW, Clinic, days, person
from tests.support.credentials import award, holder, rule
from tests.web.conftest import SignIn

pytestmark = pytest.mark.django_db


def names(client: Client, **wanted: str) -> list[str]:
    page = client.get("/directory/", wanted)
    assert page.status_code == 200
    return [piece.partition("</th>")[0] for piece in page.text.split('<th scope="row">')[1:]]


def test_people_in_good_standing_are_listed_by_name_and_link_to_verification(
    clinic: Clinic, client: Client
) -> None:
    ben, ada = holder(clinic, "Ben Ito"), holder(clinic)
    holder(clinic, "Carmen Ruiz", renews_in=-10)
    holder(clinic, "Lapsed Lind", renews_in=-40)
    award(person("Never Paid"))
    clinic.member("No Credential")
    assert names(client) == ["Ben Ito", "Ada Park", "Carmen Ruiz"]
    text = client.get("/directory/").text
    for credential in (ada, ben):
        assert f'href="/verify/{credential.number}/"' in text
    for secret in ("Riverside", ada.person.email):
        assert secret not in text


@pytest.mark.parametrize("kind", ["suspended", "revoked", "surrendered", "retired"])
def test_whoever_does_not_hold_it_today_is_not_listed(
    clinic: Clinic, client: Client, kind: str
) -> None:
    rule(holder(clinic), kind)
    rule(holder(clinic, "Ben Ito"), kind, on=days(5))
    assert names(client) == ["Ben Ito"]


def test_it_is_searched_by_name_and_specialty(clinic: Clinic, client: Client) -> None:
    ada = holder(clinic)
    award(ada.person, specialty="oncology")
    holder(clinic, "Ben Ito")
    assert names(client, q="park ada") == ["Ada Park", "Ada Park"]
    assert names(client, q="ito", specialty="oncology") == []
    assert names(client, specialty="oncology") == ["Ada Park"]
    assert names(client, specialty="law") == ["Ben Ito", "Ada Park", "Ada Park"]
    assert "Nobody was found" in client.get("/directory/", {"q": "zzz"}).text
    assert 'value="oncology" selected' in client.get("/directory/?specialty=oncology").text


def test_it_is_paged_and_keeps_the_search(
    clinic: Clinic, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory, "PER_PAGE", 2)
    for number in range(5):
        holder(clinic, f"Ada {number}")
    assert names(client, page="2", q="ada") == ["Ada 2", "Ada 3"]
    page = client.get("/directory/", {"q": "ada", "page": "2"})
    assert 'href="/directory/?q=ada&amp;page=3"' in page.text
    assert names(client, page="99") == ["Ada 4"]
    assert names(client, page="x") == names(client)


def test_row_11_opting_out_takes_somebody_off_the_list_and_leaves_verification(
    clinic: Clinic, client: Client, sign_in: SignIn
) -> None:
    credential = holder(clinic)
    own = sign_in(credential.person)
    assert "Take me out of the directory" in own.get("/member/profile/").text
    page = own.post("/member/profile/directory/", {"listed": "no"}, follow=True)
    assert "You are not listed any more." in page.text
    assert names(client) == []
    assert "<b>Active</b>" in client.get(f"/verify/{credential.number}/").text
    assert client.get(f"/verify/{credential.number}/badge.json").status_code == 200
    own.post("/member/profile/directory/", {"listed": "yes"})
    assert names(client) == ["Ada Park"]
    assert Person.objects.get(pk=credential.person.pk).listed


def test_a_hidden_person_is_not_listed(clinic: Clinic, client: Client, sign_in: SignIn) -> None:
    credential = holder(clinic)
    set_hidden(actor=DESK, person=credential.person, hidden=True, reason="Asked", now=NOW)
    assert names(client) == []
    text = sign_in(credential.person).get("/member/profile/").text
    assert "You are hidden from all public pages" in text


def test_copying_the_list_is_slowed_down(
    clinic: Clinic, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scriptorium.web.public.directory.PAGES", 2)
    answers: list[Any] = [client.get("/directory/").status_code for _ in range(3)]
    assert answers == [200, 200, 429]
