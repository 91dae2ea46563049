from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "scriptorium.domains.notifications"
    label = "notifications"
