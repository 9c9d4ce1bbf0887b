"""Issues on a board, the form that opens one, and one issue with its figure, its plan, its feedback and its news."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Count, QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from crm.errors import Refusal
from crm.pages.requests import StaffRequest
from surveys.closing import issues, telling
from surveys.models import Issue
from surveys.pages import closing_figures
from surveys.pages.builder import number_of
from surveys.pages.closing_form import IssueForm, colleagues, initial_from, initial_of

SEES, OPENS, CHANGES = "surveys.view_issue", "surveys.add_issue", "surveys.change_issue"
TELLS, SEES_PEOPLE = "surveys.tell_people", "crm.view_customer"
# Of a column, of a list of one state, of feedback under an issue.
ON_THE_BOARD, SHOWN = 20, 50
AT_WORK = (Issue.State.OPEN, Issue.State.PLANNED, Issue.State.ACTING)


@require_GET
@permission_required(SEES, raise_exception=True)
def page(request: StaffRequest) -> HttpResponse:
    """The board; `?state=` is one column whole, a page of it at a time (`?before=`)."""
    state = request.GET.get("state", "")
    if state and state not in Issue.State.values:
        raise Http404
    context = {
        **admin.site.each_context(request),
        "title": _("Issues"),
        "may_open": request.user.has_perm(OPENS),
        "today": timezone.localdate(),
        **(_one_state(request, state) if state else _board()),
    }
    return TemplateResponse(request, "surveys/closing/issues.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(OPENS, raise_exception=True)
def new(request: StaffRequest) -> HttpResponse:
    """`?feedback=1,2` gathers these from the beginning."""
    asked = request.POST if request.method == "POST" else request.GET
    feedback = [pk for one in asked.get("feedback", "").split(",")[:200] if (pk := number_of(one))]
    form = IssueForm(request.POST or None, initial=initial_from(request.GET, owner=request.user))
    if request.method == "POST" and form.is_valid():
        try:
            made = issues.open_issue(form.told(), by=request.user, at=timezone.now(), feedback=feedback)
        except Refusal as refused:
            _say_faults(form, refused)
        else:
            messages.success(
                request, _("The issue is open. Next: what is done about it, by whom, until when.")
            )
            return HttpResponseRedirect(page_of(made))
    return _form_page(request, form, title=_("A new issue"), feedback=feedback)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(CHANGES, raise_exception=True)
def change(request: StaffRequest, pk: int) -> HttpResponse:
    issue = get_object_or_404(Issue, pk=pk)
    form = IssueForm(request.POST or None, initial=initial_of(issue))
    if request.method == "POST" and form.is_valid():
        try:
            issues.change(issue, form.told(), at=timezone.now())
        except Refusal as refused:
            _say_faults(form, refused)
        else:
            messages.success(request, _("The issue is kept as you wrote it."))
            return HttpResponseRedirect(page_of(issue))
    return _form_page(request, form, title=issue.title, issue=issue)


@require_GET
@permission_required(SEES, raise_exception=True)
def one(request: StaffRequest, pk: int) -> HttpResponse:
    issue = get_object_or_404(
        Issue.objects.select_related("department", "owner", "opened_by", "closed_by"), pk=pk
    )
    at, user = timezone.now(), request.user
    is_closed = issue.state == Issue.State.CLOSED
    after = issue.after if is_closed else issues.since_changed(issue, at=at)
    may_tell = user.has_perm(TELLS) and issue.state in (Issue.State.ACTING, Issue.State.CLOSED)
    context = {
        **admin.site.each_context(request),
        "title": issue.title,
        "issue": issue,
        "figure": closing_figures.figure_said(issue.figure),
        "measurements": [
            (_("when it was opened"), closing_figures.told(issue, issue.before)),
            (_("since it was changed"), closing_figures.told(issue, after)),
        ],
        "target": closing_figures.target_said(issue),
        "change": closing_figures.change(issue, after),
        "steps": issues.steps(issue),
        "colleagues": colleagues(),
        "may_change": user.has_perm(CHANGES) and not is_closed,
        "may_open_again": user.has_perm(CHANGES) and is_closed,
        "may_write_words": user.has_perm(TELLS),
        "ahead": telling.foresee(issue, at=at) if may_tell else None,
        "told": issue.told.filter(message__isnull=False).count(),
        "languages": [(code, name, issue.done.get(code, "")) for code, name in settings.LANGUAGES],
        "today": timezone.localdate(),
        "now": at,
        **_feedback(request, issue),
    }
    return TemplateResponse(request, "surveys/closing/issue.html", context)


def page_of(issue: Issue) -> str:
    return reverse("closing:issue", args=[issue.pk])


def _feedback(request: StaffRequest, issue: Issue) -> dict[str, Any]:
    """The latest first, a page at a time. Whose it is, for those who see people."""
    rows = issue.feedback.select_related("customer", "theme").order_by("-pk")
    if before := number_of(request.GET.get("before", "")):
        rows = rows.filter(pk__lt=before)
    found = list(rows[: SHOWN + 1])
    return {
        "feedback": found[:SHOWN],
        "before_feedback": found[SHOWN - 1].pk if len(found) > SHOWN else None,
        "feedback_count": issue.feedback.count(),
        "sees_people": request.user.has_perm(SEES_PEOPLE),
    }


def _board() -> dict[str, Any]:
    columns = []
    for state in AT_WORK:
        found = list(_rows(state)[: ON_THE_BOARD + 1])
        columns.append((state, _cards(found[:ON_THE_BOARD]), len(found) > ON_THE_BOARD))
    return {"columns": columns}


def _one_state(request: StaffRequest, state: str) -> dict[str, Any]:
    rows = _rows(state).order_by("-pk")
    if before := number_of(request.GET.get("before", "")):
        rows = rows.filter(pk__lt=before)
    found = list(rows[: SHOWN + 1])
    last = found[SHOWN - 1].pk if len(found) > SHOWN else None
    return {"state": Issue.State(state), "cards": _cards(found[:SHOWN]), "before": last}


def _rows(state: str) -> QuerySet[Issue]:
    rows = Issue.objects.filter(state=state).select_related("department", "owner")
    return rows.annotate(said=Count("feedback")).order_by("due_on", "-pk")


def _cards(found: Sequence[Issue]) -> list[dict[str, Any]]:
    today: date = timezone.localdate()
    return [
        {
            "issue": issue,
            "before": closing_figures.told(issue, issue.before),
            "after": closing_figures.told(issue, issue.after),
            "target": closing_figures.target_said(issue),
            "is_late": bool(issue.due_on and issue.due_on < today and issue.state != Issue.State.CLOSED),
        }
        for issue in found
    ]


def _form_page(
    request: StaffRequest,
    form: IssueForm,
    *,
    title: str,
    issue: Issue | None = None,
    feedback: Sequence[int] = (),
) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": title,
        "form": form,
        "media": form.media,
        "issue": issue,
        "feedback": ",".join(map(str, feedback)),
        "feedback_count": len(feedback),
    }
    status = 422 if form.errors else 200
    return TemplateResponse(request, "surveys/closing/form.html", context, status=status)


def _say_faults(form: IssueForm, refused: Refusal) -> None:
    for said in [fault.detail for fault in refused.faults] or [refused.title]:
        form.add_error(None, str(said))
