from django.db import models
from django.db.models import Q
from django.db.models.functions import Least
from django.db.models.lookups import Exact, GreaterThanOrEqual
from django.utils.translation import gettext_lazy as _


class Wallet(models.Model):
    """A member's points in four buckets, as the last movement left them. Written by the ledger's functions alone.

    No index stands on a balance: every posting changes them, and an index would make each change dearer.
    """

    written_by_functions = True

    member = models.OneToOneField(
        "loyalty.Member", models.PROTECT, primary_key=True, related_name="wallet", verbose_name=_("member")
    )
    programme = models.ForeignKey(
        "loyalty.Programme", models.PROTECT, related_name="+", verbose_name=_("programme")
    )
    available = models.BigIntegerField(_("available"), default=0)
    pending = models.BigIntegerField(_("pending"), default=0)
    held = models.BigIntegerField(_("held"), default=0)
    debt = models.BigIntegerField(_("debt"), default=0)
    seq = models.BigIntegerField(_("movements"), default=0)
    head_hash = models.BinaryField(_("head of the chain"), default=bytes)
    # Where points go after a time without purchases: that time, and when the last purchase was.
    idle_months = models.PositiveSmallIntegerField(null=True, blank=True)
    active_at = models.DateTimeField(_("last purchase"), null=True, blank=True)

    class Meta:
        verbose_name = _("wallet")
        verbose_name_plural = _("wallets")
        constraints = [
            # Said in few words: PostgreSQL reads a CHECK anew for each statement that writes.
            models.CheckConstraint(
                condition=Q(Exact(Least("available", "debt"), 0))
                & Q(GreaterThanOrEqual(Least("pending", "held"), 0)),
                name="wallet_never_below_zero_owes_or_has",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.available}"
