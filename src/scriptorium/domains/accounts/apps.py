from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "scriptorium.domains.accounts"
    label = "accounts"
