from __future__ import annotations

from decimal import Decimal
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models.long_work import LongWork, LongWorkQuerySet
from crm.rules.fields import ConditionField

LARGEST_HOLD_OUT = Decimal("0.5")


class CampaignQuerySet(LongWorkQuerySet["Campaign"]):
    def at_work(self) -> Self:
        return self.filter(state__in=Campaign.AT_WORK)


class Campaign(LongWork):
    """One thing done for many people at once, for all of them but a share drawn by lot, so that its effect shows.

    It is about a segment, a snapshot, or whomever conditions of its own hold for; who that is is settled when it
    starts (`started_at`), as rows of CampaignPerson. `kind` and `terms`: what is done, see crm.campaigns.kinds.
    `price_amount` is the most that it costs for one person, frozen when somebody asks for it to start.
    """

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("campaign", "draft")
        WAITING = "waiting", pgettext_lazy("campaign", "waiting for a second person")
        FINDING = "finding", pgettext_lazy("campaign", "being started")
        RUNNING = "running", pgettext_lazy("campaign", "running")
        PAUSED = "paused", pgettext_lazy("campaign", "paused")
        DONE = "done", pgettext_lazy("campaign", "done")
        CANCELLED = "cancelled", pgettext_lazy("campaign", "cancelled")

    AT_WORK = (State.FINDING, State.RUNNING)
    STARTED = (State.RUNNING, State.PAUSED, State.DONE, State.CANCELLED)

    name = models.CharField(_("name"), max_length=80)
    segment = models.ForeignKey(
        "crm.Segment",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="campaigns",
        verbose_name=_("segment"),
    )
    snapshot = models.ForeignKey(
        "crm.SegmentSnapshot",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="campaigns",
        verbose_name=_("snapshot of a segment"),
    )
    conditions = ConditionField(_("conditions"), root="customer", null=True, blank=True)
    kind = models.SlugField(_("what is done"), max_length=20)
    terms = models.JSONField(default=dict)
    hold_out = models.DecimalField(
        _("hold-out share"), max_digits=4, decimal_places=3, default=Decimal("0.1")
    )
    why_no_hold_out = models.CharField(_("why nobody is held out"), max_length=200, blank=True)
    horizon_days = models.PositiveSmallIntegerField(_("measured over, days"), default=30)
    budget_amount = models.DecimalField(_("budget"), max_digits=14, decimal_places=2, null=True, blank=True)
    price_amount = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    used_amount = models.DecimalField(_("used"), max_digits=14, decimal_places=2, default=0)
    currency = models.CharField(_("currency"), max_length=3)
    people_foreseen = models.PositiveIntegerField(_("people foreseen"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who let it start"),
    )
    asked_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decision_note = models.CharField(max_length=300, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    stopped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who stopped it"),
    )
    stopped_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    # The result stands for good once the days are over that it is measured over.
    counted_at = models.DateTimeField(null=True, blank=True)
    measured_at = models.DateTimeField(null=True, blank=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        default_permissions = ("view", "add", "change")
        permissions = [
            ("start_campaign", _("Can let a campaign start")),
            ("decide_campaign", _("Can approve a campaign that somebody else started")),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="campaign_has_a_name"),
            models.CheckConstraint(
                condition=Q(segment__isnull=False, snapshot=None, conditions=None)
                | Q(segment=None, snapshot__isnull=False, conditions=None)
                | Q(segment=None, snapshot=None, conditions__isnull=False),
                name="campaign_is_about_one_audience",
            ),
            models.CheckConstraint(
                condition=Q(hold_out__gte=0, hold_out__lte=LARGEST_HOLD_OUT)
                & (Q(hold_out__gt=0) | ~Q(why_no_hold_out="")),
                name="campaign_holds_out_or_says_why_not",
            ),
            models.CheckConstraint(
                condition=Q(used_amount__gte=0)
                & (Q(budget_amount=None) | Q(used_amount__lte=F("budget_amount"))),
                name="campaign_within_its_budget",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None)
                | (~Q(decided_by=F("asked_by")) & ~Q(decided_by=F("started_by"))),
                name="campaign_decided_by_another_person",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("running", "paused", "done")) | Q(started_at__isnull=False),
                name="campaign_at_work_has_started",
            ),
        ]
        indexes = [
            models.Index(
                "started_at",
                condition=Q(started_at__isnull=False, measured_at=None),
                name="campaigns_still_to_measure",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def is_at_work(self) -> bool:
        return self.state in self.AT_WORK


class CampaignPerson(models.Model):
    """One person of a campaign, on the side that the lot put them; `why_not` where nothing could be done for them.

    `outcome` is written once the days are over: whether they bought within them.
    """

    class Side(models.TextChoices):
        TREATED = "treated", pgettext_lazy("campaign", "treated")
        HELD_OUT = "held_out", pgettext_lazy("campaign", "held out")

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("person of a campaign", "to be done")
        DONE = "done", pgettext_lazy("person of a campaign", "done")
        SKIPPED = "skipped", pgettext_lazy("person of a campaign", "not possible")
        FAILED = "failed", pgettext_lazy("person of a campaign", "failed")

    class Outcome(models.TextChoices):
        BOUGHT = "bought", _("bought again")
        NOT_BOUGHT = "not_bought", _("bought nothing")

    campaign = models.ForeignKey(Campaign, models.CASCADE, db_index=False, related_name="people")
    customer = models.ForeignKey("crm.Customer", models.PROTECT, related_name="campaigns")
    side = models.CharField(_("side"), max_length=8, choices=Side)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.WAITING)
    why_not = models.CharField(_("why not"), max_length=40, blank=True)
    at = models.DateTimeField(_("when"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)

    class Meta:
        verbose_name = _("person of a campaign")
        verbose_name_plural = _("people of campaigns")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint("campaign", "customer", name="somebody_is_in_a_campaign_once"),
            models.CheckConstraint(
                condition=Q(side="treated") | Q(state="waiting", at=None),
                name="nothing_is_done_for_whom_the_lot_held_out",
            ),
        ]
        indexes = [
            models.Index(
                "campaign", "id", condition=Q(side="treated", state="waiting"), name="campaign_still_to_do"
            ),
            models.Index("campaign", "side", "state", "why_not", "id", name="people_of_a_campaign_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}:{self.customer_id}"


class CampaignSide(models.Model):
    """What one side bought from the start on, within the days that are measured. Sums alone: no person stands here."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, db_index=False, related_name="sides")
    side = models.CharField(max_length=8, choices=CampaignPerson.Side)
    people = models.PositiveIntegerField(default=0)
    buyers = models.PositiveIntegerField(default=0)
    revenue = models.DecimalField(max_digits=16, decimal_places=2, default=0)
    # Of what each person spent, zero included: for the interval of the mean.
    squares = models.FloatField(default=0)

    class Meta:
        verbose_name = _("side of a campaign")
        verbose_name_plural = _("sides of campaigns")
        default_permissions = ()
        constraints = [models.UniqueConstraint("campaign", "side", name="campaign_has_each_side_once")]

    def __str__(self) -> str:
        return f"{self.campaign_id}:{self.side}"


class RetentionPlan(models.Model):
    """Somebody answers for keeping the people of a campaign. What became of it is written once it is known."""

    class Outcome(models.TextChoices):
        KEPT = "kept", _("more people bought again than without it")
        LOST = "lost", _("fewer people bought again than without it")
        UNDECIDED = "undecided", _("no difference can be told from chance")
        TOO_SMALL = "too_small", _("too few people to compare")
        NOT_COMPARED = "not_compared", _("nobody was held out, so nothing can be compared")

    campaign = models.OneToOneField(Campaign, models.CASCADE, primary_key=True, related_name="plan")
    playbook = models.SlugField(max_length=20, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who answers for it")
    )
    due_on = models.DateField(_("to be begun by"))
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome, blank=True)
    outcome_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("retention plan")
        verbose_name_plural = _("retention plans")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", outcome_at=None) | (~Q(outcome="") & Q(outcome_at__isnull=False)),
                name="outcome_of_a_plan_has_its_moment",
            ),
        ]

    def __str__(self) -> str:
        return str(self.campaign_id)
