"""The account of a payer: a practice, or a person who pays for herself."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from scriptorium.domains.accounts.enums import StaffRole
from scriptorium.domains.accounts.models import Person
from scriptorium.domains.practices.models import Practice
from scriptorium.journeys import office_money as journey
from scriptorium.journeys.ordering import BillTo, bill_to_person, bill_to_practice
from scriptorium.kernel.payer import Payer
from scriptorium.pages import worklists
from scriptorium.pages.money_account import account_page
from scriptorium.pages.money_cells import HOME
from scriptorium.web.office.people import person_by
from scriptorium.web.office.practices import practice_of
from scriptorium.web.shared.guards import actor_of, staff_role, staff_roles_of
from scriptorium.web.shared.requests import HttpRequest

#: Who changes money; the programme director reads.
CHANGES = (StaffRole.FINANCE,)


@dataclass(frozen=True, slots=True)
class Account:
    """The payer of an address; ``to`` is how they are billed today."""

    of: Practice | Person
    to: BillTo
    url: str

    @property
    def payer(self) -> Payer:
        """The payer's key."""
        return self.to.payer

    @property
    def practice(self) -> Practice:
        """The practice.

        Raises:
            Http404: the payer is a person.
        """
        if not isinstance(self.of, Practice):
            raise Http404
        return self.of


def account_of(whose: str, ref: str) -> Account:
    """Return the account of an address.

    Raises:
        Http404: there is no such payer.
    """
    url = f"{HOME}{whose}/{ref}/"
    if whose == "practices":
        practice = practice_of(ref)
        return Account(practice, bill_to_practice(practice), url)
    if whose == "people":
        person = person_by(ref)
        return Account(person, bill_to_person(person), url)
    raise Http404


def may_change(request: HttpRequest) -> bool:
    """Return whether somebody may do more than read."""
    return bool(staff_roles_of(request) & set(CHANGES))


@require_safe
@staff_role(*worklists.MONEY)
def show(request: HttpRequest, whose: str, ref: str) -> HttpResponse:
    """The account."""
    account = account_of(whose, ref)
    everything = request.GET.get("all") == "1"
    page = account_page(of=account.of, today=request.today, everything=everything)
    context = {"page": page, "may_change": may_change(request)}
    return render(request, "office/money/account.html", context)


@require_POST
@staff_role(*CHANGES)
def units_first(request: HttpRequest, whose: str, ref: str) -> HttpResponse:
    """Let a practice have its units on acceptance, or on payment again."""
    account = account_of(whose, ref)
    practice = account.practice
    on = request.POST.get("on", "")
    if on not in {"1", "0"}:
        reason = "Choose whether units come on acceptance or on payment. Nothing changed."
        return render(request, "shared/unprocessable.html", {"reason": reason}, status=422)
    journey.set_units_first(
        actor=actor_of(request, staff=True), practice=practice, on=on == "1", now=request.now
    )
    when = "on acceptance" if on == "1" else "on payment"
    messages.success(request, f"{practice.name} has its units {when} from now on.")
    return redirect(account.url)
