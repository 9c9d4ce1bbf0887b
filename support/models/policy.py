from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.rules.fields import ConditionField, always
from support.timekeeping.deadlines import Kind

LONGEST_MINUTES = 366 * 24 * 60


def minutes(label: Any) -> models.PositiveIntegerField[int | None, int | None]:
    return models.PositiveIntegerField(
        label,
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_MINUTES)],
        help_text=_("Minutes of open time. Empty: nothing is promised."),
    )


class SlaPolicyQuerySet(models.QuerySet["SlaPolicy"]):
    def in_force(self, at: datetime) -> SlaPolicyQuerySet:
        """In the order in which they are tried."""
        return self.filter(Q(ended_at=None) | Q(ended_at__gt=at)).order_by("position", "pk")


class SlaPolicy(models.Model):
    """How soon which tickets are answered. Of several that fit a ticket the first one counts."""

    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=100, unique=True)
    position = models.PositiveSmallIntegerField(
        _("number in the order"), default=0, help_text=_("Of several that fit a ticket the first one counts.")
    )
    conditions = ConditionField(_("for which tickets"), root="ticket", default=always)
    calendar = models.ForeignKey(
        "support.Calendar",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="policies",
        verbose_name=_("calendar of opening hours"),
        help_text=_("Empty: the first calendar there is."),
    )
    first_response_minutes = minutes(_("first answer within"))
    next_response_minutes = minutes(_("each further answer within"))
    resolution_minutes = minutes(_("resolved within"))
    ended_at = models.DateTimeField(
        _("no longer promised from"),
        null=True,
        blank=True,
        help_text=_("Clocks that run already keep what they were promised."),
    )

    objects = SlaPolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("promise of service")
        verbose_name_plural = _("promises of service")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name

    def targets(self) -> dict[Kind, timedelta]:
        """What is promised, in open time."""
        promised = {
            Kind.FIRST_RESPONSE: self.first_response_minutes,
            Kind.NEXT_RESPONSE: self.next_response_minutes,
            Kind.RESOLUTION: self.resolution_minutes,
        }
        return {kind: timedelta(minutes=its) for kind, its in promised.items() if its is not None}
