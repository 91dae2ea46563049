from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "scriptorium.domains.audit"
    label = "audit"
