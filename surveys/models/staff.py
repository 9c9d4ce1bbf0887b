from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from surveys.models.survey import SurveyVersion


class StaffAsked(models.Model):
    """A colleague was asked. That they answered is known, so that nobody is reminded who did; what and when is not."""

    version = models.ForeignKey(SurveyVersion, models.PROTECT, related_name="+")
    colleague = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    asked_on = models.DateField()
    has_answered = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("colleague asked")
        verbose_name_plural = _("colleagues asked")
        constraints = [models.UniqueConstraint("version", "colleague", name="colleague_asked_once")]

    def __str__(self) -> str:
        return f"{self.version_id}"


class StaffAnswer(models.Model):
    """What some colleague answered: no name, no moment, and a number by which rows have no order.

    Only a week and a group are kept beside it; groups under five are not shown.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(SurveyVersion, models.PROTECT, related_name="+")
    group = models.CharField(_("group"), max_length=60, blank=True)
    week_on = models.DateField(_("week"), help_text=_("Its Monday."))
    value = models.SmallIntegerField(_("score"), null=True, help_text=_("eNPS; empty: it was not asked."))
    scores = models.JSONField(
        _("scores"), default=dict, db_default={}, help_text=_("Of every question with a scale, by its key.")
    )
    text = models.TextField(_("words"), blank=True)

    class Meta:
        verbose_name = _("answer of a colleague")
        verbose_name_plural = _("answers of colleagues")
        constraints = [
            models.CheckConstraint(condition=Q(value__gte=0, value__lte=10), name="staff_score_0_to_10"),
        ]

    def __str__(self) -> str:
        return str(self.value)
