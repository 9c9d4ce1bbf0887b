from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Func
from django.db.models.functions import ExtractDay, ExtractMonth
from django.utils.translation import gettext_lazy as _


class Customer(models.Model):
    """A person the company knows, company-wide. How to reach them stands in `Identity`; what they did, on the timeline.

    This row is also the lock that orders one customer's timeline: see crm.timeline.
    """

    family_name = models.CharField(_("family name"), max_length=100, blank=True)
    given_name = models.CharField(_("given name"), max_length=100, blank=True)
    patronymic = models.CharField(_("patronymic"), max_length=100, blank=True)
    full_name = models.GeneratedField(
        expression=models.functions.Trim(
            models.functions.Concat(
                "given_name",
                models.Value(" "),
                "patronymic",
                models.Value(" "),
                "family_name",
            )
        ),
        output_field=models.CharField(_("name"), max_length=302),
        db_persist=True,
    )
    birthday = models.DateField(_("birthday"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=50, blank=True)
    preferred_channel = models.CharField(_("preferred channel"), max_length=20, blank=True)
    account_manager = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("personal manager"),
    )
    deputy_manager = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("deputy"),
    )
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged_from",
        verbose_name=_("same person as"),
    )
    created_at = models.DateTimeField(_("known since"))
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        permissions = [
            ("merge_customer", _("Can merge two customers and separate them")),
            ("erase_customer", _("Can erase a person")),
            ("tell_customer", _("Can take a copy of all data about a person")),
        ]
        indexes = [
            GinIndex(
                Func("given_name", "patronymic", "family_name", function="crm_name_words"),
                name="customer_by_words_of_name",
            ),
            models.Index(
                fields=["birthday"], condition=~models.Q(birthday=None), name="customer_by_birthday"
            ),
            models.Index(
                ExtractMonth("birthday"),
                ExtractDay("birthday"),
                condition=~models.Q(birthday=None),
                name="customers_by_day_of_birth",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(merged_into=None) | ~models.Q(merged_into=models.F("id")),
                name="customer_not_merged_into_itself",
            ),
        ]

    def __str__(self) -> str:
        return " ".join(self.full_name.split()) or f"№ {self.pk}"

    @property
    def initials(self) -> str:
        return (self.given_name[:1] + self.family_name[:1]).upper() or "·"
