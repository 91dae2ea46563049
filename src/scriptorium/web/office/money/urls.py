"""Addresses of the office of finance; ``whose`` is "practices" or "people"."""

from __future__ import annotations

from django.urls import path

from scriptorium.web.office.money import (
    accounts,
    acts,
    estimates,
    home,
    invoices,
    journal,
    payments,
    reports,
)

_ACCOUNT = "<slug:whose>/<slug:ref>/"
_PAYMENT = f"{_ACCOUNT}payments/<slug:number>/"
_INVOICE = f"{_ACCOUNT}invoices/<slug:number>/"
_ESTIMATE = f"{_ACCOUNT}estimates/<slug:number>/"

urlpatterns = [
    path("", home.home, name="office-money"),
    path("journal/", journal.show, name="office-money-journal"),
    path("journal/journal.csv", journal.export, name="office-money-journal-csv"),
    path("reports/", reports.show, name="office-money-reports"),
    path("reports/<slug:name>.csv", reports.export, name="office-money-report-csv"),
    path("cheques/deposit/", acts.deposit, name="office-money-deposit"),
    path("mismatches/<slug:ref>/close/", acts.close_mismatch, name="office-money-mismatch"),
    path("exemptions/<slug:ref>/file/", acts.exemption_file, name="office-money-exemption-file"),
    path("exemptions/<slug:ref>/answer/", acts.answer_exemption, name="office-money-exemption"),
    path("refunds/<slug:ref>/answer/", acts.answer_refund, name="office-money-refund"),
    path("<slug:name>/", home.show, name="office-money-list"),
    path("<slug:name>/list.csv", home.export, name="office-money-list-csv"),
    path(_ACCOUNT, accounts.show, name="office-money-account"),
    path(f"{_ACCOUNT}units-first/", accounts.units_first, name="office-money-units-first"),
    path(f"{_ACCOUNT}payments/new/", payments.new, name="office-money-pay"),
    path(_PAYMENT, payments.show, name="office-money-payment"),
    path(f"{_PAYMENT}receipt.pdf", payments.receipt, name="office-money-receipt"),
    path(f"{_PAYMENT}write-off/", payments.write_off, name="office-money-write-off"),
    path(f"{_PAYMENT}bounce/", payments.bounce, name="office-money-bounce"),
    path(f"{_PAYMENT}refund/", payments.refund, name="office-money-pay-back"),
    path(_INVOICE, invoices.show, name="office-money-invoice"),
    path(f"{_INVOICE}credit/", invoices.credit, name="office-money-credit"),
    path(f"{_INVOICE}cancel/", invoices.cancel, name="office-money-cancel"),
    path(f"{_INVOICE}kept/", invoices.use_kept, name="office-money-use-kept"),
    path(f"{_ACCOUNT}estimates/new/", estimates.new, name="office-money-estimate-new"),
    path(_ESTIMATE, estimates.show, name="office-money-estimate"),
    path(f"{_ESTIMATE}accept/", estimates.accept, name="office-money-estimate-accept"),
    path(f"{_ESTIMATE}decline/", estimates.decline, name="office-money-estimate-decline"),
]
