"""Addresses of the public pages."""

from __future__ import annotations

from django.urls import path

from scriptorium.web.public import (
    badges,
    calendars,
    contact,
    directory,
    front,
    health,
    help_pages,
    invitation,
    payments,
    policies,
    shared_estimates,
    store,
    unsubscribe,
    verify,
)

urlpatterns = [
    path("", front.front, name="front"),
    path("home/", front.home, name="home"),
    path("contact/", contact.contact, name="contact"),
    path("help/", help_pages.show, name="help"),
    path("help/<slug:slug>/", help_pages.show_article, name="help-article"),
    path("verify/", verify.ask, name="verify"),
    path("verify/issuer.json", badges.issuer, name="badge-issuer"),
    path("verify/achievements/<slug:code>.json", badges.achievement, name="badge-achievement"),
    path("verify/achievements/<slug:code>.png", badges.achievement_picture, name="badge-drawing"),
    path("verify/keys/<slug:kid>.json", badges.key, name="badge-key"),
    path("verify/status/<slug:purpose>/<int:number>.jwt", badges.status_list, name="badge-status"),
    path("verify/<slug:number>/badge.json", badges.document, name="badge-document"),
    path("verify/<slug:number>/badge.jwt", badges.token, name="badge-token"),
    path("verify/<slug:number>/badge.png", badges.picture, name="badge-picture"),
    path("verify/<slug:number>/qr.svg", badges.qr, name="verify-qr"),
    path("verify/<str:number>/", verify.show, name="verify-number"),
    path(".well-known/jwks.json", badges.keys, name="badge-keys"),
    path("store/", store.show, name="store"),
    path("store/join/", store.join, name="store-join"),
    path("store/join/<slug:token>/", store.confirm, name="store-join-confirm"),
    path("policies/", policies.show, name="policies"),
    path("policies/<slug:slug>/", policies.read, name="policy"),
    path("directory/", directory.show, name="directory"),
    path("invitation/<slug:token>/", invitation.invitation, name="invitation"),
    path("estimates/<slug:token>/", shared_estimates.show, name="shared-estimate"),
    path(
        "estimates/<slug:token>/estimate.pdf", shared_estimates.download, name="shared-estimate-pdf"
    ),
    path("estimates/<slug:token>/logo", shared_estimates.logo, name="shared-estimate-logo"),
    path("mail/unsubscribe/<str:token>/", unsubscribe.unsubscribe, name="unsubscribe"),
    path("calendar/<slug:token>.ics", calendars.feed, name="calendar-feed"),
    path("payments/events/", payments.events, name="payment-events"),
    path("sandbox/pay/<slug:checkout>/", payments.sandbox, name="sandbox-pay"),
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
]
