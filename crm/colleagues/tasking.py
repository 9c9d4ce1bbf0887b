"""Tasks: what somebody will do by a moment. Each step stands on the customer's timeline, if there is a customer."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm import timeline
from crm.errors import Refusal
from crm.facts import Fact, TaskCompleted, TaskHandedOver, TaskSet, TaskSnoozed
from crm.models import Customer, Task, User
from crm.people.tombstones import refuse_words_about

BY_HAND = "agent"


class EmptyTask(Refusal):
    code = "empty-task"
    title = _("Say in a few words what is to be done.")
    status = 422


class TaskIsCompleted(Refusal):
    code = "task-is-completed"
    title = _("This task is completed already.")


class NotAColleague(Refusal):
    code = "not-a-colleague"
    title = _("A task is given to somebody who works here.")
    status = 422


class AlreadyPast(Refusal):
    code = "already-past"
    title = _("This moment is past. Choose a later one.")
    status = 422


@transaction.atomic
def set_task(
    *,
    title: str,
    owner: User,
    due_at: datetime,
    key: str,
    at: datetime,
    customer: Customer | None = None,
    set_by: User | None = None,
    source: str = BY_HAND,
) -> Task:
    """Ask `owner` to do something by `due_at`, once per (source, key). Locks the customer's row.

    A task may be set that is due already: a rule may notice late. A repeat returns the task that stands.

    Raises:
        EmptyTask: nothing is set.
        NotAColleague: nothing is set.
        PersonErased: nothing is set.
    """
    words = " ".join(title.replace("\0", "").split())
    if not words:
        raise EmptyTask
    _require_colleague(owner)
    refuse_words_about(customer)
    task, is_new = Task.objects.get_or_create(
        source=source,
        source_id=key,
        defaults={
            "title": words[: Task._meta.get_field("title").max_length],
            "owner": owner,
            "customer": customer,
            "due_at": due_at,
            "set_by": set_by,
            "set_at": at,
        },
    )
    if is_new:
        fact = TaskSet(title=task.title, owner_name=str(owner), due_at=due_at)
        _tell(task, fact, step="set", actor=set_by, at=at)
    return task


@transaction.atomic
def complete(task: Task, *, outcome: Task.Outcome, by: User, at: datetime, note: str = "") -> Task:
    """Say what came of a task. Locks its row, then the customer's. The same outcome again changes nothing.

    Raises:
        TaskIsCompleted: with another outcome; nothing is changed.
        PersonErased: with a note about somebody who was erased; nothing is changed.
    """
    standing = _locked(task)
    if standing.completed_at:
        if standing.outcome == outcome:
            return standing
        raise TaskIsCompleted
    if note.strip():
        refuse_words_about(standing.customer)
    standing.outcome = outcome
    standing.outcome_note = note.replace("\0", "").strip()[:500]
    standing.completed_at, standing.completed_by = at, by
    standing.save(update_fields=["outcome", "outcome_note", "completed_at", "completed_by"])
    fact = TaskCompleted(title=standing.title, outcome=outcome.value, note=standing.outcome_note)
    _tell(standing, fact, step="completed", actor=by, at=at)
    return standing


@transaction.atomic
def hand_over(task: Task, *, to: User, by: User, at: datetime) -> Task:
    """Give a task to another colleague. Locks its row, then the customer's. To its owner: nothing changes.

    Raises:
        TaskIsCompleted, NotAColleague: nothing is changed.
    """
    standing = _locked_open(task)
    _require_colleague(to)
    if standing.owner_id == to.pk:
        return standing
    standing.owner = to
    standing.save(update_fields=["owner"])
    fact = TaskHandedOver(title=standing.title, owner_name=str(to))
    _tell(standing, fact, step=f"handed:{to.pk}:{at.isoformat()}", actor=by, at=at)
    return standing


@transaction.atomic
def snooze(task: Task, *, until: datetime, by: User, at: datetime) -> Task:
    """Put a task off. Locks its row, then the customer's. Until the same moment again: nothing changes.

    Raises:
        TaskIsCompleted, AlreadyPast: nothing is changed.
    """
    standing = _locked_open(task)
    if standing.due_at == until:
        return standing
    if until <= at:
        raise AlreadyPast
    standing.due_at = until
    standing.save(update_fields=["due_at"])
    fact = TaskSnoozed(title=standing.title, due_at=until)
    _tell(standing, fact, step=f"snoozed:{at.isoformat()}", actor=by, at=at)
    return standing


def _locked(task: Task) -> Task:
    return (
        Task.objects.select_for_update(of=("self",), no_key=True).select_related("customer").get(pk=task.pk)
    )


def _locked_open(task: Task) -> Task:
    standing = _locked(task)
    if standing.completed_at:
        raise TaskIsCompleted
    return standing


def _require_colleague(user: User) -> None:
    if not (user.is_staff and user.is_active):
        raise NotAColleague


def _tell(task: Task, fact: Fact, *, step: str, actor: User | None, at: datetime) -> None:
    """A task without a customer is on nobody's page."""
    if task.customer is None:
        return
    timeline.record(
        task.customer,
        fact,
        source=task.source,
        source_id=f"task:{task.pk}:{step}",
        occurred_at=at,
        recorded_at=at,
        actor=actor,
        subject=task,
    )
