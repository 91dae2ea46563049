"""The second e-mail address. The first one changes in the profile, with notice to the old one."""

from __future__ import annotations

from typing import Any

from allauth.account.views import EmailView
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from scriptorium.web.shared.guards import signed_in


class AddressesView(EmailView):  # type: ignore[misc]
    """The library's page without its own way of changing the first address.

    That way would bypass the audit trail and the identity's own copy of the address.
    """

    def _action_primary(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        del args, kwargs
        messages.info(request, "The first address changes here, with notice to the old one.")
        return redirect("profile-email")


addresses = signed_in(AddressesView.as_view())
