from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "scriptorium.domains.ledger"
    label = "ledger"
