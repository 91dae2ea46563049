"""Addresses of the member pages."""

from __future__ import annotations

from django.urls import path

from scriptorium.web.member import home, profile

urlpatterns = [
    path("", home.home, name="member-home"),
    path("membership/", home.membership, name="membership"),
    path("certificates/<slug:number>.pdf", home.certificate, name="member-certificate"),
    path("profile/", profile.show, name="profile"),
    path("profile/details/", profile.change, name="profile-change"),
    path("profile/email/", profile.change_email, name="profile-email"),
    path("profile/email/<slug:token>/", profile.confirm_email, name="profile-email-confirm"),
    path("profile/name/", profile.ask_name, name="profile-name"),
]
