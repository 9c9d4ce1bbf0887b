from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ScriptRunQuerySet(models.QuerySet["ScriptRun"]):
    def open(self) -> ScriptRunQuerySet:
        return self.filter(ended_at=None)


class ScriptRun(models.Model):
    """A colleague plays one version of a script in one ticket. Its steps are the path; `turn` is how many there are.

    Of a ticket each colleague has one open run at most: it survives a reload, and stands in every tab of theirs.
    """

    class Outcome(models.TextChoices):
        SOLVED = "solved", pgettext_lazy("outcome of a script", "solved")
        ESCALATED = "escalated", pgettext_lazy("outcome of a script", "passed on to somebody who decides")
        WAITING = "waiting", pgettext_lazy("outcome of a script", "something is still waited for")
        STOPPED = "stopped", _("stopped before its end")

    class Suggested(models.TextChoices):
        CONDITION = "condition", _("by its own condition")
        WORDS = "words", _("by what the customer wrote")
        MOOD = "mood", _("by the customer's mood")
        TOPIC = "topic", _("by the topic")

    ticket = models.ForeignKey(
        "support.Ticket",
        models.PROTECT,
        db_index=False,
        related_name="script_runs",
        verbose_name=_("ticket"),
    )
    version = models.ForeignKey(
        "support.ScriptVersion", models.PROTECT, related_name="runs", verbose_name=_("version of a script")
    )
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("played by")
    )
    language = models.CharField(_("language"), max_length=5)
    channel = models.CharField(_("channel"), max_length=20)
    suggested = models.CharField(
        _("suggested"), max_length=9, choices=Suggested, blank=True, help_text=_("Empty: found by hand.")
    )
    turn = models.PositiveIntegerField(default=1)
    started_at = models.DateTimeField(_("began"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=9, choices=Outcome, blank=True)
    key = models.CharField(max_length=80, unique=True)

    objects = ScriptRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("played script")
        verbose_name_plural = _("played scripts")
        constraints = [
            models.UniqueConstraint(
                "ticket", "agent", condition=Q(ended_at=None), name="one_script_is_played_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, outcome="") | (Q(ended_at__isnull=False) & ~Q(outcome="")),
                name="script_run_ends_with_an_outcome",
            ),
        ]
        indexes = [models.Index("ticket", F("id").desc(), name="script_run_of_a_ticket")]

    def __str__(self) -> str:
        return f"№ {self.ticket_id}"


class ScriptRunStep(models.Model):
    """Where a run went, in the order of `turn`. `choice`: which of the step before led here, counted from 0."""

    append_only = True

    class By(models.TextChoices):
        START = "start", _("began")
        CHOICE = "choice", _("chosen")
        BACK = "back", _("went back")

    run = models.ForeignKey(ScriptRun, models.DO_NOTHING, db_index=False, related_name="path")
    turn = models.PositiveIntegerField()
    step = models.CharField(_("step"), max_length=60)
    came_by = models.CharField(max_length=6, choices=By)
    choice = models.PositiveSmallIntegerField(null=True, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("step of a played script")
        verbose_name_plural = _("steps of played scripts")
        ordering = ["run", "turn"]
        constraints = [
            models.UniqueConstraint("run", "turn", name="script_run_takes_one_step_at_a_time"),
            models.CheckConstraint(
                condition=Q(came_by="choice", choice__isnull=False)
                | (~Q(came_by="choice") & Q(choice__isnull=True)),
                name="script_run_step_is_chosen_or_not",
            ),
        ]

    def __str__(self) -> str:
        return self.step


class ScriptLine(models.Model):
    """Words of a step came into the answer. How much of them was changed before it was sent, never the words.

    Without a message they have not been sent yet.
    """

    run = models.ForeignKey(ScriptRun, models.PROTECT, db_index=False, related_name="lines")
    step = models.CharField(_("step"), max_length=60)
    inserted_at = models.DateTimeField(_("inserted"))
    message = models.ForeignKey(
        "crm.Message",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="script_lines",
        verbose_name=_("message"),
    )
    edited_ratio = models.FloatField(
        _("share of its words that was changed"), null=True, blank=True, help_text="0: none, 1: all of them."
    )

    class Meta:
        verbose_name = _("words of a script in an answer")
        verbose_name_plural = _("words of scripts in answers")
        constraints = [
            models.UniqueConstraint(
                "run", "step", condition=Q(message=None), name="words_of_a_step_wait_once_to_be_sent"
            ),
            models.CheckConstraint(
                condition=Q(message=None, edited_ratio=None)
                | Q(message__isnull=False, edited_ratio__gte=0, edited_ratio__lte=1),
                name="sent_words_of_a_script_are_compared",
            ),
        ]
        indexes = [models.Index("run", name="words_of_a_script_run")]

    def __str__(self) -> str:
        return self.step
