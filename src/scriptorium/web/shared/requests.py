"""The request as our middleware completes it, for type checking."""

from __future__ import annotations

import datetime as dt

from allauth.account.adapter import get_adapter
from django.http import HttpRequest as DjangoRequest
from django_htmx.middleware import HtmxDetails


class HttpRequest(DjangoRequest):
    """A request with the clock read once, a number for the audit trail, and htmx details."""

    now: dt.datetime
    today: dt.date
    request_id: str
    htmx: HtmxDetails


def address_of(request: DjangoRequest) -> str:
    """Return the network address that a request comes from, behind as many proxies as are set.

    Raises:
        PermissionDenied: the request names no address.
    """
    return str(get_adapter(request).get_client_ip(request))
