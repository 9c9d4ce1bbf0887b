"""When a survey is asked: after what happened and in waves; and who was asked lately, and who was not, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Count
from django.forms import Form
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm import company, rules
from crm.errors import Refusal
from crm.pages.requests import StaffRequest
from crm.rules.errors import UnusableConditions
from crm.words.wording import number, percent
from surveys.asking import scheduling
from surveys.asking.occasions import CUSTOMER, occasion_of
from surveys.models import Invitation, PlannedAsk, Skip, Survey, Trigger, Wave
from surveys.pages.asking_form import A_HUNDRED, OccasionForm, TriggerForm, WaveForm
from surveys.pages.builder import SEES
from surveys.writing.authoring import MAY_PUBLISH

LATELY = timedelta(days=30)
SHOWN = 50


@dataclass(frozen=True, kw_only=True)
class Row:
    """A trigger or a wave, as it is read. `conditions`: a sentence; empty: always. `share`: empty: everybody."""

    pk: int
    title: str
    when: str
    conditions: str
    share: str
    is_over: bool
    may_change: bool


@require_GET
@permission_required(SEES, raise_exception=True)
def page(request: StaffRequest, pk: int) -> HttpResponse:
    survey, at = get_object_or_404(Survey, pk=pk), timezone.now()
    today = _today(at)
    context = {
        **_around(request, survey),
        "triggers": [_trigger_row(one, at) for one in survey.triggers.order_by("-pk")[:SHOWN]],
        "waves": [_wave_row(one, today) for one in survey.waves.order_by("-starts_on", "-pk")[:SHOWN]],
        "occasions": OccasionForm(),
        "is_asked": Survey.objects.in_use(at).filter(pk=pk).exists(),
        "is_for_customers": survey.budget != Survey.Budget.STAFF,
        **_lately(survey, since=at - LATELY),
    }
    return TemplateResponse(request, "surveys/asking/page.html", context)


@require_http_methods(["GET", "POST"])
@permission_required(MAY_PUBLISH, raise_exception=True)
def triggers(request: StaffRequest, pk: int) -> HttpResponse:
    """A new one, after the fact that `?fact=` names; it is chosen on the page."""
    survey = get_object_or_404(Survey, pk=pk)
    occasion = occasion_of(request.GET.get("fact", ""))
    if occasion is None:
        return HttpResponseRedirect(reverse("survey-asking:page", args=[pk]))
    form = TriggerForm(occasion, request.POST or None)
    deed = _keeping(lambda: scheduling.set_trigger(survey, fact=occasion.kind, **form.told), form)
    if request.method == "POST" and form.is_valid() and deed():
        return _back(request, survey, _("From now on people are asked after this."))
    return _form(request, survey, form, title=str(occasion.label), is_new=True)


@require_http_methods(["GET", "POST"])
@permission_required(MAY_PUBLISH, raise_exception=True)
def trigger(request: StaffRequest, pk: int, number: int) -> HttpResponse:
    its = get_object_or_404(Trigger.objects.select_related("survey"), survey=pk, pk=number)
    occasion = occasion_of(its.fact)
    if occasion is None:
        raise Http404
    form = TriggerForm(occasion, request.POST or None, trigger=its)
    deed = _keeping(lambda: scheduling.set_trigger(its.survey, fact=its.fact, trigger=its, **form.told), form)
    if request.method == "POST" and form.is_valid() and deed():
        return _back(request, its.survey, _("Kept."))
    return _form(request, its.survey, form, title=str(occasion.label))


@require_POST
@permission_required(MAY_PUBLISH, raise_exception=True)
def trigger_end(request: StaffRequest, pk: int, number: int) -> HttpResponse:
    its = get_object_or_404(Trigger.objects.select_related("survey"), survey=pk, pk=number)
    scheduling.end_trigger(its, at=timezone.now())
    return _back(request, its.survey, _("Nobody is asked after this any more."))


@require_http_methods(["GET", "POST"])
@permission_required(MAY_PUBLISH, raise_exception=True)
def waves_of(request: StaffRequest, pk: int) -> HttpResponse:
    """A new one."""
    survey = get_object_or_404(Survey, pk=pk)
    form = WaveForm(request.POST or None)
    today = _today(timezone.now())
    deed = _keeping(lambda: scheduling.set_wave(survey, today=today, **form.told), form)
    if request.method == "POST" and form.is_valid() and deed():
        return _back(request, survey, _("The wave is planned."))
    return _form(request, survey, form, title=_("A new wave"), is_new=True)


@require_http_methods(["GET", "POST"])
@permission_required(MAY_PUBLISH, raise_exception=True)
def wave(request: StaffRequest, pk: int, number: int) -> HttpResponse:
    """Of one that has not begun."""
    its = get_object_or_404(Wave.objects.select_related("survey"), survey=pk, pk=number)
    form = WaveForm(request.POST or None, wave=its)
    today = _today(timezone.now())
    deed = _keeping(lambda: scheduling.set_wave(its.survey, today=today, wave=its, **form.told), form)
    if request.method == "POST" and form.is_valid() and deed():
        return _back(request, its.survey, _("Kept."))
    return _form(request, its.survey, form, title=its.name)


@require_POST
@permission_required(MAY_PUBLISH, raise_exception=True)
def wave_end(request: StaffRequest, pk: int, number: int) -> HttpResponse:
    its = get_object_or_404(Wave.objects.select_related("survey"), survey=pk, pk=number)
    scheduling.end_wave(its, today=_today(timezone.now()))
    return _back(request, its.survey, _("The wave asks nobody any more."))


# ── as the pages show it ─────────────────────────────────────────────────────
def _around(request: StaffRequest, survey: Survey) -> dict[str, Any]:
    return {
        **admin.site.each_context(request),
        "title": survey.name,
        "survey": survey,
        "may_ask": request.user.has_perm(MAY_PUBLISH),
    }


def _form(
    request: StaffRequest, survey: Survey, form: Form, *, title: str, is_new: bool = False
) -> HttpResponse:
    context = {**_around(request, survey), "form": form, "what": title, "is_new": is_new}
    return TemplateResponse(
        request, "surveys/asking/form.html", context, status=422 if form.is_bound else 200
    )


def _keeping(deed: Callable[[], object], form: Form) -> Callable[[], bool]:
    """Does it, or says in the form what was refused."""

    def keep() -> bool:
        try:
            deed()
        except Refusal as refused:
            for fault in refused.faults:
                name = fault.pointer.strip("/")
                form.add_error(name if name in form.fields else None, str(fault.detail))
            if not refused.faults:
                form.add_error(None, str(refused.title))
            return False
        return True

    return keep


def _back(request: StaffRequest, survey: Survey, said: str) -> HttpResponse:
    messages.success(request, said)
    return HttpResponseRedirect(reverse("survey-asking:page", args=[survey.pk]))


def _trigger_row(its: Trigger, at: datetime) -> Row:
    occasion = occasion_of(its.fact)
    is_over = its.ended_at is not None and its.ended_at <= at
    return Row(
        pk=its.pk,
        title=str(occasion.label) if occasion else its.fact,
        when=_later(its.delay),
        conditions=_aloud(its.conditions, occasion.root if occasion else CUSTOMER),
        share=_share(its.probability),
        is_over=is_over,
        may_change=occasion is not None and not is_over,
    )


def _wave_row(its: Wave, today: date) -> Row:
    is_over = its.ends_on < today or its.asked_until == its.ends_on
    return Row(
        pk=its.pk,
        title=its.name,
        when=_("{first} – {last}").format(first=date_format(its.starts_on), last=date_format(its.ends_on)),
        conditions=_aloud(its.conditions, CUSTOMER),
        share=_share(its.probability),
        is_over=is_over,
        may_change=its.starts_on > today,
    )


def _later(delay: timedelta) -> str:
    days, hours = delay.days, delay.seconds // 3600
    if not delay:
        return _("At once")
    if not days:
        return ngettext("{count} hour later", "{count} hours later", hours).format(count=number(hours))
    if not hours:
        return ngettext("{count} day later", "{count} days later", days).format(count=number(days))
    return _("{days} d {hours} h later").format(days=number(days), hours=number(hours))


def _share(probability: Decimal) -> str:
    return "" if probability == 1 else percent(float(probability), of=A_HUNDRED)


def _aloud(conditions: Mapping[str, Any], root: str) -> str:
    if not conditions:
        return ""
    try:
        return rules.sentence(conditions, root).flat
    except UnusableConditions:
        return _("The conditions name something that is gone.")


def _lately(survey: Survey, *, since: datetime) -> dict[str, Any]:
    """Who was asked since then, who was not and why, and who is to be asked."""
    asked = Invitation.objects.filter(version__survey=survey, asked_at__gte=since)
    counted = asked.aggregate(asked=Count("pk"), answered=Count("answered_at"))
    return {
        **counted,
        "skipped": _skipped(survey, since),
        "planned": PlannedAsk.objects.filter(trigger__survey=survey, done_at=None).count(),
    }


def _skipped(survey: Survey, since: datetime) -> Sequence[tuple[str | Promise, int]]:
    """By reason, the most frequent first."""
    rows = Skip.objects.filter(survey=survey, at__gte=since).values_list("reason")
    counted = rows.annotate(count=Count("pk")).order_by("-count", "reason")
    names: dict[str, str | Promise] = dict(Skip.Reason.choices)
    return [(names[reason], count) for reason, count in counted]


def _today(at: datetime) -> date:
    return at.astimezone(company.current().clock).date()
