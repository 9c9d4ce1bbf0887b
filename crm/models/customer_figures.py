from django.db import models
from django.utils.translation import gettext_lazy as _


class CustomerFigures(models.Model):
    """What a customer's orders add up to, kept by a reaction so that lists need not count. Cancelled orders are out."""

    customer = models.OneToOneField("crm.Customer", models.CASCADE, primary_key=True, related_name="figures")
    orders = models.PositiveIntegerField(_("orders"), default=0)
    returns = models.PositiveIntegerField(_("returns"), default=0)
    net_revenue = models.DecimalField(_("net revenue"), max_digits=16, decimal_places=2, default=0)
    currency = models.CharField(max_length=3, blank=True)
    first_order_at = models.DateTimeField(_("first order"), null=True)
    last_order_at = models.DateTimeField(_("last order"), null=True)
    first_purchase_on = models.DateField(
        _("first day of purchases"), null=True, help_text=_("On the clock of the shop where it was bought.")
    )
    second_purchase_on = models.DateField(_("second day of purchases"), null=True)

    class Meta:
        verbose_name = _("figures of a customer")
        verbose_name_plural = _("figures of customers")
        permissions = [("view_dashboard", _("Can read the dashboard"))]
        indexes = [
            models.Index("net_revenue", "customer", name="customers_by_net_revenue"),
            models.Index("last_order_at", "customer", name="customers_by_last_order"),
            models.Index("first_purchase_on", name="customers_by_first_day"),
            models.Index(
                fields=["second_purchase_on"],
                condition=models.Q(second_purchase_on__isnull=False),
                name="customers_by_second_day",
            ),
        ]

    def __str__(self) -> str:
        return str(self.customer_id)
