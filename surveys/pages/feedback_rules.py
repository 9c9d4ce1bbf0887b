"""By which words themes are known: how often the rules were right, and a rule that is tried before it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.errors import Fault, Refusal
from crm.measures.intervals import Share
from crm.pages.requests import StaffRequest
from crm.words.wording import number
from surveys.feedback import correcting, finding, routing, ruling, taking_over, trying
from surveys.feedback.learned import FEWEST_LABELS, FEWEST_OF_THEME
from surveys.feedback.ruling import MAY_RULE
from surveys.feedback.trying import TRIED_ON, Trial
from surveys.models import FeedbackLabel, Theme, ThemeModel, ThemeRule
from surveys.pages.builder import number_of

SEES = "surveys.view_themerule"
JUDGED = timedelta(days=90)
MOST_MOVED = 40
LANGUAGES = dict(settings.LANGUAGES)


@dataclass(frozen=True, kw_only=True)
class Line:
    """A theme: how many words it has in each language, and how often colleagues left it as the rules had said.

    `model`: what was learned of it, without its weights; None: not enough is known.
    """

    theme: Theme
    words: Sequence[tuple[str, str, int]]
    share: Share | None
    model: ThemeModel | None

    @property
    def proof(self) -> tuple[str, str]:
        """How right the model is and how right the words are, of texts that it had not seen."""
        return (number(self.model.f1, 2), number(self.model.f1_of_words, 2)) if self.model else ("", "")


@require_GET
@permission_required(SEES, raise_exception=True)
def page(request: StaffRequest) -> HttpResponse:
    counted = {
        (rule.theme_id, rule.language): len(rule.words) for rule in ThemeRule.objects.filter(ended_at=None)
    }
    right = {one.theme.pk: one.share for one in correcting.how_often_right(since=timezone.now() - JUDGED)}
    themes = Theme.objects.select_related("department")
    models = {one.theme_id: one for one in ThemeModel.objects.defer("weights")}
    context = {
        **admin.site.each_context(request),
        "title": _("Themes and their words"),
        "lines": [
            Line(
                theme=theme,
                words=[
                    (code, str(name), counted.get((theme.pk, code), 0)) for code, name in LANGUAGES.items()
                ],
                share=right.get(theme.pk),
                model=models.get(theme.pk),
            )
            for theme in themes
        ],
        "days": JUDGED.days,
        "judged": FeedbackLabel.objects.values("feedback").distinct().count(),
        "fewest_labels": FEWEST_LABELS,
        "fewest_of_theme": FEWEST_OF_THEME,
        "may_rule": request.user.has_perm(MAY_RULE),
        "may_change": request.user.has_perm("surveys.change_theme"),
    }
    return TemplateResponse(request, "surveys/feedback/rules.html", context)


@require_POST
@permission_required(MAY_RULE, raise_exception=True)
def ready_ones(request: StaffRequest) -> HttpResponse:
    """Take the themes that come with the house."""
    made = ruling.adopt(by=request.user, at=timezone.now())
    said = ngettext("{count} theme was added.", "{count} themes were added.", len(made))
    messages.success(request, said.format(count=len(made)))
    return HttpResponseRedirect(reverse("feedback:rules"))


@require_POST
@permission_required(MAY_RULE, raise_exception=True)
def model(request: StaffRequest, slug: str) -> HttpResponse:
    """Let a model decide about a theme, or its words again."""
    theme = get_object_or_404(Theme, slug=slug)
    try:
        if request.POST.get("who") == "model":
            taking_over.let_model_decide(theme, by=request.user, at=timezone.now())
            said = _("“{theme}” is decided by its model from now on.")
        else:
            taking_over.let_words_decide(theme)
            said = _("“{theme}” is decided by its words from now on.")
        messages.success(request, said.format(theme=theme))
    except Refusal as refused:
        messages.error(request, str(refused.title))
    return HttpResponseRedirect(reverse("feedback:rules"))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(SEES, raise_exception=True)
def rule(request: StaffRequest, slug: str, language: str) -> HttpResponse:
    """One theme's words in one language: looked at, tried on the latest texts, or kept."""
    theme = get_object_or_404(Theme.objects.select_related("department"), slug=slug)
    if language not in LANGUAGES:
        raise Http404
    standing = ThemeRule.objects.filter(theme=theme, language=language, ended_at=None).first()
    if request.method != "POST":
        return _shown(request, theme, language, lines=standing.words if standing else (), standing=standing)
    _must_rule(request)
    lines = request.POST.get("words", "").splitlines()
    try:
        if request.POST.get("how") == "keep":
            return _kept(request, theme, language, lines)
        trial = _trial(theme, language, lines)
    except Refusal as refused:
        return _shown(request, theme, language, lines=lines, standing=standing, refused=refused)
    return _shown(request, theme, language, lines=lines, standing=standing, trial=trial)


def _must_rule(request: StaffRequest) -> None:
    """Raises PermissionDenied."""
    permission_required(MAY_RULE, raise_exception=True)(lambda _request: HttpResponse())(request)


def _trial(theme: Theme, language: str, lines: Sequence[str]) -> Trial:
    """Raises UnusableRule."""
    clues, now = ruling.read(lines), ruling.in_force()
    then = ruling.with_rule(now, theme=theme.slug, language=language, clues=clues)
    return trying.try_out(now, then, finding.latest(count=TRIED_ON, language=language), theme=theme.slug)


def _kept(request: StaffRequest, theme: Theme, language: str, lines: Sequence[str]) -> HttpResponse:
    """Raises UnusableRule, RuleChanged."""
    at, seen = timezone.now(), number_of(request.POST.get("seen", "")) or None
    ruling.rewrite(theme, language=language, lines=lines, seen=seen, by=request.user, at=at)
    messages.success(request, _("The words are kept, and count for what comes in from now on."))
    if request.POST.get("anew"):
        moved = routing.read_anew(finding.latest(count=TRIED_ON, language=language), at=at)
        said = ngettext(
            "{count} text that waits has another theme now.",
            "{count} texts that wait have another theme now.",
            moved,
        )
        messages.success(request, said.format(count=moved))
    return HttpResponseRedirect(reverse("feedback:rule", args=[theme.slug, language]))


def _shown(
    request: StaffRequest,
    theme: Theme,
    language: str,
    *,
    lines: Sequence[str],
    standing: ThemeRule | None,
    trial: Trial | None = None,
    refused: Refusal | None = None,
) -> HttpResponse:
    names = {its.slug: its.name for its in Theme.objects.all()} if trial else {}
    context = {
        **admin.site.each_context(request),
        "title": _("{theme}: the words in {language}").format(theme=theme, language=LANGUAGES[language]),
        "theme": theme,
        "language": language,
        "words": "\n".join(lines),
        "standing": standing,
        "trial": trial,
        "moved": [_moved(one, names) for one in trial.moved[:MOST_MOVED]] if trial else (),
        "tried_on": TRIED_ON,
        "errors": _errors(refused, lines) if refused else (),
        "may_rule": request.user.has_perm(MAY_RULE),
    }
    return TemplateResponse(request, "surveys/feedback/rule.html", context, status=422 if refused else 200)


def _moved(one: trying.Moved, names: dict[str, str]) -> dict[str, Any]:
    nothing = _("no theme")
    return {
        "text": one.feedback.text,
        "was": names.get(one.was, nothing),
        "to": names.get(one.to, nothing),
    }


def _errors(refused: Refusal, lines: Sequence[str]) -> list[str]:
    return [_said(fault, lines) for fault in refused.faults] or [str(refused.title)]


def _said(fault: Fault, lines: Sequence[str]) -> str:
    if not fault.pointer:
        return str(fault.detail)
    return f"“{lines[int(fault.pointer[1:])][:60]}”: {fault.detail}"
