"""Every address; each surface lists its own."""

from __future__ import annotations

from allauth.account.views import LoginView, LogoutView
from django.urls import include, path

from scriptorium.web.member.addresses import addresses

urlpatterns = [
    # The sign-in pages stand at the addresses of CONTRACT; the library's other pages below.
    path("sign-in/", LoginView.as_view(), name="account_login"),
    path("sign-out/", LogoutView.as_view(), name="account_logout"),
    path("account/email/", addresses, name="account_email"),
    path("account/", include("allauth.urls")),
    path("practice/", include("scriptorium.web.practice.urls")),
    path("member/", include("scriptorium.web.member.urls")),
    path("office/", include("scriptorium.web.office.urls")),
    path("", include("scriptorium.web.public.urls")),
]
