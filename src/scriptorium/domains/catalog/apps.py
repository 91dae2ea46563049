from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "scriptorium.domains.catalog"
    label = "catalog"
