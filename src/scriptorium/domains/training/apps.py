from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "scriptorium.domains.training"
    label = "training"
