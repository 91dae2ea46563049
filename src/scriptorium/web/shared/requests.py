"""The request as our middleware completes it, for type checking."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest as DjangoRequest
from django_htmx.middleware import HtmxDetails


class HttpRequest(DjangoRequest):
    """A request with the clock read once, a number for the audit trail, and htmx details."""

    now: dt.datetime
    today: dt.date
    request_id: str
    htmx: HtmxDetails
