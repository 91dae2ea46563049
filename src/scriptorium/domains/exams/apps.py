from django.apps import AppConfig


class ExamsConfig(AppConfig):
    name = "scriptorium.domains.exams"
    label = "exams"
