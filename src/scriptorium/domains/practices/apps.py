from django.apps import AppConfig


class PracticesConfig(AppConfig):
    name = "scriptorium.domains.practices"
    label = "practices"
