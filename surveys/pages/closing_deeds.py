"""What is done with an issue: steps are planned and done, feedback is left out, it is closed, customers are told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from crm.errors import Refusal
from crm.pages.requests import StaffRequest
from surveys.closing import issues, planning, telling
from surveys.models import Issue, PlanStep
from surveys.pages.builder import number_of
from surveys.pages.closing_form import colleagues
from surveys.pages.closing_issues import CHANGES, TELLS, page_of


@require_POST
@permission_required(CHANGES, raise_exception=True)
def steps(request: StaffRequest, pk: int) -> HttpResponse:
    issue, typed = _issue(pk), request.POST
    owner = colleagues().filter(pk=number_of(typed.get("owner", ""))).first() or request.user
    return _done(
        request,
        issue,
        lambda: planning.add_step(
            issue, what=typed.get("what", ""), owner=owner, due_on=_day(typed.get("due_on", ""))
        ),
        said=_("The step is planned."),
    )


@require_POST
@permission_required(CHANGES, raise_exception=True)
def step(request: StaffRequest, pk: int, step_pk: int) -> HttpResponse:
    """It is done, or not needed."""
    found = get_object_or_404(PlanStep.objects.select_related("issue"), issue=pk, pk=step_pk)
    if request.POST.get("how") == "drop":
        return _done(request, found.issue, lambda: planning.drop(found), said=_("The step is not needed."))
    return _done(
        request,
        found.issue,
        lambda: planning.do(found, by=request.user, at=timezone.now()),
        said=_("The step is done."),
    )


@require_POST
@permission_required(CHANGES, raise_exception=True)
def removal(request: StaffRequest, pk: int, feedback_pk: int) -> HttpResponse:
    issue = _issue(pk)
    return _done(
        request,
        issue,
        lambda: issues.leave_out(issue, [feedback_pk]),
        said=_("This feedback is not about the issue any more."),
    )


@require_POST
@permission_required(CHANGES, raise_exception=True)
def closing(request: StaffRequest, pk: int) -> HttpResponse:
    issue = _issue(pk)
    return _done(
        request,
        issue,
        lambda: issues.close(
            issue, by=request.user, at=timezone.now(), reason=request.POST.get("reason", "")
        ),
        said=_("The issue is closed."),
    )


@require_POST
@permission_required(CHANGES, raise_exception=True)
def opening(request: StaffRequest, pk: int) -> HttpResponse:
    issue = _issue(pk)
    return _done(request, issue, lambda: issues.open_again(issue), said=_("The issue is open again."))


@require_POST
@permission_required(TELLS, raise_exception=True)
def words(request: StaffRequest, pk: int) -> HttpResponse:
    issue = _issue(pk)
    typed = {code: request.POST.get(f"words_{code}", "") for code, _name in settings.LANGUAGES}
    return _done(request, issue, lambda: telling.say(issue, words=typed), said=_("The words are kept."))


@require_POST
@permission_required(TELLS, raise_exception=True)
def news(request: StaffRequest, pk: int) -> HttpResponse:
    """Tell those whose feedback was gathered."""
    issue = _issue(pk)

    def tell() -> None:
        people = telling.tell(issue, at=timezone.now())
        said = ngettext(
            "{count} person was seen to. If there are more, they follow within minutes.",
            "{count} people were seen to. If there are more, they follow within minutes.",
            people,
        )
        messages.success(request, said.format(count=people))

    return _done(request, issue, tell)


def _issue(pk: int) -> Issue:
    return get_object_or_404(Issue, pk=pk)


def _done(request: StaffRequest, issue: Issue, deed: Callable[[], object], *, said: str = "") -> HttpResponse:
    try:
        deed()
    except Refusal as refused:
        messages.error(request, str(refused.title))
    else:
        if said:
            messages.success(request, said)
    return HttpResponseRedirect(page_of(issue))


def _day(typed: str) -> date | None:
    try:
        return parse_date(typed)
    except ValueError:
        return None
