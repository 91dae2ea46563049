"""Every address; each surface lists its own."""

from __future__ import annotations

from allauth.account.views import LoginView, LogoutView
from django.urls import include, path

from scriptorium.web.member.addresses import addresses
from scriptorium.web.member.physician import home as physician_home

urlpatterns = [
    path("account/email/", addresses, name="account_email"),
    path("account/", include("allauth.urls")),
    # The addresses of CONTRACT stand below the library's own, since the last name wins.
    path("sign-in/", LoginView.as_view(), name="account_login"),
    path("sign-out/", LogoutView.as_view(), name="account_logout"),
    path("practice/", include("scriptorium.web.practice.urls")),
    path("member/", include("scriptorium.web.member.urls")),
    path("physician/", physician_home, name="physician"),
    path("office/", include("scriptorium.web.office.urls")),
    path("", include("scriptorium.web.public.urls")),
]
