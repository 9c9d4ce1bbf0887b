from django.db import models
from django.utils.translation import gettext_lazy as _


class PointsCohort(models.Model):
    """Points issued in one month, and what became of them in the month that lies `age` months after it.

    Counted each night by loyalty.points.cohorts from the lots. `issued` stands at age 0 alone; what was given back
    after a return is taken off of `redeemed`. Nothing of a person stands here.
    """

    programme = models.ForeignKey("loyalty.Programme", models.CASCADE, related_name="cohorts", db_index=False)
    month = models.DateField(_("month"))
    age = models.PositiveSmallIntegerField(_("months later"))
    issued = models.BigIntegerField(_("points issued"), default=0)
    redeemed = models.BigIntegerField(_("points redeemed"), default=0)
    expired = models.BigIntegerField(_("points expired"), default=0)
    taken_back = models.BigIntegerField(_("points taken back"), default=0)
    counted_at = models.DateTimeField(_("counted"))

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint("programme", "month", "age", name="cohort_counted_once_an_age"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} +{self.age}"
