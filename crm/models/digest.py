from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class DigestSubscription(models.Model):
    """A colleague wants the week's figures by e-mail. `narrowed`: about whom, as a dashboard's address says it.

    `sent_for`: the Monday of the latest week that they were told of, or that was over when they subscribed.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="digest", verbose_name=_("colleague")
    )
    narrowed = models.CharField(_("about whom"), max_length=300, blank=True)
    subscribed_at = models.DateTimeField(_("subscribed"))
    sent_for = models.DateField(_("told of the week from"))

    class Meta:
        verbose_name = _("subscription to the weekly figures")
        verbose_name_plural = _("subscriptions to the weekly figures")
        default_permissions = ()

    def __str__(self) -> str:
        return f"№ {self.pk}"
