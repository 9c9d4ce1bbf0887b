from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.people.identity_kinds import IdentityKind


class Suppression(models.Model):
    """An e-mail, phone, card, handle or number of somebody who was erased: only its keyed digest (HMAC-SHA-256).

    It keeps an old list or a shop's system from bringing the person back unasked. See crm.people.suppression.
    """

    digest = models.BinaryField(max_length=32, unique=True)
    added_at = models.DateTimeField(_("added"))

    class Meta:
        verbose_name = _("suppressed identity")
        verbose_name_plural = _("suppressed identities")

    def __str__(self) -> str:
        return bytes(self.digest).hex()[:12]


class SuppressionLift(models.Model):
    """Somebody who was erased came back of their own will: who let them, when, and why. The digest says by what."""

    append_only: ClassVar[bool] = True

    digest = models.BinaryField(max_length=32)
    identity_kind = models.CharField(_("what"), max_length=12, choices=IdentityKind)
    lifted_at = models.DateTimeField(_("when"))
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("colleague")
    )
    reason = models.CharField(_("why"), max_length=200)

    class Meta:
        verbose_name = _("person let back")
        verbose_name_plural = _("people let back")
        default_permissions = ()
        permissions = [("lift_suppression", _("Can let somebody who was erased be known again"))]
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="lift_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"№ {self.pk}"
