from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Merge(models.Model):
    """Two customers were found to be one person: who decided it, why, and whether it was taken back.

    The fact itself is `Customer.merged_into`; nothing else of either is rewritten. `replaced` keeps the details of the
    survivor that gave way to those of the other, for the way back: {"birthday": {"before": …, "after": …}}.
    """

    customer = models.ForeignKey(
        "crm.Customer", models.PROTECT, related_name="merges", verbose_name=_("customer")
    )
    survivor = models.ForeignKey(
        "crm.Customer", models.PROTECT, related_name="merges_here", verbose_name=_("same person as")
    )
    evidence = models.JSONField(_("evidence"), default=list, blank=True)
    replaced = models.JSONField(default=dict, blank=True)
    merged_at = models.DateTimeField(_("merged"))
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("merged by")
    )
    undone_at = models.DateTimeField(_("taken back"), null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("taken back by"),
    )

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        constraints = [
            models.UniqueConstraint(
                "customer", condition=Q(undone_at=None), name="customer_merged_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(customer=F("survivor")), name="nobody_merges_with_themselves"
            ),
        ]

    def __str__(self) -> str:
        return f"№ {self.customer_id} = № {self.survivor_id}"


class MergeProposalQuerySet(models.QuerySet["MergeProposal"]):
    def waiting(self) -> MergeProposalQuerySet:
        """Neither dismissed nor settled: two people who both stand for themselves."""
        alone: dict[str, Any] = {
            f"{one}__{field}": None for one in ("first", "second") for field in ("merged_into", "erased_at")
        }
        return self.filter(dismissed_at=None, **alone)


class MergeProposal(models.Model):
    """Two customers who may be one person, with what speaks for it. People decide."""

    class Evidence(models.TextChoices):
        IDENTITY = "identity", _("the same phone, e-mail, card or handle")
        NAME_AND_BIRTHDAY = "name_and_birthday", _("the same name and birthday")

    first = models.ForeignKey("crm.Customer", models.CASCADE, related_name="+", db_index=False)
    second = models.ForeignKey("crm.Customer", models.CASCADE, related_name="+")
    evidence = models.JSONField(_("evidence"), default=list)
    found_at = models.DateTimeField(_("found"))
    dismissed_at = models.DateTimeField(_("dismissed"), null=True)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("dismissed by")
    )

    objects = MergeProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal to merge")
        verbose_name_plural = _("proposals to merge")
        constraints = [
            models.UniqueConstraint("first", "second", name="two_people_proposed_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="proposal_names_the_older_first"),
        ]

    def __str__(self) -> str:
        return f"№ {self.first_id}, № {self.second_id}"
