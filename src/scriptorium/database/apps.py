from django.apps import AppConfig


class DatabaseConfig(AppConfig):
    name = "scriptorium.database"
    label = "database"
