"""Addresses of the public pages."""

from __future__ import annotations

from django.urls import path

from scriptorium.web.public import contact, front, health, help_pages, invitation, verify

urlpatterns = [
    path("", front.front, name="front"),
    path("home/", front.home, name="home"),
    path("contact/", contact.contact, name="contact"),
    path("help/", help_pages.show, name="help"),
    path("help/<slug:slug>/", help_pages.show_article, name="help-article"),
    path("verify/", verify.ask, name="verify"),
    path("verify/<str:number>/", verify.show, name="verify-number"),
    path("invitation/<slug:token>/", invitation.invitation, name="invitation"),
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
]
