"""A rule: what it says, its draft, the editor, and the try on one real order."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.colleagues.own_shops import seen_by
from crm.errors import Refusal
from crm.models import Order
from crm.pages.requests import StaffRequest
from loyalty import effects
from loyalty.models import Programme, Replay, Rule, RuleDraft, RuleVersion
from loyalty.pages.effect_form import PREFIX, EffectForm
from loyalty.pages.programme import chosen
from loyalty.pages.rule_form import DAYS, PLAIN, RuleForm, initial_of
from loyalty.rules import publishing, rule_words, trying
from loyalty.rules.replay import LONGEST_MONTHS

VERSIONS_SHOWN = 20
LONGEST_NUMBER = 64


class NameForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name of the rule"),
        max_length=100,
        help_text=gettext_lazy("Customers read it in the history of their points."),
    )


class MonthsForm(forms.Form):
    months = forms.IntegerField(
        label=gettext_lazy("Months of the past"), min_value=1, max_value=LONGEST_MONTHS, initial=12
    )


def found_rule(pk: int) -> Rule:
    return get_object_or_404(Rule.objects.select_related("programme", "active_version"), pk=pk)


def draft_of(rule: Rule) -> RuleDraft | None:
    return RuleDraft.objects.filter(rule=rule).select_related("drafted_by", "rule__programme").first()


def page_of(rule: Rule) -> str:
    return reverse("programme:rule", args=[rule.pk])


# ── A new one ────────────────────────────────────────────────────────────────
@require_http_methods(["GET", "POST"])
@permission_required("loyalty.change_rule", raise_exception=True)
def new(request: StaffRequest) -> HttpResponse:
    programme = chosen(request)
    if programme is None:
        raise Http404
    form = NameForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            rule = publishing.new_rule(programme, name=form.cleaned_data["name"])
        except Refusal as refusal:
            form.add_error("name", str(refusal.title))
        else:
            return HttpResponseRedirect(reverse("programme:draft", args=[rule.pk]))
    context = {
        **admin.site.each_context(request),
        "title": _("New rule"),
        "programme": programme,
        "form": form,
    }
    return TemplateResponse(
        request, "loyalty/dashboard/rule_new.html", context, status=422 if form.errors else 200
    )


# ── The page of a rule ───────────────────────────────────────────────────────
@require_GET
@permission_required("loyalty.view_rule", raise_exception=True)
def rule(request: StaffRequest, pk: int) -> HttpResponse:
    found = found_rule(pk)
    draft = draft_of(found)
    terms = draft or found.active_version
    latest = Replay.objects.filter(rule=found).select_related("rule__programme").order_by("-pk").first()
    context = {
        **admin.site.each_context(request),
        "title": found.name,
        "rule": found,
        "programme": found.programme,
        "draft": draft,
        "draft_said": rule_words.said(draft) if draft else None,
        "active_said": rule_words.said(found.active_version) if found.active_version else None,
        "sha256": draft.digest() if draft else "",
        "replay": latest,
        "versions": _versions(found),
        "months_form": MonthsForm(),
        "may_change": request.user.has_perm("loyalty.change_rule"),
        "may_publish": request.user.has_perm("loyalty.add_ruleversion"),
        **_publication(request, draft),
        **(_trial(request, terms, found) if terms else {}),
    }
    return TemplateResponse(request, "loyalty/dashboard/rule.html", context)


def _versions(rule: Rule) -> list[tuple[RuleVersion, rule_words.RuleSaid]]:
    its = rule.versions.select_related("published_by", "approved_by").order_by("-number")
    return [(version, rule_words.said(version)) for version in its[:VERSIONS_SHOWN]]


def _publication(request: StaffRequest, draft: RuleDraft | None) -> dict[str, Any]:
    """What stands between the draft and its publication."""
    if draft is None:
        return {}
    valid = publishing.replay_of(draft, draft.rule)
    needs_two = valid is not None and publishing.needs_second_person(valid)
    is_author = draft.drafted_by_id == request.user.pk
    return {
        "valid_replay": valid,
        "needs_two": needs_two,
        "is_author": is_author,
        "publishes": valid and not (needs_two and (is_author or draft.handed_over_at is None)),
        "hands_over": needs_two and draft.handed_over_at is None,
    }


def _trial(request: StaffRequest, terms: RuleDraft | RuleVersion, rule: Rule) -> dict[str, Any]:
    """`?order=` names an order by its number, or by the id it has in the shop."""
    number = request.GET.get("order", "").strip()[:LONGEST_NUMBER].replace("\0", "")
    if not number:
        return {}
    order = _order(request, number)
    if order is None:
        return {"order_number": number, "order_is_missing": True}
    outcome = trying.try_on(terms, rule, order, at=timezone.now())
    return {"order_number": number, "order": order, "outcome": outcome}


def _order(request: StaffRequest, number: str) -> Order | None:
    its = seen_by(request.user, Order.objects.all()).filter(Q(number=number) | Q(external_id=number))
    return its.select_related("customer", "shop").prefetch_related("lines").order_by("-pk").first()


# ── The editor ───────────────────────────────────────────────────────────────
@require_http_methods(["GET", "POST"])
@permission_required("loyalty.change_rule", raise_exception=True)
def draft(request: StaffRequest, pk: int) -> HttpResponse:
    """The draft there is, else what counts now; it is kept when it is sent."""
    found = found_rule(pk)
    standing = draft_of(found) or found.active_version
    if request.method == "POST":
        form = RuleForm(request.POST)
        settings = _effect_form(request.POST.get("effect", ""), found.programme, request.POST)
        if settings is not None and form.is_valid() & settings.is_valid():
            terms = form.terms(settings.terms)
            publishing.write_draft(found, terms=terms, by=request.user, at=timezone.now())
            messages.success(request, _("The draft is kept. Nothing changes until it is published."))
            return HttpResponseRedirect(page_of(found))
        return _edit(request, found, form, settings, status=422)
    form = RuleForm(initial=initial_of(standing) if standing else None)
    kind = standing.effect if standing else next(iter(effects.EFFECTS))
    settings = EffectForm(kind, found.programme, initial=standing.effect_settings if standing else None)
    return _edit(request, found, form, settings)


@require_POST
@permission_required("loyalty.change_rule", raise_exception=True)
def gives(request: StaffRequest, pk: int) -> HttpResponse:
    """For htmx: the settings of another effect; or, with `said`, only the sentence of what is typed."""
    found = found_rule(pk)
    kind = request.POST.get("effect", "")
    if kind not in effects.EFFECTS:
        return HttpResponse(status=422)
    if "said" in request.GET:
        form = EffectForm(kind, found.programme, request.POST)
        return TemplateResponse(request, "loyalty/dashboard/_gives_said.html", {"gives_said": form.said()})
    context = {"settings": EffectForm(kind, found.programme), "rule": found}
    return TemplateResponse(request, "loyalty/dashboard/_gives.html", context)


def _effect_form(kind: str, programme: Programme, data: Any) -> EffectForm | None:
    if kind not in effects.EFFECTS:
        return None
    return EffectForm(kind, programme, data if any(name.startswith(PREFIX) for name in data) else None)


def _edit(
    request: StaffRequest, found: Rule, form: RuleForm, settings: EffectForm | None, *, status: int = 200
) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": _("Draft of “%(rule)s”") % {"rule": found.name},
        "rule": found,
        "programme": found.programme,
        "form": form,
        "limits": [form[name] for name in (*PLAIN, *DAYS)],
        "settings": settings,
    }
    return TemplateResponse(request, "loyalty/dashboard/rule_draft.html", context, status=status)


# ── What is done with it ─────────────────────────────────────────────────────
@require_POST
@permission_required("loyalty.change_rule", raise_exception=True)
def approval(request: StaffRequest, pk: int) -> HttpResponse:
    """Hand the draft over to a second person."""
    found = found_rule(pk)
    standing = draft_of(found)
    try:
        if standing is None:
            raise publishing.NoDraft()
        publishing.hand_over(standing, at=timezone.now())
    except Refusal as refusal:
        messages.warning(request, str(refusal.title))
    else:
        messages.success(request, _("The draft waits for a second person, who publishes it."))
    return HttpResponseRedirect(page_of(found))


@require_POST
@permission_required("loyalty.add_ruleversion", raise_exception=True)
def publication(request: StaffRequest, pk: int) -> HttpResponse:
    found = found_rule(pk)
    try:
        publishing.publish(found, sha256=request.POST.get("sha256", ""), by=request.user, at=timezone.now())
    except Refusal as refusal:
        messages.warning(request, str(refusal.title))
    else:
        messages.success(request, _("The rule counts from now on."))
    return HttpResponseRedirect(page_of(found))


@require_POST
@permission_required("loyalty.change_rule", raise_exception=True)
def removal(request: StaffRequest, pk: int) -> HttpResponse:
    """Throw the draft away."""
    found = found_rule(pk)
    home = f"{reverse('programme:home')}?programme={found.programme_id}"
    publishing.throw_away(found)
    messages.success(request, _("The draft is gone."))
    return HttpResponseRedirect(page_of(found) if Rule.objects.filter(pk=pk).exists() else home)


@require_POST
@permission_required("loyalty.add_ruleversion", raise_exception=True)
def switching_off(request: StaffRequest, pk: int) -> HttpResponse:
    found = found_rule(pk)
    publishing.switch_off(found)
    messages.success(request, _("The rule gives nothing from now on. Its versions stay."))
    return HttpResponseRedirect(page_of(found))
