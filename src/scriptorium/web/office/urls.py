"""Addresses of the office pages."""

from __future__ import annotations

from django.urls import path

from scriptorium.web.office import (
    accommodations,
    cases,
    credentials,
    hours,
    outbox,
    people,
    practices,
    waivers,
    wishes,
    worklists,
)

urlpatterns = [
    path("", worklists.home, name="office"),
    path("activity/", worklists.activity, name="office-activity"),
    path("practices/", practices.search, name="office-practices"),
    path("practices/new/", practices.new, name="office-practice-new"),
    path("practices/<slug:ref>/", practices.show, name="office-practice"),
    path("practices/<slug:ref>/grant/", practices.grant, name="office-grant"),
    path("practices/<slug:ref>/adjust/", practices.adjust, name="office-adjust"),
    path("people/", people.search, name="office-people"),
    path("people/<slug:ref>/", people.show, name="office-person"),
    path("people/<slug:ref>/bring-forward/", people.bring_forward, name="office-bring-forward"),
    path("people/<slug:ref>/lapse/", people.move_lapse, name="office-move-lapse"),
    path("people/<slug:ref>/hidden/", people.hide, name="office-hide-person"),
    path(
        "people/<slug:ref>/credentials/<slug:number>/", credentials.show, name="office-credential"
    ),
    path(
        "people/<slug:ref>/credentials/<slug:number>/<slug:act>/",
        credentials.rule,
        name="office-credential-rule",
    ),
    path("decisions/", credentials.waiting, name="office-decisions"),
    path("decisions/<slug:ref>/", credentials.answer, name="office-decision-answer"),
    path("names/", wishes.names, name="office-names"),
    path("names/<slug:ref>/", wishes.decide_name, name="office-name-decide"),
    path("messages/", wishes.messages, name="office-messages"),
    path("messages/<slug:ref>/", wishes.answer_message, name="office-message-answer"),
    path("hours/", hours.show, name="office-hours"),
    path("hours/<slug:affidavit>/", hours.read, name="office-affidavit"),
    path("hours/<slug:affidavit>/answer/", hours.answer, name="office-affidavit-answer"),
    path("accommodations/", accommodations.show, name="office-accommodations"),
    path(
        "accommodations/<slug:reference>/answer/",
        accommodations.answer,
        name="office-accommodation-answer",
    ),
    path(
        "accommodations/<slug:reference>/end/",
        accommodations.end,
        name="office-accommodation-end",
    ),
    path("cases/", cases.show, name="office-cases"),
    path("cases/<slug:reference>/", cases.read, name="office-case"),
    path("cases/<slug:reference>/acknowledge/", cases.acknowledge, name="office-case-acknowledge"),
    path("cases/<slug:reference>/assign/", cases.assign, name="office-case-assign"),
    path("cases/<slug:reference>/decide/", cases.decide, name="office-case-decide"),
    path("waivers/", waivers.show, name="office-waivers"),
    path("waivers/<slug:reference>/close/", waivers.close, name="office-waiver-close"),
    path("outbox/", outbox.show, name="outbox"),
    path("outbox/<int:key>/", outbox.show_mail, name="outbox-mail"),
    path("components/", outbox.components, name="components"),
]
