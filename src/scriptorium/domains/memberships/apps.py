from django.apps import AppConfig


class MembershipsConfig(AppConfig):
    name = "scriptorium.domains.memberships"
    label = "memberships"
