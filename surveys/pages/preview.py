"""A version as people will see it, on a phone or a desktop, in any of its languages. Nothing is kept."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.pages.requests import StaffRequest
from surveys import content, showing, walking
from surveys.models import SurveyVersion
from surveys.pages.builder import SEES, number_of

FRAMES = ("phone", "desktop")


@require_GET
@permission_required(SEES, raise_exception=True)
def page(request: StaffRequest, pk: int, number: int) -> HttpResponse:
    """`?language=`, `?frame=`; answers and `?page=` say how far whoever tries it has come."""
    version = get_object_or_404(SurveyVersion.objects.select_related("survey"), survey=pk, number=number)
    its = content.read(version.content)
    language = request.GET.get("language", "")
    if language not in content.LANGUAGES:
        language = (get_language() or "en")[:2]
    sent = showing.sent(dict(request.GET.lists()))
    given, faults = walking.told(its, {key: raw for key, raw in sent.items() if its.question(key)})
    wrong = {fault.pointer.removeprefix("/"): str(fault.detail) for fault in faults}
    pages = walking.pages(its, given)
    reached = number_of(request.GET.get("page", ""))
    before = [question for one in pages[:reached] for question in one]
    for question in before:
        if question.is_required and question.key not in given:
            wrong.setdefault(question.key, _("Please answer this question."))
    if any(question.key in wrong for question in before):
        reached -= 1
    asked = [question for one in pages[: reached + 1] for question in one]
    frame = request.GET.get("frame", "")
    context = {
        **admin.site.each_context(request),
        "title": version.survey.name,
        "survey": version.survey,
        "version": version,
        "language": language,
        "languages": settings.LANGUAGES,
        "frame": frame if frame in FRAMES else FRAMES[0],
        "heading": its.title_in(language),
        "thanks": its.thanks_in(language),
        "is_done": bool(pages) and reached >= len(pages),
        "next_page": max(reached, 0) + 1,
        "is_last": reached + 1 >= len(pages),
        "shown": [
            showing.show(
                question, language=language, given=given.get(question.key), fault=wrong.get(question.key, "")
            )
            for question in asked
        ],
    }
    return TemplateResponse(request, "surveys/builder/preview.html", context)
