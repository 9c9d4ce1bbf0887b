from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Bucket(models.TextChoices):
    """Where points can be: four places in a wallet, and the places outside that they come from and go to."""

    AVAILABLE = "A", _("available")
    PENDING = "P", _("pending")
    HELD = "H", _("held")
    DEBT = "D", _("debt")
    ISSUED = "I", pgettext_lazy("points", "issued")
    ADJUSTED = "J", _("adjusted by hand")
    REDEEMED = "R", pgettext_lazy("points", "redeemed")
    EXPIRED = "E", pgettext_lazy("points", "expired")
    CLAWED_BACK = "C", _("taken back")
    TRANSIT = "T", _("between two wallets")
    DONATED = "N", _("donated")


class Transaction(models.Model):
    """One operation on one wallet, once per key. Its movements are `first_seq` to `last_seq` of the wallet.

    Keys into the ledger's own tables are not checked by the database on every insert: the functions that write them are
    the only writers, hold the wallet's lock, and a proof (`prove_ledger`) looks for what would hang in the air.
    """

    append_only = True
    written_by_functions = True

    class Kind(models.TextChoices):
        EARN = "earn", _("earned")
        OPENING = "opening", _("brought along")
        CONFIRM = "confirm", _("became available")
        REDEEM = "redeem", pgettext_lazy("points", "redeemed")
        DONATE = "donate", _("donated")
        HOLD = "hold", _("held")
        CAPTURE = "capture", _("paid with held points")
        RELEASE = "release", _("released")
        EXPIRE = "expire", pgettext_lazy("points", "expired")
        REVERSE = "reverse", _("taken back after a return")
        RESTORE = "restore", _("given back after a return")
        ADJUST = "adjust", _("adjusted by hand")
        MOVE_OUT = "move_out", _("moved to the member's other account")
        MOVE_IN = "move_in", _("moved from the member's other account")

    programme = models.ForeignKey(
        "loyalty.Programme", models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    wallet = models.ForeignKey(
        "loyalty.Wallet", models.PROTECT, db_constraint=False, db_index=False, related_name="transactions"
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    key = models.CharField(_("key"), max_length=200)
    request_hash = models.BinaryField()
    points = models.BigIntegerField(_("points"))
    first_seq = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    reverses = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="reversals",
    )
    order = models.ForeignKey(
        "crm.Order",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="points_transactions",
        verbose_name=_("order"),
    )
    hold = models.ForeignKey(
        "loyalty.Hold",
        models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="transactions",
    )
    adjustment = models.ForeignKey(
        "loyalty.AdjustmentRequest",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="transactions",
        verbose_name=_("approval"),
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("colleague"),
    )
    trace = models.JSONField(
        _("why"),
        null=True,
        help_text=_("The rules that applied, with what they were given, as they were then."),
    )
    occurred_at = models.DateTimeField(_("when"))
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("transaction of points")
        verbose_name_plural = _("transactions of points")
        constraints = [
            models.UniqueConstraint("programme", "key", name="one_key_one_effect"),
            models.CheckConstraint(condition=Q(points__gt=0), name="transaction_moves_points"),
            models.CheckConstraint(
                condition=Q(last_seq__gte=F("first_seq")), name="transaction_has_movements"
            ),
            models.CheckConstraint(
                condition=~Q(kind="adjust") | ~Q(adjustment=None), name="adjustment_has_its_approval"
            ),
        ]
        indexes = [
            models.Index(fields=["reverses"], condition=~Q(reverses=None), name="transaction_reversals"),
            models.Index(fields=["order"], condition=~Q(order=None), name="transaction_by_order"),
            models.Index(fields=["hold"], condition=~Q(hold=None), name="transaction_by_hold"),
            # For what a day comes to. A posting pays next to nothing for it: rows lie in the order they came.
            BrinIndex(
                fields=["occurred_at"],
                opclasses=["timestamptz_minmax_multi_ops"],
                pages_per_range=16,
                autosummarize=True,
                name="transactions_by_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.points}"


class Movement(models.Model):
    """Points going from one bucket to another, with the balances after, chained to the wallet's movement before."""

    append_only = True
    written_by_functions = True

    pk = models.CompositePrimaryKey("wallet_id", "seq")
    wallet = models.ForeignKey(
        "loyalty.Wallet", models.PROTECT, db_constraint=False, db_index=False, related_name="movements"
    )
    seq = models.BigIntegerField()
    transaction = models.ForeignKey(
        Transaction, models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    source = models.CharField(max_length=1, choices=Bucket)
    target = models.CharField(max_length=1, choices=Bucket)
    points = models.BigIntegerField()
    available_after = models.BigIntegerField()
    pending_after = models.BigIntegerField()
    held_after = models.BigIntegerField()
    debt_after = models.BigIntegerField()
    recorded_at = models.DateTimeField()
    hash = models.BinaryField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(points__gt=0), name="movement_moves_points"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="movement_leaves_where_it_was"),
        ]
