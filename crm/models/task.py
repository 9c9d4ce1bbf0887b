from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class TaskQuerySet(models.QuerySet["Task"]):
    def open(self) -> TaskQuerySet:
        return self.filter(completed_at=None)

    def due(self, by: datetime) -> TaskQuerySet:
        return self.open().filter(due_at__lte=by)


class Task(models.Model):
    """Something a colleague will do by a moment, mostly for a customer. `crm.colleagues.tasking` sets and completes it.

    `source` and `source_id` name what asked for it (a colleague's form, a reaction): asking again sets no second one.
    """

    class Outcome(models.TextChoices):
        DONE = "done", _("done")
        NOT_REACHED = "not_reached", _("nobody was reached")
        NOT_NEEDED = "not_needed", _("no longer needed")

    title = models.CharField(_("what to do"), max_length=200)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="tasks", verbose_name=_("who does it")
    )
    customer = models.ForeignKey(
        "crm.Customer",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tasks",
        verbose_name=_("customer"),
    )
    due_at = models.DateTimeField(_("due"))
    source = models.CharField(_("source"), max_length=80)
    source_id = models.CharField(max_length=80)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("who asked"),
        help_text=_("Empty: a rule of the house."),
    )
    set_at = models.DateTimeField(_("set"))
    completed_at = models.DateTimeField(_("completed"), null=True, blank=True)
    completed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("who completed it"),
    )
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome, blank=True)
    outcome_note = models.CharField(_("what came of it"), max_length=500, blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        constraints = [
            models.UniqueConstraint("source", "source_id", name="task_asked_for_once"),
            models.CheckConstraint(
                condition=Q(completed_at=None, completed_by=None, outcome="")
                | (Q(completed_at__isnull=False, completed_by__isnull=False) & ~Q(outcome="")),
                name="completed_task_says_who_and_how",
            ),
        ]
        indexes = [
            models.Index("owner", "due_at", condition=Q(completed_at=None), name="open_tasks_of_a_colleague"),
            models.Index("customer", "due_at", name="tasks_of_a_customer"),
        ]

    def __str__(self) -> str:
        return self.title
