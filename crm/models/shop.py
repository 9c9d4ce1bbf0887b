from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ShopQuerySet(models.QuerySet["Shop"]):
    def first_open(self) -> Shop:
        """The one that speaks for the company where no shop is named. Raises Shop.DoesNotExist in an empty house."""
        return self.filter(is_active=True).order_by("pk").first() or self.earliest("pk")


class Shop(models.Model):
    """One sales channel of the company. Orders belong to a shop; customers and points belong to the company."""

    class Kind(models.TextChoices):
        BRANCH = "branch", _("shop on a street")
        ONLINE = "online", _("online shop")
        MARKETPLACE = "marketplace", _("marketplace")

    slug = models.SlugField(_("short name"), unique=True, help_text=_("Used in commands and addresses."))
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    region = models.CharField(
        _("country"),
        max_length=2,
        default="BG",
        help_text=_("Two letters; how local phones are read."),
    )
    time_zone = models.CharField(_("time zone"), max_length=50, default="Europe/Sofia")
    address = models.CharField(_("address"), max_length=200, blank=True)
    is_active = models.BooleanField(_("open"), default=True)

    objects = ShopQuerySet.as_manager()

    class Meta:
        verbose_name = _("shop")
        verbose_name_plural = _("shops")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(currency__regex=r"^[A-Z]{3}$"),
                name="shop_currency_is_iso_4217",
            ),
            models.CheckConstraint(
                condition=models.Q(region__regex=r"^[A-Z]{2}$"),
                name="shop_region_is_iso_3166",
            ),
        ]

    def __str__(self) -> str:
        return self.name
