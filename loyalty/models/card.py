from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class CardBatch(models.Model):
    """Cards that are printed together."""

    programme = models.ForeignKey(
        "loyalty.Programme", models.PROTECT, related_name="card_batches", verbose_name=_("programme")
    )
    size = models.PositiveIntegerField(_("cards"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("batch of cards")
        verbose_name_plural = _("batches of cards")

    def __str__(self) -> str:
        return f"№ {self.pk}"


class Card(models.Model):
    """A card of plastic. First it is printed, then issued to a member; a blocked one is never unblocked, but replaced.

    A number brought along from an earlier programme stands in no batch.
    """

    programme = models.ForeignKey(
        "loyalty.Programme", models.PROTECT, related_name="cards", verbose_name=_("programme")
    )
    number = models.CharField(_("number"), max_length=32, unique=True)
    batch = models.ForeignKey(
        CardBatch, models.PROTECT, null=True, blank=True, related_name="cards", verbose_name=_("batch")
    )
    member = models.ForeignKey(
        "loyalty.Member",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cards",
        verbose_name=_("member"),
    )
    issued_at = models.DateTimeField(_("issued"), null=True, blank=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("issued by"),
    )
    blocked_at = models.DateTimeField(_("blocked"), null=True, blank=True)
    blocked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("blocked by"),
    )
    block_reason = models.CharField(_("why it is blocked"), max_length=200, blank=True)
    replaces = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name=_("instead of"),
    )

    class Meta:
        verbose_name = _("card")
        verbose_name_plural = _("cards")
        constraints = [
            models.CheckConstraint(
                condition=Q(member=None, issued_at=None) | Q(member__isnull=False, issued_at__isnull=False),
                name="card_is_issued_to_somebody",
            ),
            models.CheckConstraint(
                condition=Q(blocked_at=None, blocked_by=None, block_reason="")
                | Q(blocked_at__isnull=False, blocked_by__isnull=False),
                name="card_block_has_a_who_and_a_when",
            ),
            models.CheckConstraint(
                condition=Q(replaces=None) | ~Q(replaces=F("id")), name="card_does_not_replace_itself"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_blocked(self) -> bool:
        return self.blocked_at is not None


class CardLink(models.Model):
    """The address of a member's mobile card: whoever has it sees the card. One at a time; the old one can be ended."""

    member = models.ForeignKey("loyalty.Member", models.PROTECT, related_name="card_links")
    made_at = models.DateTimeField(_("made"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("link to a card")
        verbose_name_plural = _("links to cards")
        constraints = [
            models.UniqueConstraint(
                "member", condition=Q(ended_at=None), name="member_has_one_link_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False),
                name="link_ended_has_a_when",
            ),
        ]

    def __str__(self) -> str:
        return f"№ {self.pk}"
