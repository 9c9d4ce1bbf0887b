from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.models.long_work import LongWork, LongWorkQuerySet
from support.models.incident import Incident


class IncidentGoodwillQuerySet(LongWorkQuerySet["IncidentGoodwill"]):
    def at_work(self) -> Self:
        return self.filter(state=IncidentGoodwill.State.GIVING)


class IncidentGoodwill(LongWork):
    """Points for everybody whom an incident hurt: so many each, within a budget, above a limit with a second person."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for a second person")
        GIVING = "giving", _("being given")
        DONE = "done", _("given")
        REFUSED = "refused", _("refused")

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="goodwill")
    points = models.PositiveIntegerField(_("points for each"))
    price_amount = models.DecimalField(
        max_digits=14, decimal_places=2, help_text="What the points for one are worth, when it was asked for."
    )
    budget_amount = models.DecimalField(_("budget"), max_digits=14, decimal_places=2)
    used_amount = models.DecimalField(_("used"), max_digits=14, decimal_places=2, default=0)
    currency = models.CharField(_("currency"), max_length=3)
    people_total = models.PositiveIntegerField(default=0)
    state = models.CharField(_("state"), max_length=7, choices=State)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("requested by")
    )
    requested_at = models.DateTimeField(_("requested"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = IncidentGoodwillQuerySet.as_manager()

    class Meta:
        verbose_name = _("goodwill of an incident")
        verbose_name_plural = _("goodwill of incidents")
        default_permissions = ()
        permissions = [("decide_incidentgoodwill", _("Can approve goodwill for everybody affected"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(points__gt=0, used_amount__gte=0, used_amount__lte=F("budget_amount")),
                name="incident_goodwill_within_its_budget",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("requested_by")),
                name="incident_goodwill_decided_by_another_person",
            ),
            models.UniqueConstraint(
                "incident", condition=~Q(state="refused"), name="goodwill_of_an_incident_agreed_to_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.points}"

    @property
    def is_at_work(self) -> bool:
        return self.state == self.State.GIVING


class IncidentGift(models.Model):
    """The points of one person; `why_not` where they could not be given."""

    goodwill = models.ForeignKey(IncidentGoodwill, models.CASCADE, db_index=False, related_name="gifts")
    customer = models.ForeignKey("crm.Customer", models.PROTECT, related_name="+")
    given_at = models.DateTimeField(null=True, blank=True)
    why_not = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name = _("goodwill of one person")
        verbose_name_plural = _("goodwill of people")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint("goodwill", "customer", name="goodwill_of_an_incident_given_once"),
        ]
        indexes = [
            models.Index(
                "goodwill", "id", condition=Q(given_at=None, why_not=""), name="goodwill_still_to_give"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.goodwill_id}:{self.customer_id}"
