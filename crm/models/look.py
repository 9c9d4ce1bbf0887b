from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.people.identity_kinds import IdentityKind


class Look(models.Model):
    """A colleague looked at a customer: opened the page, or had a phone or an e-mail revealed for a reason.

    Opening the page leaves one row an hour; every revealing leaves its own.
    """

    append_only: ClassVar[bool] = True

    customer = models.ForeignKey("crm.Customer", models.PROTECT, related_name="+", verbose_name=_("customer"))
    colleague = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("colleague")
    )
    looked_at = models.DateTimeField(_("when"))
    hour = models.DateTimeField(editable=False, help_text=_("The hour it falls into."))
    # No foreign key: the identity may be removed later, the row stays.
    identity_id = models.BigIntegerField(null=True, editable=False)
    identity_kind = models.CharField(_("what"), max_length=12, choices=IdentityKind, blank=True)
    reason = models.CharField(_("why"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("look at a customer")
        verbose_name_plural = _("looks at customers")
        default_permissions = ("view",)
        permissions = [("reveal_identity", "Can reveal a phone or an e-mail, with a reason")]
        indexes = [models.Index("customer", models.F("id").desc(), name="looks_at_a_customer")]
        constraints = [
            models.UniqueConstraint(
                "customer",
                "colleague",
                "hour",
                condition=models.Q(identity_id=None),
                name="opening_is_recorded_once_an_hour",
            ),
            models.CheckConstraint(
                condition=models.Q(identity_id=None, identity_kind="")
                | models.Q(identity_id__isnull=False) & ~models.Q(identity_kind=""),
                name="revealing_says_what",
            ),
        ]

    def __str__(self) -> str:
        return f"№ {self.pk}"


class ListTaken(models.Model):
    """A colleague took a list out as a file, and these customers (a thousand at most in a row) stood in it."""

    append_only: ClassVar[bool] = True

    colleague = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("colleague")
    )
    taken_at = models.DateTimeField(_("when"))
    list_name = models.CharField(_("list"), max_length=80, help_text=_("The model, as app.model."))
    # No foreign keys: one row for a page of the file, however many stand on it.
    customers = ArrayField(models.BigIntegerField(), verbose_name=_("customers"))

    class Meta:
        verbose_name = _("list taken out")
        verbose_name_plural = _("lists taken out")
        default_permissions = ()
        indexes = [GinIndex("customers", name="lists_by_who_stands_in_them")]

    def __str__(self) -> str:
        return f"№ {self.pk}"
