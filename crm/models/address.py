from django.db import models
from django.utils.translation import gettext_lazy as _


class Address(models.Model):
    """Where a customer has things delivered."""

    customer = models.ForeignKey(
        "crm.Customer",
        models.CASCADE,
        related_name="addresses",
        verbose_name=_("customer"),
    )
    country = models.CharField(_("country"), max_length=2)
    region = models.CharField(_("region"), max_length=100, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    street = models.CharField(_("street, house, flat"), max_length=200, blank=True)
    is_main = models.BooleanField(_("main"), default=False)

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        constraints = [
            models.UniqueConstraint(
                "customer",
                condition=models.Q(is_main=True),
                name="customer_has_one_main_address",
            )
        ]

    def __str__(self) -> str:
        return ", ".join(part for part in (self.street, self.city, self.postal_code, self.country) if part)
