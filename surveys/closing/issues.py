"""What is wrong has a name, a department, an owner and a figure that is to change; feedback is gathered under it.

It is closed when its figure has risen and that is no chance; else with a reason.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from crm import company
from crm.colleagues.tasking import NotAColleague
from crm.errors import Refusal
from crm.models import Shop, User
from crm.words.plain_text import plain
from surveys.closing import measuring
from surveys.models import Department, Feedback, Issue, PlanStep
from surveys.reports import narrowing

LONGEST_TITLE, LONGEST_REASON = 200, 300
State = Issue.State


class IssueWithoutName(Refusal):
    code = "issue-without-name"
    title = _("Say in a few words what is wrong.")
    status = 422


class IssueIsClosed(Refusal):
    code = "issue-is-closed"
    title = _("This issue is closed. Open it again first.")


class NoEffectYet(Refusal):
    code = "no-effect-yet"
    title = _("Its figure has not risen so that it could not be chance. Say why it is closed all the same.")


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a form or a shop's system says of an issue. `since`, `until`: the days whose figure is the one before."""

    title: str
    department: Department
    owner: User
    what: str = ""
    due_on: date | None = None
    figure: Mapping[str, Any] = field(default_factory=dict)
    target: Decimal | None = None
    since: date | None = None
    until: date | None = None
    shop: Shop | None = None


@transaction.atomic
def open_issue(told: Told, *, by: User | None, at: datetime, feedback: Collection[int] = ()) -> Issue:
    """Open an issue, measure its figure as it is now, and gather this feedback under it. Not idempotent.

    Raises:
        IssueWithoutName, NotAColleague, UnusableFigure: nothing is opened.
    """
    issue = Issue.objects.create(**_fields(told, at=at), opened_by=by, opened_at=at)
    gather(issue, feedback)
    return issue


@transaction.atomic
def change(issue: Issue, told: Told, *, at: datetime) -> Issue:
    """Keep what is said of it now. Locks its row.

    Raises:
        IssueIsClosed, IssueWithoutName, NotAColleague, UnusableFigure: nothing is changed.
    """
    locked = open_one(issue)
    fields = _fields(told, at=at)
    if narrowing_of(fields["figure"]) == narrowing_of(locked.figure) and locked.before:
        fields.pop("before")
    for name, value in fields.items():
        setattr(locked, name, value)
    locked.save(update_fields=list(fields))
    return locked


@transaction.atomic
def gather(issue: Issue, feedback: Collection[int]) -> int:
    """Let this feedback stand under the issue, also where it stood under another; how many are new. Locks its row.

    Raises:
        IssueIsClosed: nothing is gathered.
    """
    locked = open_one(issue)
    return Feedback.objects.filter(pk__in=feedback).exclude(issue=locked).update(issue=locked)


@transaction.atomic
def leave_out(issue: Issue, feedback: Collection[int]) -> int:
    """It is not about this. Locks the issue's row.

    Raises:
        IssueIsClosed: nothing is left out.
    """
    locked = open_one(issue)
    return Feedback.objects.filter(pk__in=feedback, issue=locked).update(issue=None)


@transaction.atomic
def close(issue: Issue, *, by: User, at: datetime, reason: str = "") -> Issue:
    """Close it, with the figure since it was changed. Again: nothing changes. Locks its row.

    Raises:
        NoEffectYet: the figure has not risen for certain, and no reason is said; nothing is changed.
    """
    locked = _held(issue)
    if locked.state == State.CLOSED:
        return locked
    reason = plain(reason).strip()[:LONGEST_REASON]
    locked.after = since_changed(locked, at=at)
    if not reason and not measuring.has_risen(locked.before, locked.after):
        raise NoEffectYet
    locked.state, locked.closed_at, locked.closed_by = State.CLOSED, at, by
    locked.closing_reason = reason
    locked.save(update_fields=["state", "after", "closed_at", "closed_by", "closing_reason"])
    return locked


@transaction.atomic
def open_again(issue: Issue) -> Issue:
    """It is not over. Again: nothing changes. Locks its row."""
    locked = _held(issue)
    if locked.state == State.CLOSED:
        locked.state = State.PLANNED if locked.plan.exists() else State.OPEN
        locked.closed_at = locked.closed_by = locked.after = None
        locked.closing_reason = ""
        locked.save(update_fields=["state", "closed_at", "closed_by", "after", "closing_reason"])
    return locked


def since_changed(issue: Issue, *, at: datetime) -> dict[str, Any] | None:
    """Its figure from the day after the last step of its plan was done (else after it was opened) until today.

    None: nothing is measured, or no day has passed.
    """
    if not issue.figure:
        return None
    clock = company.current().clock
    done_at: datetime | None = issue.plan.aggregate(last=Max("done_at"))["last"]
    today = at.astimezone(clock).date()
    changed_on = (done_at or issue.opened_at).astimezone(clock).date()
    since = max(changed_on + measuring.A_DAY, today - measuring.LONGEST)
    if since > today:
        return None
    return measuring.measured(issue.figure, since=since, until=today, at=at)


def open_one(issue: Issue) -> Issue:
    """Locked until the transaction ends. Raises IssueIsClosed."""
    locked = _held(issue)
    if locked.state == State.CLOSED:
        raise IssueIsClosed
    return locked


def narrowing_of(figure: Mapping[str, Any]) -> narrowing.Narrowed | None:
    return narrowing.read(figure) if figure else None


def steps(issue: Issue) -> list[PlanStep]:
    return list(issue.plan.select_related("owner", "done_by"))


def _held(issue: Issue) -> Issue:
    rows = Issue.objects.select_for_update(of=("self",)).select_related("department", "owner")
    return rows.get(pk=issue.pk)


def _fields(told: Told, *, at: datetime) -> dict[str, Any]:
    title = " ".join(plain(told.title).split())[:LONGEST_TITLE]
    if not title:
        raise IssueWithoutName
    if not (told.owner.is_staff and told.owner.is_active):
        raise NotAColleague
    return {
        "title": title,
        "what": plain(told.what).strip(),
        "department": told.department,
        "owner": told.owner,
        "due_on": told.due_on,
        "target": told.target,
        "figure": (figure := _figure(told)),
        "shop": told.shop or Shop.objects.filter(pk=figure.get("shop", 0)).first(),
        "before": _before(told, at=at),
    }


def _figure(told: Told) -> dict[str, Any]:
    """Raises UnusableFigure."""
    return narrowing.write(narrowing.read(told.figure)) if told.figure else {}


def _before(told: Told, *, at: datetime) -> dict[str, Any] | None:
    if not told.figure:
        return None
    today = at.astimezone(company.current().clock).date()
    until = told.until or today
    since = told.since or until - measuring.LONGEST + measuring.A_DAY
    return measuring.measured(told.figure, since=since, until=until, at=at)
