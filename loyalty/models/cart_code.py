from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CartCodeState(models.TextChoices):
    BEING_MADE = "being-made", pgettext_lazy("code in a cart", "being made")
    USABLE = "usable", pgettext_lazy("code in a cart", "can be used")
    OVER = "over", pgettext_lazy("code in a cart", "not used")
    ORDERED = "ordered", pgettext_lazy("code in a cart", "waits for the payment")
    PAID = "paid", pgettext_lazy("code in a cart", "has paid")


class CartCodeQuerySet(models.QuerySet["CartCode"]):
    def unused(self) -> CartCodeQuerySet:
        """Perhaps still in somebody's cart; no order has come with them, and nobody took them back."""
        return self.filter(order=None, ended_at=None)

    def waiting(self) -> CartCodeQuerySet:
        """Of orders that are neither paid nor cancelled."""
        return self.filter(order__isnull=False, paid_at=None, ended_at=None)


class CartCode(models.Model):
    """Points on their way through a shop's own cart: a code of one use there, backed by a hold here.

    `number` is the code's at the shop; `taken_at`: the shop says that it was used, and its order is still to come.
    `took_off` is what it took off the order, in money. `ended_at`: nothing is held for it any more, and nothing paid.
    """

    connection = models.ForeignKey(
        "crm.Connection", models.PROTECT, db_index=False, related_name="+", verbose_name=_("connection")
    )
    hold = models.OneToOneField(
        "loyalty.Hold", models.PROTECT, related_name="cart_code", verbose_name=_("hold")
    )
    code = models.CharField(pgettext_lazy("coupon", "code"), max_length=40, unique=True)
    amount = models.DecimalField(_("worth"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    usable_until = models.DateTimeField(_("can be used until"))
    asked_at = models.DateTimeField(_("asked for"))
    number = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField(_("made"), null=True)
    taken_at = models.DateTimeField(null=True)
    order = models.ForeignKey(
        "crm.Order", models.PROTECT, null=True, db_index=False, related_name="+", verbose_name=_("order")
    )
    took_off = models.DecimalField(_("took off"), max_digits=14, decimal_places=2, default=0)
    paid_at = models.DateTimeField(_("paid"), null=True)
    ended_at = models.DateTimeField(pgettext_lazy("code in a cart", "taken back"), null=True)

    objects = CartCodeQuerySet.as_manager()

    class Meta:
        default_permissions = ("view",)
        verbose_name = _("code in a cart")
        verbose_name_plural = _("codes in carts")
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, took_off__gte=0), name="cart_code_is_worth_something"
            ),
            models.CheckConstraint(
                condition=Q(paid_at=None) | Q(ended_at=None), name="cart_code_pays_or_goes_back"
            ),
            models.CheckConstraint(
                condition=Q(paid_at=None) | Q(order__isnull=False), name="cart_code_pays_an_order"
            ),
        ]
        indexes = [
            models.Index(
                fields=["usable_until"], condition=Q(order=None, ended_at=None), name="cart_codes_unused"
            ),
            models.Index(fields=["order"], condition=Q(order__isnull=False), name="cart_codes_by_order"),
            models.Index("connection", F("id").desc(), name="cart_codes_of_a_connection"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def state(self) -> CartCodeState:
        if self.paid_at:
            return CartCodeState.PAID
        if self.ended_at:
            return CartCodeState.OVER
        if self.order_id:
            return CartCodeState.ORDERED
        return CartCodeState.USABLE if self.made_at else CartCodeState.BEING_MADE
