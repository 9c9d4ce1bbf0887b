from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.models.long_work import LongWork, LongWorkQuerySet
from loyalty.models.rule import Rule
from loyalty.models.rule_terms import RuleTerms


class RuleDraft(RuleTerms):
    """What a rule is to say next: changed at will, until it is published as a version, and gone with that."""

    rule = models.OneToOneField(Rule, models.CASCADE, related_name="draft", verbose_name=_("rule"))
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("written by"),
    )
    drafted_at = models.DateTimeField(_("written"))
    handed_over_at = models.DateTimeField(_("waits for a second person since"), null=True, blank=True)

    class Meta:
        verbose_name = _("draft of a rule")
        verbose_name_plural = _("drafts of rules")

    def __str__(self) -> str:
        return str(self.rule)


class ReplayQuerySet(LongWorkQuerySet["Replay"]):
    def at_work(self) -> ReplayQuerySet:
        return self.filter(state=Replay.State.RUNNING)

    def done(self) -> ReplayQuerySet:
        return self.filter(state=Replay.State.DONE)


class Replay(LongWork, RuleTerms):
    """What a programme would have given in the past, with these terms in the place of the rule's own.

    The terms stand here as they were when it began. This row is also the cursor of the work: `last_customer_id` and
    the figures move in the transaction of the shares that they count, so that a run that was killed goes on.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("at work")
        CANCELLED = "cancelled", _("stopped, can go on")
        DONE = "done", _("finished")

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="replays", verbose_name=_("rule"))
    sha256 = models.CharField(max_length=64, editable=False)
    months = models.PositiveSmallIntegerField(_("months"))
    since = models.DateTimeField(_("from"))
    until = models.DateTimeField(_("until"))
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.RUNNING)
    customers_total = models.PositiveIntegerField(default=0)
    customers_done = models.PositiveIntegerField(default=0)
    last_customer_id = models.BigIntegerField(default=0)
    orders_count = models.PositiveIntegerField(_("orders"), default=0)
    rule_orders_count = models.PositiveIntegerField(_("orders with the rule"), default=0)
    limited_orders_count = models.PositiveIntegerField(_("orders cut by a limit"), default=0)
    rule_points = models.BigIntegerField(_("points of the rule"), default=0)
    points_now = models.BigIntegerField(_("points by today's rules"), default=0)
    points_then = models.BigIntegerField(_("points with the draft"), default=0)
    budgets = models.JSONField(default=dict, help_text="What each side used of the budget of each rule.")
    examples = models.JSONField(default=list, help_text="A few orders with what the rule gave for them.")
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = ReplayQuerySet.as_manager()

    class Meta:
        verbose_name = _("replay of a rule")
        verbose_name_plural = _("replays of rules")
        constraints = [
            models.CheckConstraint(condition=Q(months__range=(1, 24)), name="replay_of_up_to_two_years"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} ({self.months})"

    @property
    def is_at_work(self) -> bool:
        return self.state == self.State.RUNNING

    @property
    def percent(self) -> int:
        if self.state == self.State.DONE or not self.customers_total:
            return 100
        return min(100 * self.customers_done // self.customers_total, 99)

    @property
    def difference(self) -> int:
        return self.points_then - self.points_now

    @property
    def cost(self) -> Decimal:
        """If every point of the difference were spent, in the programme's currency."""
        return (self.difference * self.rule.programme.point_value).quantize(Decimal("0.01"))

    @property
    def yearly_cost(self) -> Decimal:
        return (self.cost * 12 / self.months).quantize(Decimal("0.01"))


class ReplayShare(models.Model):
    """What a replay would have changed for one customer."""

    replay = models.ForeignKey(Replay, models.CASCADE, db_index=False, related_name="shares")
    customer = models.ForeignKey("crm.Customer", models.CASCADE, related_name="+", verbose_name=_("customer"))
    orders_count = models.PositiveIntegerField(_("orders"))
    points_now = models.BigIntegerField(_("points by today's rules"))
    points_then = models.BigIntegerField(_("points with the draft"))
    difference = models.BigIntegerField(_("difference"))
    tier_now = models.ForeignKey("loyalty.Tier", models.CASCADE, null=True, db_index=False, related_name="+")
    tier_then = models.ForeignKey("loyalty.Tier", models.CASCADE, null=True, db_index=False, related_name="+")

    class Meta:
        default_permissions = ()
        verbose_name = _("customer in a replay")
        verbose_name_plural = _("customers in a replay")
        constraints = [models.UniqueConstraint("replay", "customer", name="customer_once_in_a_replay")]
        indexes = [
            models.Index("replay", F("difference").desc(), F("id").desc(), name="shares_largest_first")
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.difference}"
