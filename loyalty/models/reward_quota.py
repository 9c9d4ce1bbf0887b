from django.db import models
from django.utils.translation import gettext_lazy as _


class RewardQuota(models.Model):
    """A reward with quotas is for these tiers alone; `left` goes down as members of the tier take it."""

    reward = models.ForeignKey(
        "loyalty.Reward",
        models.CASCADE,
        db_index=False,
        related_name="quotas",
        verbose_name=_("reward"),
    )
    tier = models.ForeignKey(
        "loyalty.Tier", models.PROTECT, db_index=False, related_name="+", verbose_name=_("tier")
    )
    left = models.PositiveIntegerField(
        _("left for this tier"), null=True, blank=True, help_text=_("Empty: as many as there are.")
    )

    class Meta:
        verbose_name = _("quota of a tier")
        verbose_name_plural = _("quotas of tiers")
        constraints = [models.UniqueConstraint("reward", "tier", name="reward_quota_once_per_tier")]

    def __str__(self) -> str:
        return str(self.tier)
