"""Day rollups: what each day comes to, kept so that a year is read in milliseconds. See crm.rollups."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class DayFigure(models.Model):
    """What one rollup comes to on one day of the company's clock, for one place in the cube of its dimensions.

    An empty dimension (NULL) is all of it, added up; `shop` 0 and texts that are "" are what has none. With a
    `segment`: only customers who were in it when the day was counted. `unit`: what a total is in, such as a currency
    or a programme. Written by crm.rollups.counting alone.
    """

    rollup = models.CharField(max_length=20)
    on = models.DateField(_("day"))
    segment = models.ForeignKey(
        "crm.Segment", models.CASCADE, null=True, db_index=False, related_name="day_figures"
    )
    shop = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=20, null=True)
    tier = models.CharField(max_length=50, null=True)
    category = models.CharField(max_length=10, null=True)
    unit = models.CharField(max_length=20)
    measure = models.CharField(max_length=20)
    count = models.BigIntegerField()
    total = models.DecimalField(max_digits=28, decimal_places=2)
    squares = models.FloatField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=[
                    *("rollup", "segment", "shop", "channel", "tier", "category"),
                    *("on", "measure", "unit"),
                ],
                nulls_distinct=False,
                name="day_counted_once_for_each_place",
            ),
        ]
        indexes = [
            models.Index("rollup", "on", name="figures_of_a_day"),
            models.Index(
                fields=["segment"], condition=models.Q(segment__isnull=False), name="figures_of_a_segment"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rollup} {self.on}"


class DayPeople(models.Model):
    """How many different people bought on one day of the company's clock in one place, and how many came back to it.

    Places are those of DayFigure, without a category. Of these people `again[n]` had bought there before within the
    last `gaps[n]` days; gaps ascend, and none is as long as the longest period that is asked for (crm.rollups.people).
    So whoever bought from a day `a` on, up to a day `b`, is counted on the first day they came: on each day of it,
    those who had not been there since `a`.
    """

    rollup = models.CharField(max_length=20)
    on = models.DateField(_("day"))
    segment = models.ForeignKey("crm.Segment", models.CASCADE, null=True, db_index=False, related_name="+")
    shop = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=20, null=True)
    tier = models.CharField(max_length=50, null=True)
    people = models.IntegerField()
    gaps = ArrayField(models.SmallIntegerField())
    again = ArrayField(models.IntegerField())

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["rollup", "segment", "shop", "channel", "tier", "on"],
                nulls_distinct=False,
                name="people_counted_once_for_each_place",
            ),
        ]
        indexes = [
            models.Index("rollup", "on", name="people_of_a_day"),
            models.Index(
                fields=["segment"], condition=models.Q(segment__isnull=False), name="people_of_a_segment"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rollup} {self.on}"


class StaleDay(models.Model):
    """Something happened on a day, or was heard of, and it is to be counted anew.

    `turn` grows each time: what was marked while somebody counted is counted once more.
    """

    rollup = models.CharField(max_length=20)
    on = models.DateField()
    turn = models.BigIntegerField(default=1)
    since = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint("rollup", "on", name="day_is_stale_once")]
        indexes = [models.Index("since", name="stale_days_in_turn")]

    def __str__(self) -> str:
        return f"{self.rollup} {self.on}"


class RollupState(models.Model):
    """Whether a rollup's days stand, for everybody or for one segment; until then the facts themselves are asked.

    `clock` and `version`: what they were counted by; where either is another now, all is counted anew. `since`: the
    first day that stands; empty: as far back as anything is known. `counted_at`: of a segment, as of when.
    """

    rollup = models.CharField(max_length=20)
    segment = models.ForeignKey("crm.Segment", models.CASCADE, null=True, related_name="+")
    clock = models.CharField(max_length=64)
    version = models.PositiveSmallIntegerField()
    since = models.DateField(null=True)
    begun_at = models.DateTimeField()
    counted_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["rollup", "segment"], nulls_distinct=False, name="rollup_stands_one_way"
            ),
        ]

    def __str__(self) -> str:
        return self.rollup


class Reconciliation(models.Model):
    """One night's look at every day beside its facts. `wrong`: rows that stood wrongly, by rollup."""

    began_at = models.DateTimeField(_("began"))
    finished_at = models.DateTimeField(_("finished"), null=True)
    since = models.DateField(_("from the day"), null=True)
    days_count = models.PositiveIntegerField(_("days"), default=0)
    wrong = models.JSONField(default=dict)
    wrong_count = models.PositiveIntegerField(_("rows that stood wrongly"), default=0)
    repaired_at = models.DateTimeField(_("repaired"), null=True)

    class Meta:
        verbose_name = _("reconciliation of figures")
        verbose_name_plural = _("reconciliations of figures")
        default_permissions = ("view",)
        indexes = [models.Index(fields=["-began_at"], name="latest_reconciliation")]

    def __str__(self) -> str:
        return f"{self.began_at:%Y-%m-%d}"
