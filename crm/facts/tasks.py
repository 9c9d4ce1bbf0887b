from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from crm.facts.base import Fact, Group


@dataclass(frozen=True, kw_only=True)
class TaskSet(Fact):
    kind = "crm.task_set"
    group = Group.NOTES
    icon = "calendar"
    sentence = _("To do until {due_at}: {title}")
    more = _("Asked of {owner_name}")
    personal = frozenset({"title"})

    title: str
    owner_name: str
    due_at: datetime


@dataclass(frozen=True, kw_only=True)
class TaskCompleted(Fact):
    kind = "crm.task_completed"
    group = Group.NOTES
    icon = "check"
    sentence = _("Task “{title}”: {outcome_said}")
    more = "{note}"
    personal = frozenset({"title", "note"})

    title: str
    outcome: str
    note: str

    @property
    def outcome_said(self) -> object:
        return OUTCOMES.get(self.outcome, self.outcome)


@dataclass(frozen=True, kw_only=True)
class TaskHandedOver(Fact):
    kind = "crm.task_handed_over"
    group = Group.NOTES
    icon = "user"
    sentence = _("Task “{title}” handed over to {owner_name}")
    personal = frozenset({"title"})

    title: str
    owner_name: str


@dataclass(frozen=True, kw_only=True)
class TaskSnoozed(Fact):
    kind = "crm.task_snoozed"
    group = Group.NOTES
    icon = "pause"
    sentence = _("Task “{title}” put off until {due_at}")
    personal = frozenset({"title"})

    title: str
    due_at: datetime


# As a sentence says them: models.Task.Outcome holds the same codes.
OUTCOMES = {"done": _("done"), "not_reached": _("nobody was reached"), "not_needed": _("no longer needed")}
