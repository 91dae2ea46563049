from django.apps import AppConfig


class CredentialsConfig(AppConfig):
    name = "scriptorium.domains.credentials"
    label = "credentials"
