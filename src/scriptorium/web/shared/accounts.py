"""How the sign-in library is fitted into this house."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.http import HttpRequest

from scriptorium.journeys.sign_in import note_refused, queue_account_mail
from scriptorium.kernel import clock


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """No open sign-up, and every mail through the outbox."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts start from an invitation; nobody signs up from nowhere."""
        del request
        return False

    def can_delete_email(self, email_address: EmailAddress) -> bool:
        """The first address stays; it changes in the profile."""
        return not email_address.primary

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Render the library's mail and queue it."""
        message = self.render_mail(template_prefix, email, context)
        html = next((body for body, kind in getattr(message, "alternatives", [])), "")
        queue_account_mail(
            to_address=email,
            subject=str(message.subject),
            text=str(message.body),
            html=str(html),
            now=clock.now(),
        )

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Note a refused try, then let the library count it towards its limits."""
        super().authentication_failed(request, **credentials)
        login = str(credentials.get("email") or credentials.get("username") or "")
        note_refused(login=login, address=self.get_client_ip(request), now=clock.now())
