from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loyalty import effects


class RuleQuerySet(models.QuerySet["Rule"]):
    def switched_on(self) -> RuleQuerySet:
        """With the version that counts, in the order in which they take their turn."""
        return self.exclude(active_version=None).select_related("active_version").order_by("pk")


class Rule(models.Model):
    """For what a programme gives points. What it says stands in its versions; without an active one it is off."""

    programme = models.ForeignKey(
        "loyalty.Programme", models.PROTECT, related_name="rules", verbose_name=_("programme")
    )
    name = models.CharField(_("name"), max_length=100)
    active_version = models.OneToOneField(
        "loyalty.RuleVersion",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("version that counts"),
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        constraints = [models.UniqueConstraint("programme", "name", name="rule_named_once_in_a_programme")]

    def __str__(self) -> str:
        return self.name


class RuleVersion(models.Model):
    """What a rule said from a day on: never changed, so that each earning can name what it was worth by.

    `effect` and `effect_settings`: see loyalty.effects. `conditions`: a tree about an order, see crm.rules.
    """

    append_only = True

    class Period(models.TextChoices):
        DAY = "day", _("a day")
        WEEK = "week", _("a week")
        MONTH = "month", _("a month")
        YEAR = "year", _("a year")
        EVER = "ever", _("in all")

    rule = models.ForeignKey(Rule, models.PROTECT, related_name="versions", verbose_name=_("rule"))
    number = models.PositiveIntegerField(_("version"))
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
    sha256 = models.CharField(max_length=64, editable=False)
    published_at = models.DateTimeField(_("published"))
    published_by = models.ForeignKey(
        "crm.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("published by"),
    )
    approved_by = models.ForeignKey(
        "crm.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
    )

    class Meta:
        verbose_name = _("version of a rule")
        verbose_name_plural = _("versions of rules")
        constraints = [
            models.UniqueConstraint("rule", "number", name="version_numbered_once"),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("published_by")),
                name="nobody_approves_their_own_rule",
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
                name="rule_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"№ {self.number}"

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


class RuleUse(models.Model):
    """How many points of a rule's limit are used: by a member in a period, or, without a member, by all together.

    What was given counts, also where the goods came back later.
    """

    rule = models.ForeignKey(Rule, models.CASCADE, db_index=False, related_name="uses")
    member = models.ForeignKey(
        "loyalty.Member", models.CASCADE, null=True, blank=True, related_name="rule_uses"
    )
    period = models.CharField(max_length=10, blank=True)
    points = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("use of a rule's limit")
        verbose_name_plural = _("uses of rules' limits")
        constraints = [
            models.UniqueConstraint(
                "rule", "member", "period", nulls_distinct=False, name="use_counted_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.points)
