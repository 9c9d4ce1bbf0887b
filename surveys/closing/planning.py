"""What is done about an issue: who, what, until when. The first step plans it, the first that is done acts upon it."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm.colleagues.tasking import NotAColleague
from crm.errors import Refusal
from crm.models import User
from crm.words.plain_text import plain
from surveys.closing import issues
from surveys.models import Issue, PlanStep

LONGEST = 200
State = Issue.State


class EmptyStep(Refusal):
    code = "empty-step"
    title = _("Say in a few words what is to be done.")
    status = 422


@transaction.atomic
def add_step(issue: Issue, *, what: str, owner: User, due_on: date | None = None) -> PlanStep:
    """The same step of the same colleague, still to be done, answers the one that stands. Locks the issue's row.

    Raises:
        IssueIsClosed, EmptyStep, NotAColleague: nothing is planned.
    """
    words = " ".join(plain(what).split())[:LONGEST]
    if not words:
        raise EmptyStep
    if not (owner.is_staff and owner.is_active):
        raise NotAColleague
    locked = issues.open_one(issue)
    step, _is_new = PlanStep.objects.get_or_create(
        issue=locked, what=words, owner=owner, done_at=None, defaults={"due_on": due_on}
    )
    _turn(locked, State.PLANNED, was=(State.OPEN,))
    return step


@transaction.atomic
def do(step: PlanStep, *, by: User, at: datetime) -> PlanStep:
    """It is done. Again: nothing changes. Locks the issue's row.

    Raises:
        IssueIsClosed: nothing is changed.
    """
    issue = issues.open_one(step.issue)
    standing = PlanStep.objects.get(pk=step.pk)
    if standing.done_at is None:
        standing.done_at, standing.done_by = at, by
        standing.save(update_fields=["done_at", "done_by"])
        _turn(issue, State.ACTING, was=(State.OPEN, State.PLANNED))
    return standing


@transaction.atomic
def drop(step: PlanStep) -> None:
    """It is not needed; what was done stays. Locks the issue's row.

    Raises:
        IssueIsClosed: nothing is changed.
    """
    issues.open_one(step.issue)
    PlanStep.objects.filter(pk=step.pk, done_at=None).delete()


def _turn(issue: Issue, to: str, *, was: tuple[str, ...]) -> None:
    if issue.state in was:
        issue.state = to
        issue.save(update_fields=["state"])
