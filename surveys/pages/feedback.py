"""The feedback inbox: what was said, whose it is, and what a colleague does with it in one click."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import Group
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from crm.errors import Refusal
from crm.models import User
from crm.pages.requests import StaffRequest
from surveys.closing import issues
from surveys.feedback import correcting, finding, handling, ruling
from surveys.feedback.correcting import MAY_SORT
from surveys.feedback.finding import Wanted
from surveys.feedback.theming import Rules
from surveys.models import Department, Feedback, Issue, Survey, Theme
from surveys.pages.builder import number_of

SEES, SEES_PEOPLE = "surveys.view_feedback", "crm.view_customer"
SEES_RULES, GATHERS, OPENS = "surveys.view_themerule", "surveys.change_issue", "surveys.add_issue"
MOST_ISSUES, MOST_COLLEAGUES = 50, 200
NEW_ISSUE = "new"


@dataclass(frozen=True, kw_only=True)
class Row:
    """`where`: as its reader calls it. `because`: the words by which a rule knew it."""

    its: Feedback
    where: str
    because: str


@require_GET
@permission_required(SEES, raise_exception=True)
def page(request: StaffRequest) -> HttpResponse:
    """What waits, the newest first; the address narrows it."""
    at, rules = timezone.now(), ruling.in_force()
    wanted = _wanted(request)
    found = finding.page(wanted, at=at, after=request.GET.get("after", ""))
    may_sort = request.user.has_perm(MAY_SORT)
    may_gather = may_sort and request.user.has_perm(GATHERS)
    context = {
        **admin.site.each_context(request),
        "title": _("Feedback"),
        "rows": _rows(found.rows, rules),
        "after": found.after,
        "wanted": wanted,
        "states": _states(),
        "themes": list(Theme.objects.all()),
        "departments": list(Department.objects.all()),
        "sources": Feedback.Source.choices,
        "languages": settings.LANGUAGES,
        "query": _query(request.GET),
        "now": at,
        "may_sort": may_sort,
        "sees_people": request.user.has_perm(SEES_PEOPLE),
        "sees_rules": request.user.has_perm(SEES_RULES),
        "may_import": request.user.has_perm("crm.add_importjob"),
        "may_open": request.user.has_perm(OPENS),
        "may_gather": may_gather,
        "issues": _open_issues() if may_gather else (),
        "colleagues": colleagues() if may_sort else (),
    }
    return TemplateResponse(request, "surveys/feedback/inbox.html", context)


@require_POST
@permission_required(MAY_SORT, raise_exception=True)
def theme(request: StaffRequest, pk: int) -> HttpResponse:
    """A colleague says what it is about."""
    feedback = get_object_or_404(Feedback, pk=pk)
    themes = Theme.objects.select_related("department")
    chosen = themes.filter(pk=number_of(request.POST.get("theme", ""))).first()
    if chosen is None:
        return _not_chosen(request, _("Choose a theme from the list."))
    its = correcting.call_it(feedback, theme=chosen, by=request.user, at=timezone.now())
    said = _("Noted: “{theme}”. {department} sees to it.")
    messages.success(request, said.format(theme=chosen, department=its.department))
    return _back(request)


@require_POST
@permission_required(MAY_SORT, raise_exception=True)
def settling(request: StaffRequest, pk: int) -> HttpResponse:
    """Somebody has looked at it, or takes it up again."""
    feedback = get_object_or_404(Feedback, pk=pk)
    if request.POST.get("how") == "again":
        handling.take_up_again(feedback)
    else:
        handling.settle([feedback.pk], by=request.user, at=timezone.now())
    return _back(request)


@require_POST
@permission_required(MAY_SORT, raise_exception=True)
def owner(request: StaffRequest, pk: int) -> HttpResponse:
    feedback = get_object_or_404(Feedback, pk=pk)
    chosen = User.objects.filter(pk=number_of(request.POST.get("owner", ""))).first()
    if chosen is None:
        return _not_chosen(request, _("Choose a colleague from the list."))
    return _done(
        request,
        lambda: handling.hand_to(feedback, owner=chosen),
        said=_("{name} sees to it.").format(name=chosen),
    )


@require_POST
@permission_required(GATHERS, raise_exception=True)
def gathering(request: StaffRequest) -> HttpResponse:
    """Let what was chosen stand under an issue, and wait no longer; or open a new issue about it."""
    chosen = [pk for one in request.POST.getlist("feedback")[: finding.SIZE] if (pk := number_of(one))]
    if not chosen:
        return _not_chosen(request, _("Choose what belongs together first."))
    if request.POST.get("issue") == NEW_ISSUE:
        return HttpResponseRedirect(f"{reverse('closing:new')}?feedback={','.join(map(str, chosen))}")
    issue = Issue.objects.filter(pk=number_of(request.POST.get("issue", ""))).first()
    if issue is None:
        return _not_chosen(request, _("Choose an issue from the list."))

    def gather() -> None:
        count = issues.gather(issue, chosen)
        handling.settle(chosen, by=request.user, at=timezone.now())
        said = ngettext(
            "{count} piece of feedback stands under “{issue}” now.",
            "{count} pieces of feedback stand under “{issue}” now.",
            count,
        )
        messages.success(request, said.format(count=count, issue=issue))

    return _done(request, gather)


def _not_chosen(request: StaffRequest, words: str) -> HttpResponse:
    messages.error(request, words)
    return _back(request)


def colleagues() -> QuerySet[User]:
    """Who may sort feedback: by their groups, or as those who may do everything."""
    app, codename = MAY_SORT.split(".")
    theirs = Group.objects.filter(
        user=OuterRef("pk"), permissions__codename=codename, permissions__content_type__app_label=app
    )
    able = User.objects.filter(Q(is_superuser=True) | Exists(theirs), is_active=True)
    return able.order_by("name", "pk")[:MOST_COLLEAGUES]


def _states() -> list[tuple[str, str]]:
    return [
        ("waiting", _("To be looked at")),
        ("overdue", _("Late")),
        ("settled", _("Looked at")),
        ("all", _("All of them")),
    ]


def _wanted(request: StaffRequest) -> Wanted:
    asked = request.GET
    state = asked.get("state", "")
    theme = asked.get("theme", "")
    return Wanted(
        state=state if state in dict(_states()) else "waiting",
        department=number_of(asked.get("department", "")) or None,
        theme=number_of(theme) if theme else None,
        source=asked.get("source", "") if asked.get("source") in Feedback.Source.values else "",
        language=asked.get("language", "") if asked.get("language") in dict(settings.LANGUAGES) else "",
        mine=request.user if asked.get("mine") else None,
    )


def _rows(found: Sequence[Feedback], rules: Rules) -> list[Row]:
    """A survey is called by its title, whatever its short name is. One query, however many there are."""
    slugs = {one.source_name for one in found if one.source == Feedback.Source.SURVEY}
    titles = {one.slug: one.name for one in Survey.objects.filter(slug__in=slugs)} if slugs else {}
    return [
        Row(its=one, where=titles.get(one.source_name, one.source_name), because=_because(one, rules))
        for one in found
    ]


def _because(one: Feedback, rules: Rules) -> str:
    if one.routed_by != Feedback.RoutedBy.RULE or one.theme is None:
        return ""
    verdict = rules.read(one.text, language=one.language)
    return ", ".join(f"{word}…" for word in verdict.because[:4]) if verdict.theme == one.theme.slug else ""


def _open_issues() -> QuerySet[Issue]:
    return Issue.objects.exclude(state=Issue.State.CLOSED).order_by("-pk")[:MOST_ISSUES]


def _query(asked: QueryDict) -> str:
    """What the page is narrowed to, without how far somebody has turned its pages."""
    kept = asked.copy()
    kept.pop("after", None)
    return kept.urlencode()


def _back(request: StaffRequest) -> HttpResponse:
    """To the same list."""
    kept = QueryDict(request.POST.get("query", "")[:500])
    return HttpResponseRedirect(f"{reverse('feedback:inbox')}?{kept.urlencode()}")


def _done(request: StaffRequest, deed: Callable[[], object], *, said: str = "") -> HttpResponse:
    try:
        deed()
    except Refusal as refused:
        messages.error(request, str(refused.title))
    else:
        if said:
            messages.success(request, said)
    return _back(request)
