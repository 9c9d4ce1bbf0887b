from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class AdjustmentRequest(models.Model):
    """A colleague's wish to give or take points by hand, and the second person's word on it.

    Within the allowance nobody is asked: the request is approved as it is made, and `decided_by` stays empty. What a
    shop's system asks for has no allowance. Whoever may change requests decides.
    """

    class Decision(models.TextChoices):
        ALLOWED = "allowed", _("within the allowance")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")

    member = models.ForeignKey(
        "loyalty.Member", models.PROTECT, related_name="adjustments", verbose_name=_("member")
    )
    points = models.BigIntegerField(_("points"), help_text=_("Below zero: points are taken."))
    reason = models.CharField(_("reason"), max_length=200)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("requested by"),
    )
    # A shop's system, when no colleague asked.
    requested_through = models.CharField(
        _("requested through"), max_length=40, blank=True, default="", db_default=""
    )
    requested_at = models.DateTimeField(_("requested"))
    expires_at = models.DateTimeField(_("waits until"))
    decision = models.CharField(_("decision"), max_length=8, choices=Decision, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decision_note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("adjustment of points")
        verbose_name_plural = _("adjustments of points")
        constraints = [
            models.CheckConstraint(condition=~Q(points=0), name="adjustment_changes_points"),
            models.CheckConstraint(
                condition=Q(requested_by__isnull=False, requested_through="")
                | (Q(requested_by=None) & ~Q(requested_through="")),
                name="somebody_asked_for_the_adjustment",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("requested_by")),
                name="nobody_approves_their_own_adjustment",
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_by=None, decided_at=None)
                | Q(decision="allowed", decided_by=None, decided_at__isnull=False)
                | Q(decision__in=["approved", "refused"], decided_by__isnull=False, decided_at__isnull=False),
                name="decision_has_a_who_and_a_when",
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(decision=""), name="adjustments_waiting"),
            # What an agent has used up of the day's allowance.
            models.Index(
                fields=["requested_by", "requested_at"],
                condition=Q(decision="allowed"),
                name="adjustments_within_allowance",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.points:+d}"
