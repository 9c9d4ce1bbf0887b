from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from loyalty.models.programme import Programme

SAME_PERSON = "SELECT unnest(crm_same_person(%s))"


class MemberQuerySet(models.QuerySet["Member"]):
    def of_person(self, customer_id: int) -> MemberQuerySet:
        """Under any id of the person: a customer who was merged is the one they are merged into."""
        ids = RawSQL(SAME_PERSON, [customer_id])  # noqa: S611  # nosec B611 - a constant
        return self.filter(customer_id__in=ids)

    def current(self) -> MemberQuerySet:
        """Those that points go to: neither merged into another member nor left. Oldest first."""
        return self.filter(merged_into=None, left_at=None).order_by("pk")

    def going_on(self, customer_id: int, programme: Programme) -> Member | None:
        """The person's member in this programme, whichever of their ids is asked for. One query."""
        return self.of_person(customer_id).current().filter(programme=programme).first()


class Member(models.Model):
    """A customer in a programme. The points stand in the member's `Wallet`, which only the ledger writes.

    When two people are found to be one, `merged_into` points to the member that goes on; when they are separated
    again, it is empty. Erasing a person leaves the member: ids, points and times are not personal.
    """

    class Joined(models.TextChoices):
        COUNTER = "counter", _("at the counter")
        PAGE = "page", _("on the joining page")
        STAFF = "staff", _("through a colleague")
        API = "api", _("through a shop's system")
        AUTOMATIC = "automatic", _("with the first purchase")
        IMPORTED = "imported", _("from an earlier programme")

    programme = models.ForeignKey(
        "loyalty.Programme", models.PROTECT, related_name="members", verbose_name=_("programme")
    )
    customer = models.ForeignKey(
        "crm.Customer",
        models.PROTECT,
        db_index=False,
        related_name="memberships",
        verbose_name=_("customer"),
    )
    joined_through = models.CharField(_("joined"), max_length=10, choices=Joined)
    joined_at = models.DateTimeField(_("member since"))
    left_at = models.DateTimeField(pgettext_lazy("member", "left"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged_from",
        verbose_name=_("goes on as"),
    )
    updated_at = models.DateTimeField(auto_now=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.UniqueConstraint("customer", "programme", name="customer_is_a_member_once"),
        ]

    def __str__(self) -> str:
        return str(self.customer)
