from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class LoyaltyKind(models.TextChoices):
    RATIONAL = "rational", pgettext_lazy("kind of loyalty", "Rational")
    EMOTIONAL = "emotional", pgettext_lazy("kind of loyalty", "Emotional")
    BEHAVIOURAL = "behavioural", pgettext_lazy("kind of loyalty", "Behavioural")


class CustomerLoyalty(models.Model):
    """Why somebody comes back, as three scores: for what is saved, for liking it, by habit. Only of those who bought.

    Counted with CustomerWorth; `inputs` is what crm.measures.kinds_of_loyalty was given, so that it can be told.
    """

    customer = models.OneToOneField("crm.Customer", models.CASCADE, primary_key=True, related_name="loyalty")
    as_of = models.DateField(_("as of"))
    rational = models.PositiveSmallIntegerField(_("rational, of 100"))
    emotional = models.PositiveSmallIntegerField(_("emotional, of 100"))
    behavioural = models.PositiveSmallIntegerField(_("behavioural, of 100"))
    dominant = models.CharField(
        _("kind of loyalty"),
        max_length=11,
        choices=LoyaltyKind,
        blank=True,
        help_text=_("Empty: none is strong yet."),
    )
    inputs = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("loyalty of a customer")
        verbose_name_plural = _("loyalty of customers")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(rational__lte=100, emotional__lte=100, behavioural__lte=100),
                name="kinds_of_loyalty_are_of_100",
            ),
        ]
        indexes = [models.Index("dominant", "customer", name="customers_by_loyalty")]

    def __str__(self) -> str:
        return str(self.customer_id)
