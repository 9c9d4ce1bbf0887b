from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class TillOperation(models.Model):
    """Something that was done on the till page, once per `key`, which the page makes: by whom, where, and when.

    A sale with points that paid, or a return with the points that it takes back and gives back. The order, the return
    and the ledger hold the rest.
    """

    append_only: ClassVar[bool] = True

    class Kind(models.TextChoices):
        SALE = "sale", _("purchase")
        RETURN = "return", _("return of goods")

    key = models.UUIDField(unique=True)
    kind = models.CharField(_("kind"), max_length=6, choices=Kind)
    shop = models.ForeignKey(
        "crm.Shop", models.PROTECT, db_index=False, related_name="+", verbose_name=_("shop")
    )
    order = models.ForeignKey(
        "crm.Order", models.PROTECT, related_name="till_operations", verbose_name=_("order")
    )
    member = models.ForeignKey(
        "loyalty.Member",
        models.PROTECT,
        null=True,
        related_name="till_operations",
        verbose_name=_("member"),
        help_text=_("Empty: goods of an order came back whose buyer is no member."),
    )
    goods_return = models.OneToOneField(
        "crm.Return", models.PROTECT, null=True, related_name="+", verbose_name=_("return")
    )
    points_spent = models.PositiveIntegerField(_("points that paid"), default=0)
    points_taken = models.PositiveIntegerField(_("points taken back"), default=0)
    points_given = models.PositiveIntegerField(_("points given back"), default=0)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, db_index=False, related_name="+", verbose_name=_("done by")
    )
    done_at = models.DateTimeField(_("done"))

    class Meta:
        default_permissions = ()
        permissions = [("serve_at_till", _("Can serve customers on the till page"))]
        verbose_name = _("operation at the till")
        verbose_name_plural = _("operations at the till")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind="sale", goods_return=None, member__isnull=False, points_taken=0, points_given=0
                )
                | Q(kind="return", goods_return__isnull=False, points_spent=0),
                name="till_operation_is_a_sale_or_a_return",
            )
        ]
        indexes = [models.Index("shop", F("done_at").desc(), name="till_operations_of_a_shop")]

    def __str__(self) -> str:
        return f"№ {self.pk}"
