"""Addresses of the practice pages."""

from __future__ import annotations

from django.urls import path

from scriptorium.web.practice import (
    board,
    certificates,
    hours,
    imports,
    record,
    roles,
    teams,
    upkeep,
)

urlpatterns = [
    path("<slug:ref>/assignments/", board.show, name="board"),
    path("<slug:ref>/assignments/assign/", board.assign, name="assign"),
    path("<slug:ref>/assignments/undo/", board.undo, name="undo"),
    path("<slug:ref>/people/", board.add, name="add-person"),
    path("<slug:ref>/people/<slug:person>/", record.show, name="record"),
    path("<slug:ref>/people/<slug:person>/mode/", record.change_mode, name="record-mode"),
    path("<slug:ref>/people/<slug:person>/end/", record.end, name="record-end"),
    path("<slug:ref>/people/<slug:person>/release/", record.release, name="record-release"),
    path("<slug:ref>/people/<slug:person>/invite/", record.invite_again, name="record-invite"),
    path("<slug:ref>/people/<slug:person>/details/", record.details, name="record-details"),
    path("<slug:ref>/people/<slug:person>/supervise/", record.supervise, name="record-supervise"),
    path("<slug:ref>/certificates/", certificates.show, name="certificates"),
    path("<slug:ref>/certificates/hipaa.csv", certificates.hipaa_records, name="hipaa-records"),
    path("<slug:ref>/certificates/print/", certificates.ask_print, name="ask-print"),
    path("<slug:ref>/certificates/print/<slug:wish>/", certificates.show_print, name="print"),
    path(
        "<slug:ref>/certificates/print/<slug:wish>/file.pdf",
        certificates.download_print,
        name="print-file",
    ),
    path("<slug:ref>/certificates/<slug:number>.pdf", certificates.download, name="certificate"),
    path("<slug:ref>/hours/", hours.show, name="practice-hours"),
    path("<slug:ref>/hours/<slug:affidavit>/", hours.read, name="practice-affidavit"),
    path("<slug:ref>/hours/<slug:affidavit>/answer/", hours.answer, name="answer-affidavit"),
    path("<slug:ref>/teams/", teams.show, name="teams"),
    path("<slug:ref>/teams/add/", teams.add, name="team-add"),
    path("<slug:ref>/teams/end/", teams.end, name="team-end"),
    path("<slug:ref>/renewals/", upkeep.show_renewals, name="renewals"),
    path("<slug:ref>/roles/", roles.show, name="roles"),
    path("<slug:ref>/roles/hand-over/", roles.propose, name="hand-over"),
    path("<slug:ref>/roles/answer/", roles.answer, name="hand-over-answer"),
    path("<slug:ref>/roles/change/", roles.change, name="role-change"),
    path("<slug:ref>/activity/", upkeep.activity, name="activity"),
    path("<slug:ref>/settings/", upkeep.settings, name="settings"),
    path("<slug:ref>/import/", imports.start, name="start-import"),
    path("<slug:ref>/import/roster.csv", imports.export, {"form": "csv"}, name="export-csv"),
    path("<slug:ref>/import/roster.xlsx", imports.export, {"form": "xlsx"}, name="export-xlsx"),
    path("<slug:ref>/import/<slug:roster_import>/", imports.show, name="import"),
    path("<slug:ref>/import/<slug:roster_import>/fix/", imports.fix, name="fix-import"),
    path("<slug:ref>/import/<slug:roster_import>/go/", imports.go, name="go-import"),
    path("<slug:ref>/import/<slug:roster_import>/rejects.csv", imports.rejects, name="rejects"),
]
