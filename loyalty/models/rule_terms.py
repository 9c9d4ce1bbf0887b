from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from loyalty import effects


class RuleTerms(models.Model):
    """Everything of a rule that decides about points: as published, as drafted, as replayed.

    `effect` and `effect_settings`: see loyalty.effects. `conditions`: a tree about an order, see crm.rules.
    """

    class Period(models.TextChoices):
        DAY = "day", _("a day")
        WEEK = "week", _("a week")
        MONTH = "month", _("a month")
        YEAR = "year", _("a year")
        EVER = "ever", _("in all")

    conditions = models.JSONField(_("conditions"), default=dict)
    effect = models.CharField(_("what it gives"), max_length=20, choices=effects.choices)
    effect_settings = models.JSONField(_("settings"), default=dict)
    group = models.SlugField(
        _("does not add up with"),
        max_length=50,
        blank=True,
        db_index=False,
        help_text=_("Of the rules with the same word here only the one that gives most counts."),
    )
    most_per_order_points = models.PositiveIntegerField(_("at most for an order"), null=True, blank=True)
    most_per_member_points = models.PositiveIntegerField(_("at most for a member"), null=True, blank=True)
    member_period = models.CharField(_("for a member in"), max_length=5, choices=Period, default=Period.EVER)
    budget_points = models.PositiveBigIntegerField(_("at most in all"), null=True, blank=True)
    valid_from = models.DateTimeField(_("valid from"), null=True, blank=True)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def content(self) -> dict[str, Any]:
        """What is hashed: everything that decides about points."""
        return {
            "conditions": self.conditions,
            "effect": self.effect,
            "settings": self.effect_settings,
            "group": self.group,
            "most_per_order_points": self.most_per_order_points,
            "most_per_member_points": self.most_per_member_points,
            "member_period": self.member_period,
            "budget_points": self.budget_points,
            "valid_from": self.valid_from,
            "valid_until": self.valid_until,
        }

    def digest(self) -> str:
        written = json.dumps(self.content, ensure_ascii=False, sort_keys=True, default=datetime.isoformat)
        return hashlib.sha256(written.encode()).hexdigest()

    def is_valid(self, at: datetime) -> bool:
        begun = self.valid_from is None or self.valid_from <= at
        return begun and (self.valid_until is None or at < self.valid_until)

    @property
    def has_limits(self) -> bool:
        return self.most_per_member_points is not None or self.budget_points is not None

    def take_terms(self, other: RuleTerms) -> None:
        """Say from now on what the other says. Saves nothing."""
        for name in TERMS:
            setattr(self, name, getattr(other, name))


TERMS = tuple(field.name for field in RuleTerms._meta.local_fields)
