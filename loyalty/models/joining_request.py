from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.people.identity_kinds import IdentityKind


class JoiningRequest(models.Model):
    """What somebody typed on the joining page, until they prove it by a code or the cashier confirms it.

    Kept for half an hour at most, and gone once they are a member: until then nobody knows whose words these are.
    """

    programme = models.ForeignKey("loyalty.Programme", models.CASCADE, related_name="+")
    shop = models.ForeignKey("crm.Shop", models.CASCADE, related_name="+", verbose_name=_("shop"))
    through = models.CharField(max_length=10)
    given_name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=12, choices=IdentityKind)
    value = models.CharField(_("value"), max_length=254)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, blank=True)
    # When they ticked it; empty: they did not.
    advertising_agreed_at = models.DateTimeField(null=True)
    processing_agreed_at = models.DateTimeField()
    browser_sha256 = models.BinaryField()
    asked_at = models.DateTimeField(_("asked"))
    expires_at = models.DateTimeField()
    # A cashier who saw the person: only for what no code can be sent to.
    asks_the_cashier = models.BooleanField(default=False)
    member = models.ForeignKey("loyalty.Member", models.CASCADE, null=True, related_name="+")

    class Meta:
        verbose_name = _("request to join")
        verbose_name_plural = _("requests to join")
        indexes = [
            models.Index(fields=["expires_at"], name="joining_requests_by_end"),
            models.Index(
                fields=["shop", "-id"],
                condition=Q(asks_the_cashier=True, member=None),
                name="joining_at_the_till",
            ),
        ]

    def __str__(self) -> str:
        return f"№ {self.pk}"
