from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.db.models.lookups import GreaterThanOrEqual
from django.utils.translation import gettext_lazy as _


class Lot(models.Model):
    """Points that came together and expire together. A lot with `available_at` began as pending.

    `earned_by` is the transaction that earned the points; `transaction` the one that made this lot, which is another
    when the lot was moved here from the member's other account (`moved_from`).
    """

    written_by_functions = True

    wallet = models.ForeignKey(
        "loyalty.Wallet", models.PROTECT, db_constraint=False, db_index=False, related_name="lots"
    )
    transaction = models.ForeignKey(
        "loyalty.Transaction", models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    earned_by = models.ForeignKey(
        "loyalty.Transaction", models.PROTECT, db_constraint=False, related_name="lots"
    )
    moved_from = models.ForeignKey(
        "self",
        models.PROTECT,
        db_constraint=False,
        null=True,
        blank=True,
        db_index=False,
        related_name="moved_to",
    )
    line = models.ForeignKey(
        "crm.OrderLine",
        models.PROTECT,
        db_constraint=False,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
    )
    points = models.BigIntegerField(_("points"))
    pending = models.BigIntegerField(_("pending"), default=0)
    remaining = models.BigIntegerField(_("left"), default=0)
    held = models.BigIntegerField(_("held"), default=0)
    available_at = models.DateTimeField(_("available from"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)

    class Meta:
        verbose_name = _("lot of points")
        verbose_name_plural = _("lots of points")
        constraints = [
            # Said in few words: PostgreSQL reads a CHECK anew for each statement that writes.
            models.CheckConstraint(
                condition=Q(GreaterThanOrEqual(Least("pending", "remaining", "held"), 0))
                & Q(points__gte=Greatest(F("pending") + F("remaining") + F("held"), 1)),
                name="lot_has_from_nothing_to_all_its_points",
            ),
        ]
        indexes = [
            models.Index("wallet", "expires_at", "id", condition=Q(remaining__gt=0), name="lots_to_spend"),
            models.Index("expires_at", "id", condition=Q(remaining__gt=0), name="lots_to_expire"),
            models.Index("available_at", "id", condition=Q(pending__gt=0), name="lots_to_confirm"),
            models.Index(fields=["moved_from"], condition=~Q(moved_from=None), name="lots_moved"),
        ]

    def __str__(self) -> str:
        return f"{self.remaining + self.pending + self.held} / {self.points}"


class LotUse(models.Model):
    """What a transaction changed of a lot after the lot was made."""

    append_only = True
    written_by_functions = True

    pk = models.CompositePrimaryKey("transaction_id", "lot_id")
    transaction = models.ForeignKey(
        "loyalty.Transaction", models.PROTECT, db_constraint=False, db_index=False, related_name="uses"
    )
    lot = models.ForeignKey(Lot, models.PROTECT, db_constraint=False, related_name="uses")
    hold = models.ForeignKey(
        "loyalty.Hold",
        models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="uses",
    )
    pending_change = models.BigIntegerField(default=0)
    remaining_change = models.BigIntegerField(default=0)
    held_change = models.BigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["hold"], condition=~Q(hold=None), name="uses_by_hold")]
