from django.apps import AppConfig


class KeepingConfig(AppConfig):
    """What processes keep of tables that hardly ever change."""

    name = "tinhso.kernel.keeping"
    label = "keeping"
