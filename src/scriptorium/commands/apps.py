from django.apps import AppConfig


class CommandsConfig(AppConfig):
    name = "scriptorium.commands"
    label = "commands"
