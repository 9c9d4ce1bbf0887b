"""An article for those who write it: three languages side by side, checked and shown as it will be read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.errors import Refusal
from crm.pages.requests import StaffRequest
from support.help import checking, content, marking, picturing, writing
from support.help.content import UnusableArticle
from support.models import Article, ArticleVersion
from support.pages.article_form import ArticleForm, wording_in
from support.pages.articles import MAY_PUBLISH, MAY_WRITE, SEES, moment, title_of


class PictureForm(forms.Form):
    picture = forms.FileField(label=gettext_lazy("Picture: PNG, JPEG, GIF or WebP, 2 MB at most"))


@require_http_methods(["GET", "POST"])
@permission_required(SEES, raise_exception=True)
def article(request: StaffRequest, pk: int) -> HttpResponse:
    """The draft, else what is published. Keeping it leaves what customers see as it is; publishing keeps it first."""
    its = _article(pk)
    draft, published = writing.standing(its)
    standing = draft or published
    form = ArticleForm(
        request.POST or None,
        content=standing.content if standing else {},
        initial={"seen": draft.written_at.isoformat() if draft else ""},
    )
    if request.method == "POST":
        _may(request, MAY_WRITE)
        if form.is_valid() and _keep(request, its, form, timezone.now()):
            return HttpResponseRedirect(reverse("articles:article", args=[pk]))
    context = {
        **admin.site.each_context(request),
        "title": title_of(its, get_language() or ""),
        "article": its,
        "form": form,
        "draft": draft,
        "published": published,
        "versions": its.versions.select_related("written_by", "published_by").defer("content")[:20],
        "pictures": its.files.all(),
        "picture_form": PictureForm(),
        "may_write": request.user.has_perm(MAY_WRITE),
        "may_publish": request.user.has_perm(MAY_PUBLISH),
    }
    return TemplateResponse(request, "support/articles/article.html", context)


@require_POST
@permission_required(SEES, raise_exception=True)
def check(request: StaffRequest, pk: int, language: str) -> HttpResponse:
    """How one language would read, and what is wrong with it. Nothing is kept."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    faults: list[Any] = []
    context: dict[str, Any] = {"language": language}
    try:
        read = content.read({language: wording_in(request.POST, language)}, languages=writing.languages())
        if wording := read.get(language):
            slugs = writing.known_slugs()
            faults = list(checking.faults_in(wording, language=language, slugs=slugs))
            context |= {
                "wording": wording,
                "body": marking.html(wording.body, address_of=_address),
                "advice": list(checking.advice(wording, language=language)),
            }
    except UnusableArticle as refused:
        faults = list(refused.faults)
    return render(request, "support/articles/_check.html", {**context, "faults": faults})


@require_POST
@permission_required(MAY_PUBLISH, raise_exception=True)
def withdrawal(request: StaffRequest, pk: int) -> HttpResponse:
    try:
        writing.withdraw(_article(pk), at=timezone.now())
        messages.success(request, _("Customers do not see this article any more."))
    except Refusal as refused:
        messages.error(request, str(refused.title))
    return HttpResponseRedirect(reverse("articles:article", args=[pk]))


@require_POST
@permission_required(MAY_WRITE, raise_exception=True)
def pictures(request: StaffRequest, pk: int) -> HttpResponse:
    its, form = _article(pk), PictureForm(request.POST, request.FILES)
    try:
        if not form.is_valid() or form.cleaned_data["picture"].size > picturing.LARGEST_BYTES:
            raise picturing.UnusablePicture
        given = form.cleaned_data["picture"]
        picturing.add(its, name=given.name, content=given.read(), by=request.user, at=timezone.now())
        messages.success(request, _("The picture is here. Copy its line into the text."))
    except Refusal as refused:
        messages.error(request, str(refused.title))
    return HttpResponseRedirect(reverse("articles:article", args=[pk]) + "#pictures")


def _keep(request: StaffRequest, its: Article, form: ArticleForm, at: datetime) -> bool:
    """Whether it was kept, and published where that was asked for; else the form says why not."""
    wants_to_publish = "publish" in request.POST
    if wants_to_publish:
        _may(request, MAY_PUBLISH)
    seen_at = moment(form.cleaned_data["seen"])
    try:
        kept = writing.write(its, told=form.told(), by=request.user, at=at, seen_at=seen_at)
        form.data = {**request.POST.dict(), "seen": kept.written_at.isoformat()}
        if wants_to_publish:
            writing.publish(its, by=request.user, at=at)
    except UnusableArticle as refused:
        form.show(refused.faults)
        return False
    except Refusal as refused:
        form.add_error(None, str(refused.title))
        return False
    said = _("The article is published.")
    if not wants_to_publish:
        said = _("The draft is kept. Customers do not see it yet.")
    messages.success(request, said)
    return True


def _may(request: StaffRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def _article(pk: int) -> Article:
    versions = ArticleVersion.objects.order_by("-number")
    found = get_object_or_404(Article.objects.select_related("category").prefetch_related("texts"), pk=pk)
    found.alive = list(versions.filter(article=found)[:1])  # type: ignore[attr-defined]
    return found


def _address(slug: str) -> str:
    return reverse("help-article", args=[slug])
