"""The orders app."""

from __future__ import annotations

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """Names the app and its kind of key."""

    name = "scriptorium.domains.orders"
    label = "orders"
    default_auto_field = "django.db.models.BigAutoField"
