from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "scriptorium.web"
    label = "web"
