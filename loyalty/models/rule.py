from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from loyalty.models.rule_terms import RuleTerms


class RuleQuerySet(models.QuerySet["Rule"]):
    def switched_on(self) -> RuleQuerySet:
        """With the version that counts, in the order in which they take their turn."""
        return self.exclude(active_version=None).select_related("active_version").order_by("pk")


class Rule(models.Model):
    """For what a programme gives points. What it says stands in its versions; without an active one it is off."""

    programme = models.ForeignKey(
        "loyalty.Programme", models.PROTECT, related_name="rules", verbose_name=_("programme")
    )
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=100)
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


class RuleVersion(RuleTerms):
    """What a rule said from a day on: never changed, so that each earning can name what it was worth by."""

    append_only = True

    rule = models.ForeignKey(Rule, models.PROTECT, related_name="versions", verbose_name=_("rule"))
    number = models.PositiveIntegerField(_("version"))
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
