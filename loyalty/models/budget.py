from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Budget(models.Model):
    """How much may be given away within a period. What is used stands in `BudgetPeriod`: see loyalty.rules.budgets."""

    class Unit(models.TextChoices):
        POINTS = "points", _("points")
        MONEY = "money", _("money, in the programme's currency")

    class Period(models.TextChoices):
        EVER = "ever", _("once and for all")
        DAY = "day", _("a day")
        MONTH = "month", _("a month")
        YEAR = "year", _("a year")

    programme = models.ForeignKey(
        "loyalty.Programme", models.PROTECT, related_name="budgets", verbose_name=_("programme")
    )
    label = models.CharField(pgettext_lazy("of a thing", "name"), max_length=100)
    unit = models.CharField(_("of what"), max_length=6, choices=Unit, default=Unit.POINTS)
    period = models.CharField(_("for"), max_length=5, choices=Period, default=Period.MONTH)
    amount = models.DecimalField(_("at most"), max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = _("budget")
        verbose_name_plural = _("budgets")
        constraints = [models.CheckConstraint(condition=Q(amount__gte=0), name="budget_never_negative")]

    def __str__(self) -> str:
        return self.label


class BudgetPeriod(models.Model):
    """What is used of a budget in the period that begins on this day of the company's clock."""

    budget = models.ForeignKey(Budget, models.CASCADE, db_index=False, related_name="periods")
    starts_on = models.DateField(_("from"))
    used = models.DecimalField(_("used"), max_digits=14, decimal_places=2, default=0)

    class Meta:
        default_permissions = ()
        verbose_name = _("period of a budget")
        verbose_name_plural = _("periods of a budget")
        constraints = [
            models.UniqueConstraint("budget", "starts_on", name="budget_has_a_period_once"),
            models.CheckConstraint(condition=Q(used__gte=0), name="used_budget_never_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on}: {self.used}"


class BudgetUse(models.Model):
    """One reservation, once per key."""

    period = models.ForeignKey(BudgetPeriod, models.CASCADE, related_name="uses")
    key = models.CharField(max_length=200, unique=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    used_at = models.DateTimeField()
    given_back_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="budget_use_positive")]

    def __str__(self) -> str:
        return f"{self.key}: {self.amount}"
