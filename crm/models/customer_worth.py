from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.worth.categories import Category
from crm.worth.stages import Stage


class RiskLevel(models.TextChoices):
    NONE = "none", _("bought nothing yet")
    LOW = "low", pgettext_lazy("risk", "low")
    RAISED = "raised", pgettext_lazy("risk", "raised")
    HIGH = "high", pgettext_lazy("risk", "high")
    GONE = "gone", pgettext_lazy("risk", "stopped buying")


class Valuation(models.Model):
    """One night's count of what all customers are worth: the company's model, how it did on the past, or why it is not
    used. Nothing of a person stands here."""

    class WhyNot(models.TextChoices):
        FEW = "few", _("too few customers")
        BOUND = "bound", _("the purchases do not follow the model")
        BACKTEST = "backtest", _("it missed what was bought in the past")

    as_of = models.DateField(_("as of"), unique=True)
    horizon_days = models.PositiveSmallIntegerField(_("horizon, days"))
    currency = models.CharField(max_length=3, blank=True)
    customers = models.PositiveIntegerField(_("customers"), default=0)
    buyers = models.PositiveIntegerField(_("customers who bought"), default=0)
    # Month of the first purchase → days that nine of ten gaps do not exceed; "" is everybody.
    usual_gaps = models.JSONField(default=dict)
    why_not = models.CharField(max_length=8, choices=WhyNot, blank=True)
    r = models.FloatField(null=True)
    alpha = models.FloatField(null=True)
    a = models.FloatField(null=True)
    b = models.FloatField(null=True)
    log_likelihood = models.FloatField(null=True)
    backtest_forecast = models.FloatField(_("purchases foreseen in the hidden days"), null=True)
    backtest_fact = models.PositiveIntegerField(_("purchases made in the hidden days"), null=True)
    why_no_amounts = models.CharField(max_length=8, choices=WhyNot, blank=True)
    p = models.FloatField(null=True)
    q = models.FloatField(null=True)
    gamma = models.FloatField(null=True)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("valuation")
        verbose_name_plural = _("valuations")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return str(self.as_of)

    @property
    def is_fitted(self) -> bool:
        return self.r is not None and not self.why_not


class RfmCutPoints(models.Model):
    """What parts the scores 1 to 5 in a month, among customers who pay in one currency. Frozen once it is written."""

    append_only = True

    month = models.DateField(_("month"))
    currency = models.CharField(max_length=3)
    recency_days = ArrayField(models.IntegerField(), size=4)
    frequency = ArrayField(models.IntegerField(), size=4)
    monetary = ArrayField(models.DecimalField(max_digits=16, decimal_places=2), size=4)
    customers = models.PositiveIntegerField(_("customers"))
    bought_once = models.PositiveIntegerField(_("of them bought once"))
    counted_at = models.DateTimeField(_("counted"))

    class Meta:
        verbose_name = _("cut points")
        verbose_name_plural = _("cut points")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint("month", "currency", name="cut_points_frozen_once_a_month"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.currency}"


class CustomerWorth(models.Model):
    """What one customer is worth as of the latest night: counted by crm.worth, read by pages, lists and conditions."""

    customer = models.OneToOneField("crm.Customer", models.CASCADE, primary_key=True, related_name="worth")
    as_of = models.DateField(_("as of"))
    counted_at = models.DateTimeField(_("counted"), null=True)
    # What they bought: days, not orders. `lately` is within the horizon, `earlier` within the one before it.
    orders = models.PositiveIntegerField(_("orders"), default=0)
    returns = models.PositiveIntegerField(_("returns"), default=0)
    purchase_days = models.PositiveIntegerField(_("days of purchases"), default=0)
    days_lately = models.PositiveIntegerField(default=0)
    days_earlier = models.PositiveIntegerField(default=0)
    first_on = models.DateField(_("first purchase"), null=True)
    last_on = models.DateField(_("last purchase"), null=True)
    last_on_before = models.DateField(null=True)
    usual_gap_days = models.PositiveIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    historic_value = models.DecimalField(_("net revenue so far"), max_digits=16, decimal_places=2, default=0)
    # Where the company counts by margin, and the cost of all that they bought is known. Else empty.
    margin = models.DecimalField(_("margin so far"), max_digits=16, decimal_places=2, null=True)
    repeat_mean = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    recency = models.PositiveSmallIntegerField(_("recency score"), null=True)
    frequency = models.PositiveSmallIntegerField(_("frequency score"), null=True)
    monetary = models.PositiveSmallIntegerField(_("money score"), null=True)
    expected_purchases = models.DecimalField(
        _("purchases to come"), max_digits=10, decimal_places=4, null=True
    )
    expected_value = models.DecimalField(_("revenue to come"), max_digits=16, decimal_places=2, null=True)
    category = models.CharField(_("category"), max_length=10, choices=Category, blank=True)
    category_since = models.DateField(null=True)
    leaning = models.CharField(max_length=10, choices=Category, blank=True)
    leaning_since = models.DateField(null=True)
    stage = models.CharField(_("stage"), max_length=12, choices=Stage, blank=True)
    stage_since = models.DateField(null=True)
    risk = models.CharField(_("risk of losing them"), max_length=6, choices=RiskLevel, blank=True)
    # [[code, found, usual], …]: see crm.measures.churn.
    risk_reasons = models.JSONField(default=list)
    # On which channel they answer most, of how many messages; see crm.worth.channels. Empty: too little is known.
    learned_channel = models.CharField(
        _("answers most by"), max_length=20, blank=True, default="", db_default=""
    )
    learned_sent = models.PositiveIntegerField(default=0, db_default=0)
    learned_answered = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        verbose_name = _("worth of a customer")
        verbose_name_plural = _("worth of customers")
        default_permissions = ("view",)
        indexes = [
            models.Index("category", "customer", name="customers_by_category"),
            models.Index("stage", "customer", name="customers_by_stage"),
            models.Index("risk", "customer", name="customers_by_risk"),
        ]

    def __str__(self) -> str:
        return str(self.customer_id)


class CustomerToValue(models.Model):
    """Something was bought or came back since the latest valuation: this customer is to be counted before the next.

    `turn` grows each time, as in CustomerToLookAt.
    """

    customer = models.OneToOneField("crm.Customer", models.CASCADE, primary_key=True, related_name="+")
    turn = models.BigIntegerField(default=1)
    since = models.DateTimeField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index("since", "customer", name="customers_to_value_in_turn")]

    def __str__(self) -> str:
        return str(self.customer_id)


class StageTransition(models.Model):
    """A customer came to a stage: the log of crm.worth.stages. The last one holds; nothing is rewritten."""

    append_only = True

    customer = models.ForeignKey(
        "crm.Customer", models.DO_NOTHING, related_name="stage_transitions", db_index=False
    )
    before = models.CharField(_("stage before"), max_length=12, choices=Stage, blank=True)
    after = models.CharField(_("stage"), max_length=12, choices=Stage)
    entered_on = models.DateField(_("from this day"))
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("change of stage")
        verbose_name_plural = _("changes of stage")
        default_permissions = ("view",)
        indexes = [
            models.Index("customer", "entered_on", "id", name="stages_of_a_customer"),
            models.Index("entered_on", "after", name="stages_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"
