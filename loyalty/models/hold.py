from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Hold(models.Model):
    """Points set aside for a checkout. What is neither captured nor released goes back by itself at `expires_at`."""

    written_by_functions = True

    wallet = models.ForeignKey("loyalty.Wallet", models.PROTECT, related_name="holds")
    points = models.BigIntegerField(_("points"))
    captured = models.BigIntegerField(_("captured"), default=0)
    released = models.BigIntegerField(_("released"), default=0)
    expires_at = models.DateTimeField(_("held until"))
    created_at = models.DateTimeField(_("held since"))

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints = [
            models.CheckConstraint(
                condition=Q(points__gt=0, captured__gte=0, released__gte=0), name="hold_never_below_zero"
            ),
            models.CheckConstraint(
                condition=Q(points__gte=F("captured") + F("released")),
                name="hold_never_gives_more_than_it_took",
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at", "id"],
                condition=Q(points__gt=F("captured") + F("released")),
                name="holds_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.open_points} / {self.points}"

    @property
    def open_points(self) -> int:
        return self.points - self.captured - self.released
