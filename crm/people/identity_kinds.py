"""By what a person can be recognised."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class IdentityKind(models.TextChoices):
    EMAIL = "email", _("e-mail")
    PHONE = "phone", _("phone")
    CARD = "card", _("card")
    TELEGRAM = "telegram", _("Telegram")
    VIBER = "viber", _("Viber")
    CHAT = "chat", _("chat on the site")
    EXTERNAL = "external", _("number in a shop's system")
