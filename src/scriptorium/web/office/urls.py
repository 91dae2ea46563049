"""Addresses of the office pages."""

from __future__ import annotations

from django.urls import path

from scriptorium.web.office import outbox, people, practices, wishes, worklists

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
    path("names/", wishes.names, name="office-names"),
    path("names/<slug:ref>/", wishes.decide_name, name="office-name-decide"),
    path("messages/", wishes.messages, name="office-messages"),
    path("messages/<slug:ref>/", wishes.answer_message, name="office-message-answer"),
    path("outbox/", outbox.show, name="outbox"),
    path("outbox/<int:key>/", outbox.show_mail, name="outbox-mail"),
    path("components/", outbox.components, name="components"),
]
