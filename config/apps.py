from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ConfigConfig(AppConfig):
    """The wiring, and the commands that run the house: demo, migrate."""

    name = "config"


class VerenAdminConfig(AdminConfig):
    default_site = "config.admin.VerenAdminSite"
