from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class TillTerms(models.Model):
    """What a till of a shop may do while it has no connection. A shop without a row: earn, and nothing else."""

    shop = models.OneToOneField(
        "crm.Shop", models.CASCADE, primary_key=True, related_name="+", verbose_name=_("shop")
    )
    offline_points = models.PositiveIntegerField(
        _("points of a purchase without a connection"),
        default=0,
        help_text=_(
            "How many points one purchase may spend while the till cannot ask whether they are there. 0: none. What "
            "turns out to be missing is the shop's loss."
        ),
    )

    class Meta:
        default_permissions = ("view", "change", "add")
        verbose_name = _("terms of a shop's till")
        verbose_name_plural = _("terms of shops' tills")

    def __str__(self) -> str:
        return str(self.shop)
