from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class LinkCodeQuerySet(models.QuerySet["LinkCode"]):
    def open(self, at: datetime) -> LinkCodeQuerySet:
        return self.filter(used_at=None, expires_at__gt=at)


class LinkCode(models.Model):
    """A code by which a person shows on another channel who they are. Only its digest is kept; it works once."""

    customer = models.ForeignKey(
        "crm.Customer", models.CASCADE, related_name="link_codes", verbose_name=_("customer")
    )
    digest = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        help_text="Empty: the person made it on a page of their own.",
    )
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    used_on = models.ForeignKey(
        "crm.ChannelAccount", models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )

    objects = LinkCodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("code that links a channel")
        verbose_name_plural = _("codes that link a channel")
        default_permissions = ()

    def __str__(self) -> str:
        return f"№ {self.pk}"
