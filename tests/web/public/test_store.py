"""The store's pages: read by everybody, bought from by members and practices, and joined (S37)."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from scriptorium.domains.accounts import operations as accounts
from scriptorium.domains.accounts.models import Person, SignUp, User
from scriptorium.domains.memberships.models import Membership
from scriptorium.domains.notifications.models import OutboxMail
from scriptorium.domains.orders.models import Estimate, Invoice, Order
from scriptorium.integrations.payments import ProviderUnavailable, TestCard
from scriptorium.kernel import clock
from tests.support.builders import NOW, PASSWORD, Clinic, browser, days, grant, later, person
from tests.support.money import card_like
from tests.support.shopping import Shopper

pytestmark = pytest.mark.django_db

NEW = {"first_name": "Noor", "last_name": "Haddad", "email": "noor@home.example"}


@pytest.fixture
def sola(settings: Any, tmp_path: Path) -> Shopper:
    return Shopper(settings, tmp_path)


# Read by everybody ----------------------------------------------------------------------------


def test_everybody_reads_the_eight_products_their_prices_and_tiers(client: Client) -> None:
    page = client.get("/store/").text
    for words in (
        "Membership renewal", "Certification package", "Membership", "MSCAT manual",
        "HIPAA for Scribes", "MSCAT exam", "MSCAT specialty exam", "Continuing education course",
        "$199.00", "25 or more", "$159.20", "Oncology", "before tax", "/policies/terms-of-sale/",
    ):  # fmt: skip
        assert words in page
    assert 'href="/sign-in/?next=/store/"' in page
    assert 'href="/contact/?topic=more"' in page


def test_the_front_page_and_the_foot_lead_to_the_store(client: Client) -> None:
    assert client.get("/").text.count('href="/store/"') >= 2


def test_a_visitor_who_wants_to_buy_signs_in_and_comes_back(client: Client) -> None:
    buyer = person("Sola Aune", password=PASSWORD)
    first = client.get("/member/store/", {"want": "package"})
    assert first.headers["Location"] == "/sign-in/?next=/member/store/%3Fwant%3Dpackage"
    sent = client.post(first.headers["Location"], {"login": buyer.email, "password": PASSWORD})
    assert sent.headers["Location"] == "/member/store/?want=package"
    page = client.get(sent.headers["Location"]).text
    assert re.search(r'value="package"[^>]* checked', page)


# For oneself ----------------------------------------------------------------------------------


def test_the_page_says_what_the_rules_say_before_anything_is_bought(sola: Shopper) -> None:
    sola.bring("membership")
    page = sola.tab.get("/member/store/").text
    assert "Already a member until 22 Nov 2027; buy a renewal instead." in page
    assert re.search(r'value="membership"[^>]* disabled', page)
    page = sola.tab.get("/member/store/", {"want": ["package", "ce"], "choice-ce": "safety"}).text
    assert "$218.00" in page
    assert "Paid 23 Nov 2027 to 22 Nov 2028" in page


def test_the_price_follows_by_itself(sola: Shopper) -> None:
    part = sola.tab.get("/member/store/", {"want": "manual"}, headers={"HX-Request": "true"})
    assert "$49.00" in part.text
    assert "<html" not in part.text
    part = sola.tab.get("/member/store/", {"want": "specialty"}, headers={"HX-Request": "true"})
    assert "Choose the specialty first." in part.text


def test_without_scripts_the_price_is_worked_out_by_a_button(sola: Shopper) -> None:
    answer = sola.press("manual", "specialty", how="price", specialty="oncology")
    assert answer.headers["Location"] == (
        "/member/store/?want=manual&want=specialty&choice-specialty=oncology#price"
    )
    assert Order.objects.count() == 0


def test_bought_with_a_card_from_the_first_press_to_the_open_manual(sola: Shopper) -> None:
    answer = sola.press("package")
    assert answer.headers["Location"].startswith("/sandbox/pay/")
    sola.tab.post(answer.headers["Location"], {"step": "pay", "story": "success"})
    order = Order.objects.get()
    here = f"/member/orders/{order.reference}/"
    page = sola.tab.get(here, {"paid": "1"}).text
    assert "Paid. Thank you." in page
    assert "Go on to your home page" in page
    assert Membership.objects.get(person=sola.person).renews_on == days(365)
    assert "Your way to certification" in sola.tab.get("/member/").text
    assert "MSCAT manual" in sola.tab.get("/member/").text


def test_a_double_press_is_one_order_and_a_second_form_is_refused(sola: Shopper) -> None:
    for _ in range(2):
        assert sola.press("membership", key="one").status_code == 302
    assert Order.objects.count() == 1
    again = sola.press("membership", key="two")
    assert again.status_code == 409
    assert "waits for payment" in again.text


def test_a_declined_card_leaves_the_order_to_be_paid(sola: Shopper) -> None:
    sola.deliver(sola.pay(sola.press("manual").headers["Location"], TestCard.DECLINE))
    assert (sola.units(), Order.objects.get().state) == ([], "open")
    assert Invoice.objects.get().number in sola.tab.get("/member/orders/").text


def test_nothing_ticked_is_said_and_a_member_buys_no_second_membership(sola: Shopper) -> None:
    empty = sola.press()
    assert (empty.status_code, "Tick what you want first." in empty.text) == (422, True)
    sola.bring("membership")
    refused = sola.press("membership", key="k2")
    assert (refused.status_code, "Already a member until" in refused.text) == (409, True)
    assert Order.objects.count() == 1


def test_a_specialty_is_chosen_before_it_is_bought(sola: Shopper) -> None:
    refused = sola.press("specialty")
    assert (refused.status_code, "Choose the specialty first." in refused.text) == (422, True)
    strange = sola.press("specialty", specialty=card_like())
    assert (strange.status_code, Order.objects.count()) == (422, 0)


def test_by_invoice_leads_to_the_order(sola: Shopper) -> None:
    answer = sola.press("manual", how="invoice")
    assert answer.headers["Location"] == f"/member/orders/{Order.objects.get().reference}/"


def test_where_no_card_is_taken_the_page_says_so_and_offers_the_invoice(
    sola: Shopper, settings: Any
) -> None:
    settings.PAYMENTS_URL = ""
    page = sola.tab.get("/member/store/", {"want": "manual"}).text
    assert "Payment by card is not set up here." in page
    assert "by card</button>" not in page
    assert sola.press("manual").headers["Location"].startswith("/member/orders/")


def test_a_silent_provider_is_said_and_the_order_waits(
    sola: Shopper, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: Any, **__: Any) -> Any:
        raise ProviderUnavailable("silent")

    monkeypatch.setattr(type(sola.provider), "begin_checkout", silent)
    answer = sola.press("manual")
    assert answer.headers["Location"] == "/member/orders/"
    page = sola.tab.get("/member/orders/").text
    assert "nothing was charged" in page
    assert Invoice.objects.get().number in page


def test_a_free_unit_of_ones_own_is_shown_with_a_button_that_uses_it(sola: Shopper) -> None:
    grant(sola.payer, "manual")
    grant(sola.payer, "specialty")
    for address in ("/member/membership/", "/member/store/"):
        page = sola.tab.get(address).text
        assert "1 MSCAT manual" in page
        assert "Use it for me" in page
    used = sola.tab.post("/member/store/use/", {"kind": "manual"})
    assert (used.status_code, sola.free("manual")) == (302, 0)
    again = sola.tab.post("/member/store/use/", {"kind": "manual"})
    assert (again.status_code, "You already have" in again.text) == (409, True)
    data = {"kind": "specialty", "choice-specialty": "urgent"}
    assert sola.tab.post("/member/store/use/", data).status_code == 302
    assert "Use it for me" not in sola.tab.get("/member/membership/").text


def test_nobody_uses_a_unit_of_somebody_else(sola: Shopper) -> None:
    other = person("Bela Novak")
    grant(sola.payer, "manual")
    answer = browser(other).post("/member/store/use/", {"kind": "manual"})
    assert (answer.status_code, "none free" in answer.text) == (409, True)
    assert sola.free("manual") == 1


# For a practice -------------------------------------------------------------------------------


def test_an_administrator_orders_25_packages_and_pays_on_the_orders_page(clinic: Clinic) -> None:
    tab, base = browser(clinic.dana), f"/practice/{clinic.practice.reference}"
    assert f'href="{base}/store/"' in tab.get("/store/").text
    page = tab.get(f"{base}/store/", {"package": "23"}).text
    assert "2 more reach" in page
    part = tab.get(f"{base}/store/", {"package": "25"}, headers={"HX-Request": "true"})
    assert "$3,980.00" in part.text
    assert part.headers["HX-Replace-Url"] == f"{base}/store/?package=25"
    data = {"package": "25", "po_number": "PO 77", "idempotency_key": "k"}
    for _ in range(2):
        answer = tab.post(f"{base}/store/order/", data)
    order = Order.objects.get()
    assert answer.headers["Location"] == f"{base}/orders/{order.reference}/"
    page = tab.get(answer.headers["Location"]).text
    for words in ("$3,980.00", "PO 77", "25 certification packages: yours when the invoice"):
        assert words in page


def test_the_same_form_makes_an_estimate(clinic: Clinic) -> None:
    tab, base = browser(clinic.dana), f"/practice/{clinic.practice.reference}"
    tab.post(f"{base}/estimates/new/", {"package": "25", "idempotency_key": "k", "po_number": ""})
    assert (Estimate.objects.get().total_minor, Order.objects.count()) == (398000, 0)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "Say how many of at least one product"),
        ({"package": "-1"}, "Type a whole number"),
        ({"package": "1", "po_number": card_like()}, "This looks like a card number"),
    ],
)
def test_a_wrong_order_is_said_at_its_field(
    clinic: Clinic, data: dict[str, str], words: str
) -> None:
    base = f"/practice/{clinic.practice.reference}"
    answer = browser(clinic.dana).post(f"{base}/store/order/", data)
    assert (answer.status_code, Order.objects.count()) == (422, 0)
    assert words in answer.text


def test_without_scripts_the_practices_price_has_an_address(clinic: Clinic) -> None:
    base = f"/practice/{clinic.practice.reference}"
    answer = browser(clinic.dana).post(f"{base}/store/price/", {"package": "5"})
    assert answer.headers["Location"] == f"{base}/store/?package=5#price"


def test_another_practice_finds_no_store_there(clinic: Clinic) -> None:
    other = Clinic("Lakeside Health", "Omar Haddad")
    base, tab = f"/practice/{clinic.practice.reference}", browser(other.dana)
    assert tab.get(f"{base}/store/").status_code == 404
    assert tab.post(f"{base}/store/order/", {"package": "1"}).status_code == 404
    assert Order.objects.count() == 0


def test_who_only_reads_works_out_prices_and_does_not_order(clinic: Clinic) -> None:
    auditor = person("Avery Stone")
    clinic.join(auditor, role="auditor")
    base, tab = f"/practice/{clinic.practice.reference}", browser(auditor)
    assert "administrators order" in tab.get(f"{base}/store/").text
    assert tab.post(f"{base}/store/order/", {"package": "1"}).status_code == 403


# An account of one's own ----------------------------------------------------------------------


def join(client: Client, **changed: str) -> Any:
    return client.post("/store/join/", NEW | changed)


def link_of(address: str = NEW["email"]) -> str:
    mail = OutboxMail.objects.filter(to_address=address, template="sign_up").latest("pk")
    return str(mail.data["link"])


def test_a_visitor_joins_confirms_and_buys(client: Client, settings: Any, tmp_path: Path) -> None:
    assert "Mail me the link" in client.get("/store/join/").text
    assert join(client).headers["Location"] == "/store/join/?sent=1"
    assert "Look into your mail" in client.get("/store/join/?sent=1").text
    assert not User.objects.exists()
    page = client.get(link_of())
    assert "Noor Haddad" in page.text
    assert 'autocomplete="new-password"' in page.text
    assert client.post(link_of(), {"password": PASSWORD}).headers["Location"] == "/member/store/"
    noor = Person.objects.get(email=NEW["email"])
    assert client.session["_auth_user_id"] == str(noor.user_id)
    shopper = Shopper(settings, tmp_path, noor)
    shopper.tab = client
    shopper.bring("package")
    assert Membership.objects.get(person=noor).renews_on == days(365)
    assert not SignUp.objects.exists()


def test_the_answer_is_the_same_for_a_known_address_and_only_its_owner_learns_it(
    client: Client,
) -> None:
    known = person("Sola Aune", "sola@home.example")
    strange, own = join(client), join(client, email="Sola@Home.example")
    assert (strange.status_code, own.status_code) == (302, 302)
    assert strange.headers["Location"] == own.headers["Location"]
    mail = OutboxMail.objects.get(template="sign_up_known")
    assert (mail.to_address, mail.to_name) == (known.email, "Sola Aune")
    assert SignUp.objects.count() == 1


def test_a_link_works_once_for_a_day_and_a_newer_one_takes_its_place(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    join(client)
    first = link_of()
    join(client)
    assert client.get(first).status_code == 410
    newest = link_of()
    weak = client.post(newest, {"password": "password1234"})
    assert (weak.status_code, User.objects.count()) == (422, 0)
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: later(hours=25))
        assert client.get(newest).status_code == 410
    assert client.post(newest, {"password": PASSWORD}).status_code == 302
    other = Client()
    assert other.get(newest).status_code == 410
    assert other.post(newest, {"password": PASSWORD}).status_code == 410
    assert User.objects.count() == 1
    assert client.get("/store/join/unknown/").status_code == 410


def test_an_account_that_was_opened_meanwhile_closes_the_link(client: Client) -> None:
    join(client)
    person("Noor Haddad", NEW["email"])
    assert client.post(link_of(), {"password": PASSWORD}).status_code == 410


def test_somebody_whom_a_practice_entered_keeps_her_identity(
    client: Client, clinic: Clinic
) -> None:
    with transaction.atomic():
        entered = accounts.create_person(
            first_name="N.", last_name="Haddad", email=NEW["email"], now=NOW
        )
    join(client)
    client.post(link_of(), {"password": PASSWORD})
    assert Person.objects.get(email=NEW["email"]).pk == entered.pk


@pytest.mark.parametrize("field", ["first_name", "last_name", "email"])
def test_an_empty_field_is_said_and_nothing_is_mailed(client: Client, field: str) -> None:
    assert join(client, **{field: ""}).status_code == 422
    assert not OutboxMail.objects.exists()


def test_a_card_number_is_no_name(client: Client) -> None:
    assert join(client, last_name=card_like()).status_code == 422
    assert not SignUp.objects.exists()


def test_joining_is_limited_like_signing_in(client: Client) -> None:
    cache.clear()
    answers = [join(client, email=f"n{n}@home.example").status_code for n in range(11)]
    assert answers == [302] * 10 + [429]
    cache.clear()
    for _ in range(5):
        assert join(client, email="often@home.example").status_code == 302
    assert OutboxMail.objects.filter(to_address="often@home.example").count() == 3


def test_old_wishes_are_forgotten(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    join(client)
    monkeypatch.setattr(clock, "now", lambda: later(hours=25))
    join(client, email="other@home.example")
    assert list(SignUp.objects.values_list("email", flat=True)) == ["other@home.example"]


def test_who_is_signed_in_opens_no_second_account(sola: Shopper) -> None:
    assert sola.tab.get("/store/join/").headers["Location"] == "/member/store/"


def test_help_never_quotes_the_secret_of_a_link(client: Client) -> None:
    join(client)
    token = link_of().rstrip("/").rpartition("/")[2]
    assert client.get(link_of()).text.count(token) == 0
    assert dt.timedelta(hours=24) == SignUp.objects.get().expires_at - clock.now()
