"""Addresses of the member pages."""

from __future__ import annotations

from django.urls import path

from scriptorium.web.member import answers, exams, home, profile, study

urlpatterns = [
    path("exams/", exams.show, name="exams"),
    path("exams/start/", exams.start, name="start-exam"),
    path("exams/<slug:reference>/", exams.room, name="sitting"),
    path("exams/<slug:reference>/items/<int:number>/", exams.item, name="sitting-item"),
    path("exams/<slug:reference>/answers/<int:number>/", answers.save_one, name="save-answer"),
    path("exams/<slug:reference>/answers/", answers.save_many, name="save-answers"),
    path("exams/<slug:reference>/state/", answers.state, name="sitting-state"),
    path("exams/<slug:reference>/review/", exams.review, name="sitting-review"),
    path("exams/<slug:reference>/finish/", exams.finish, name="finish-exam"),
    path("exams/<slug:reference>/take-over/", exams.take_over, name="take-over"),
    path("", home.home, name="member-home"),
    path("manual/", study.contents, {"code": "manual"}, name="manual"),
    path("manual/<slug:slug>/", study.chapter, {"code": "manual"}, name="manual-chapter"),
    path("manual/<slug:slug>/read/", study.read, {"code": "manual"}, name="manual-read"),
    path("manual/<slug:slug>/place/", study.place, {"code": "manual"}, name="manual-place"),
    path("courses/", study.courses, name="courses"),
    path("courses/<slug:code>/", study.contents, name="course"),
    path("courses/<slug:code>/<slug:slug>/", study.chapter, name="lesson"),
    path("courses/<slug:code>/<slug:slug>/read/", study.read, name="lesson-read"),
    path("courses/<slug:code>/<slug:slug>/place/", study.place, name="lesson-place"),
    path("membership/", home.membership, name="membership"),
    path("certificates/<slug:number>.pdf", home.certificate, name="member-certificate"),
    path("profile/", profile.show, name="profile"),
    path("profile/details/", profile.change, name="profile-change"),
    path("profile/email/", profile.change_email, name="profile-email"),
    path("profile/email/<slug:token>/", profile.confirm_email, name="profile-email-confirm"),
    path("profile/name/", profile.ask_name, name="profile-name"),
]
