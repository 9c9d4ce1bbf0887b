"""What a night's customers come to together: see crm.worth.census. Nothing of a person stands here."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CensusCount(models.Model):
    """How many customers were of one sort at the end of a night's count. What each column says depends on the aspect.

    `hits`: those of them whose share is told. `squares`: of the amounts, for an interval. `days`: a median.
    """

    as_of = models.DateField(_("as of"))
    aspect = models.CharField(max_length=12)
    part = models.CharField(max_length=60, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    customers = models.BigIntegerField(default=0)
    hits = models.BigIntegerField(default=0)
    amount = models.DecimalField(max_digits=28, decimal_places=2, default=0)
    to_come = models.DecimalField(max_digits=28, decimal_places=2, null=True)
    squares = models.FloatField(default=0)
    days = models.FloatField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint("as_of", "aspect", "part", "currency", name="sort_counted_once_a_night"),
        ]

    def __str__(self) -> str:
        return f"{self.as_of} {self.aspect} {self.part}"


class OutcomeCount(models.Model):
    """Customers who began alike (same month, same shop, alike in the first amount), members or not, and what they did
    since `since_on`. Of the latest night alone."""

    class Side(models.TextChoices):
        MEMBER = "member", _("members")
        OTHER = "other", _("others")

    since_on = models.DateField()
    until_on = models.DateField()
    month = models.DateField()
    shop = models.ForeignKey("crm.Shop", models.CASCADE, related_name="+", db_index=False)
    bracket = models.PositiveSmallIntegerField()
    currency = models.CharField(max_length=3)
    side = models.CharField(max_length=6, choices=Side)
    people = models.PositiveIntegerField()
    # Name of what they did → how many of them did it.
    did = models.JSONField(default=dict)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                "month", "shop", "bracket", "currency", "side", name="those_alike_counted_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.shop_id} {self.side}"
