"""The answer bot for those who look after it: where it answers, how it does, and what it failed to answer."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.errors import Refusal
from crm.models import ChannelAccount
from crm.pages.requests import StaffRequest
from support.bot import duty, figures, teaching, unanswered
from support.models import Article, ArticleText, BotTurn
from support.pages.articles import MAY_PUBLISH, MAY_WRITE, told
from support.pages.deeds import number_of

SEES, TEACHES = "support.view_botconversation", "support.teach_bot"
COUNTED = timedelta(days=28)


@require_GET
@permission_required(SEES, raise_exception=True)
def page(request: StaffRequest) -> HttpResponse:
    at = timezone.now()
    teaches = request.user.has_perm(TEACHES)
    counted = figures.counted(since=at - COUNTED, until=at)
    context = {
        **admin.site.each_context(request),
        "title": _("The answer bot"),
        "accounts": duty.accounts(),
        "handled": told(counted.handled_share),
        "confirmed": told(counted.confirmed_share),
        "handed_over": told(counted.handed_over_share),
        "days": COUNTED.days,
        "groups": unanswered.asked(at=at),
        "articles": _articles() if teaches else [],
        "may_teach": teaches,
        "may_write": teaches and request.user.has_perms([MAY_WRITE, MAY_PUBLISH]),
        "now": at,
    }
    return TemplateResponse(request, "support/bot/page.html", context)


@require_POST
@permission_required(TEACHES, raise_exception=True)
def on_duty(request: StaffRequest, pk: int) -> HttpResponse:
    """Turn it on or off on one channel."""
    account = get_object_or_404(ChannelAccount.objects.open(), pk=pk)
    turn = duty.turn_on if request.POST.get("how") == "on" else duty.turn_off
    try:
        standing = turn(account, by=request.user, at=timezone.now())
    except Refusal as refused:
        messages.error(request, str(refused.title))
    else:
        said = (
            _("The bot answers first on {channel} now.")
            if standing.on_since
            else _("Colleagues hear everything on {channel} now.")
        )
        messages.success(request, said.format(channel=account))
    return _back()


@require_POST
@permission_required([TEACHES, MAY_WRITE], raise_exception=True)
def article(request: StaffRequest, pk: int) -> HttpResponse:
    """One click: a draft with the question as its title, open before one's eyes."""
    turn, at = get_object_or_404(BotTurn, pk=pk), timezone.now()
    try:
        made = teaching.make_article(
            unanswered.alike(turn, at=at),
            question=request.POST.get("question", ""),
            language=_language(request),
            by=request.user,
            at=at,
        )
    except Refusal as refused:
        messages.error(request, str(refused.title))
        return _back()
    return HttpResponseRedirect(reverse("articles:article", args=[made.pk]))


@require_POST
@permission_required([TEACHES, MAY_WRITE, MAY_PUBLISH], raise_exception=True)
def words(request: StaffRequest, pk: int) -> HttpResponse:
    """It should have been this article."""
    turn, at = get_object_or_404(BotTurn, pk=pk), timezone.now()
    its = Article.objects.filter(pk=number_of(request.POST.get("article", "")) or 0).first()
    if its is None:
        messages.error(request, _("Choose the article that answers it."))
        return _back()
    try:
        teaching.point_to(
            its,
            unanswered.alike(turn, at=at),
            words=request.POST.get("question", ""),
            language=_language(request),
            by=request.user,
            at=at,
        )
        messages.success(request, _("From now on this article is found by these words too."))
    except Refusal as refused:
        messages.error(request, str(refused.title))
    return _back()


@require_POST
@permission_required(TEACHES, raise_exception=True)
def settled(request: StaffRequest, pk: int) -> HttpResponse:
    turn, at = get_object_or_404(BotTurn, pk=pk), timezone.now()
    teaching.settle(unanswered.alike(turn, at=at), by=request.user, at=at)
    messages.success(request, _("Put aside."))
    return _back()


def _articles() -> list[tuple[int, str]]:
    """Those that customers see, by their titles in the reader's language. One query."""
    titles: dict[int, str] = {}
    for text in ArticleText.objects.order_by("pk").only("article_id", "title", "language"):
        if text.language == get_language() or text.article_id not in titles:
            titles[text.article_id] = text.title
    return sorted(titles.items(), key=lambda one: one[1].lower())


def _language(request: StaffRequest) -> str:
    given = request.POST.get("language", "")
    return given if given in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _back() -> HttpResponse:
    return HttpResponseRedirect(reverse("support:bot"))
