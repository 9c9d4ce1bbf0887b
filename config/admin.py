"""The one admin site: its name, its base template, the order of its sections."""

from django.contrib.admin import AdminSite
from django.utils.translation import gettext_lazy as _


class VerenAdminSite(AdminSite):
    site_header = _("Veren")
    site_title = _("Veren")
    index_title = _("Desk")
    enable_nav_sidebar = False
