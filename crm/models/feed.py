"""The feed's tables: entries waiting for their place, their places, and who has read how far."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OutboxRow(models.Model):
    """An entry that has no position yet. No foreign key: the row is written by the statement that writes the entry."""

    entry = models.OneToOneField(
        "crm.TimelineEntry",
        models.DO_NOTHING,
        primary_key=True,
        db_constraint=False,
        related_name="+",
    )

    class Meta:
        db_table = "crm_outbox"


class FeedRow(models.Model):
    """The place of an entry among all entries: gapless, in commit order, never reused."""

    append_only = True

    position = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(
        "crm.TimelineEntry",
        models.DO_NOTHING,
        db_constraint=False,
        related_name="feed_row",
    )

    class Meta:
        db_table = "crm_feed"


class ReactionCursor(models.Model):
    """How far one reaction has read. Its row lock keeps two relays from serving the same reaction."""

    reaction = models.CharField(_("reaction"), max_length=80, primary_key=True)
    position = models.BigIntegerField(_("position"), default=0)
    moved_at = models.DateTimeField(_("moved"), null=True)

    class Meta:
        verbose_name = _("reader of the feed")
        verbose_name_plural = _("readers of the feed")

    def __str__(self) -> str:
        return self.reaction


class ParkedEntry(models.Model):
    """An entry that a reaction failed on, or that waits behind one of the same customer. Staff can replay it."""

    reaction = models.CharField(_("reaction"), max_length=80)
    entry = models.ForeignKey(
        "crm.TimelineEntry",
        models.DO_NOTHING,
        related_name="+",
        verbose_name=_("entry"),
    )
    customer = models.ForeignKey(
        "crm.Customer",
        models.DO_NOTHING,
        null=True,
        related_name="+",
        verbose_name=_("customer"),
    )
    error = models.TextField(_("error"), blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    parked_at = models.DateTimeField(_("since"))
    next_try_at = models.DateTimeField(
        _("next try"), null=True, help_text=_("Empty: waits for somebody to replay it.")
    )

    class Meta:
        verbose_name = _("parked failure")
        verbose_name_plural = _("parked failures")
        constraints = [models.UniqueConstraint("reaction", "entry", name="entry_parked_once_per_reaction")]
        indexes = [models.Index("reaction", "customer", "entry", name="parked_queue_of_a_customer")]

    def __str__(self) -> str:
        return f"{self.reaction}: {self.entry_id}"
