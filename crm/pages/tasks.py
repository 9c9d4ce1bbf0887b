"""A task and what may be done with it: complete it, put it off, hand it over; and setting one on a customer's page."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.colleagues import tasking
from crm.errors import Refusal
from crm.models import Customer, Task, User
from crm.pages.requests import StaffRequest

MORNING = time(9)
PUT_OFF_DAYS = (1, 3, 7)


class SetForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("What to do"), max_length=200)
    due_on = forms.DateField(
        label=gettext_lazy("Until the end of"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    owner = forms.ModelChoiceField(
        User.objects.filter(is_staff=True, is_active=True), label=gettext_lazy("Who does it")
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)


class CompletionForm(forms.Form):
    outcome = forms.ChoiceField(label=gettext_lazy("Outcome"), choices=Task.Outcome.choices)
    note = forms.CharField(
        label=gettext_lazy("What came of it"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class HandoverForm(forms.Form):
    to = forms.ModelChoiceField(
        User.objects.filter(is_staff=True, is_active=True), label=gettext_lazy("To whom")
    )


@require_GET
@permission_required("crm.view_task", raise_exception=True)
def task(request: StaffRequest, pk: int) -> HttpResponse:
    one = _task(pk)
    context = {
        **admin.site.each_context(request),
        "title": one.title,
        "task": one,
        "now": timezone.now(),
        "may_change": request.user.has_perm("crm.change_task"),
        "completion": CompletionForm(),
        "handover": HandoverForm(initial={"to": one.owner_id}),
        "put_off": [_put_off_choice(days) for days in PUT_OFF_DAYS],
    }
    return TemplateResponse(request, "crm/tasks/task.html", context)


@require_http_methods(["GET", "POST"])
@permission_required("crm.add_task", raise_exception=True)
def new(request: StaffRequest, customer_pk: int) -> HttpResponse:
    """Set a task about a customer. The form carries a key, so that sending it twice sets one task."""
    person = get_object_or_404(Customer, pk=customer_pk)
    today = timezone.localdate()
    form = SetForm(
        request.POST or None,
        initial={"owner": request.user.pk, "due_on": today + timedelta(days=1), "key": uuid.uuid4().hex},
    )
    if request.method == "POST" and form.is_valid() and _set(request, person, form):
        return HttpResponseRedirect(reverse("crm:customer", args=[person.pk]))
    context = {
        **admin.site.each_context(request),
        "title": _("A new task"),
        "form": form,
        "customer": person,
    }
    return TemplateResponse(request, "crm/tasks/new.html", context)


@require_POST
@permission_required("crm.change_task", raise_exception=True)
def completion(request: StaffRequest, pk: int) -> HttpResponse:
    form = CompletionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose what came of the task."))
        return _back(pk)
    outcome, note = Task.Outcome(form.cleaned_data["outcome"]), form.cleaned_data["note"]
    return _do(
        request,
        pk,
        lambda one, at: tasking.complete(one, outcome=outcome, note=note, by=request.user, at=at),
        said=_("The task is completed."),
    )


@require_POST
@permission_required("crm.change_task", raise_exception=True)
def postponement(request: StaffRequest, pk: int) -> HttpResponse:
    days = request.POST.get("days", "")
    if days not in map(str, PUT_OFF_DAYS):
        messages.error(request, _("Choose until when to put the task off."))
        return _back(pk)
    until = _morning_in(int(days))
    return _do(
        request,
        pk,
        lambda one, at: tasking.snooze(one, until=until, by=request.user, at=at),
        said=_("The task is put off."),
    )


@require_POST
@permission_required("crm.change_task", raise_exception=True)
def handover(request: StaffRequest, pk: int) -> HttpResponse:
    form = HandoverForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose who takes the task over."))
        return _back(pk)
    to = form.cleaned_data["to"]
    return _do(
        request,
        pk,
        lambda one, at: tasking.hand_over(one, to=to, by=request.user, at=at),
        said=_("The task is handed over to %(name)s.") % {"name": to},
    )


def _do(
    request: StaffRequest, pk: int, deed: Callable[[Task, datetime], object], *, said: str
) -> HttpResponse:
    try:
        deed(_task(pk), timezone.now())
    except Refusal as refused:
        messages.error(request, str(refused.title))
    else:
        messages.success(request, said)
    return _back(pk)


def _set(request: StaffRequest, person: Customer, form: SetForm) -> bool:
    given: dict[str, Any] = form.cleaned_data
    try:
        tasking.set_task(
            title=given["title"],
            owner=given["owner"],
            customer=person,
            due_at=timezone.make_aware(datetime.combine(given["due_on"], time(23, 59))),
            set_by=request.user,
            key=f"{request.user.pk}:{given['key']}",
            at=timezone.now(),
        )
    except Refusal as refused:
        form.add_error(None, str(refused.title))
        return False
    messages.success(
        request, _("The task is set. It stands on the desk of %(name)s.") % {"name": given["owner"]}
    )
    return True


def _task(pk: int) -> Task:
    return get_object_or_404(
        Task.objects.select_related("customer", "owner", "set_by", "completed_by"), pk=pk
    )


def _back(pk: int) -> HttpResponseRedirect:
    """Raises Http404 where there is no such task to go back to."""
    return HttpResponseRedirect(reverse("crm:task", args=[_task(pk).pk]))


def _morning_in(days: int) -> datetime:
    """Nine o'clock on the company's clock."""
    day = timezone.localdate() + timedelta(days=days)
    return timezone.make_aware(datetime.combine(day, MORNING))


def _put_off_choice(days: int) -> dict[str, Any]:
    return {"days": days, "until": _morning_in(days)}
