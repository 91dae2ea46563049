from django.apps import AppConfig


class SupportConfig(AppConfig):
    name = "scriptorium.domains.support"
    label = "support"
