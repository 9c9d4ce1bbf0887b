from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.secrets import sealing

SEALED_FOR = "till-device"


class TillDevice(models.Model):
    """A browser in which a cashier serves in a shop; its key signs what is done there without a connection."""

    append_only: ClassVar[bool] = True

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    shop = models.ForeignKey(
        "crm.Shop", models.PROTECT, db_index=False, related_name="+", verbose_name=_("shop")
    )
    cashier = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, db_index=False, related_name="+", verbose_name=_("cashier")
    )
    sealed_key = models.TextField(_("sealed key"))
    made_at = models.DateTimeField(_("made"))
    ends_at = models.DateTimeField(_("signs until"))

    class Meta:
        default_permissions = ()
        verbose_name = _("till in a browser")
        verbose_name_plural = _("tills in browsers")

    def __str__(self) -> str:
        return f"{self.shop}, {self.cashier}"

    @property
    def key(self) -> str:
        """Raises sealing.Unreadable: sealed with a SECRET_KEY that is no longer known."""
        return sealing.unseal(self.sealed_key, purpose=SEALED_FOR)

    def keep_key(self, key: str) -> None:
        """Not saved yet."""
        self.sealed_key = sealing.seal(key, purpose=SEALED_FOR)
