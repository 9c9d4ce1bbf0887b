"""The words of a notice in three languages, how they read, and the second look before they go out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.errors import Refusal
from crm.messages import notice_texts
from crm.models import Message
from crm.notices.base import Words
from crm.pages.notices import WordsForm
from crm.pages.requests import StaffRequest
from crm.words.rendering import UnusableText, ValueMissing
from support import incident_tasks
from support.incidents import affecting, announcing, drafting, resolving
from support.incidents.drafting import Kind
from support.models import IncidentNotice
from support.pages.incident import ANNOUNCES, foresight_said, found
from support.pages.incidents import CHANGES, page_of

LANGUAGES = dict(settings.LANGUAGES)


class NoticeForm(WordsForm):
    purpose = forms.ChoiceField(
        label=gettext_lazy("What it is"),
        choices=Message.Purpose.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "What speaks of an order is service. Anything more needs a consent to advertising."
        ),
    )


@require_POST
@permission_required(ANNOUNCES, raise_exception=True)
def begin(request: StaffRequest, pk: int) -> HttpResponse:
    """Begin the next notice: another word, the first one for those who came later, or the last."""
    incident, kind, at = found(pk), request.POST.get("kind", ""), timezone.now()
    try:
        if kind == Kind.RESOLVED:
            resolving.prepare(incident, by=request.user, at=at)
        else:
            its = kind if kind in Kind.values else None
            drafting.notice_of(incident, by=request.user, at=at, kind=its)
    except Refusal as refused:
        messages.warning(request, str(refused.title))
        return HttpResponseRedirect(page_of(incident))
    return HttpResponseRedirect(reverse("incidents:words", args=[pk]))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(CHANGES, raise_exception=True)
def words(request: StaffRequest, pk: int) -> HttpResponse:
    """The words in one language (`?language=`); a POST keeps them."""
    incident, language = found(pk), _language(request)
    notice = _draft(pk)
    form = NoticeForm(
        request.POST or None, initial={**notice.texts.get(language, {}), "purpose": notice.purpose}
    )
    if request.method == "POST" and form.is_valid():
        kept = {**drafting.words_of(notice), language: form.words()}
        try:
            notice = drafting.write(
                notice, texts=kept, purpose=form.cleaned_data["purpose"], at=timezone.now()
            )
        except Refusal as refused:
            for said in [fault.detail for fault in refused.faults] or [refused.title]:
                form.add_error(None, str(said))
        else:
            messages.success(request, _("The words are kept. Nobody is told of anything yet."))
            return HttpResponseRedirect(f"{reverse('incidents:words', args=[pk])}?language={language}")
    context = {
        **admin.site.each_context(request),
        "title": incident.name,
        "incident": incident,
        "notice": notice,
        "form": form,
        "language": language,
        "languages": LANGUAGES.items(),
        "names": drafting.catalogue_of(notice).names(),
        "preview": _preview(notice, language),
        "may_announce": request.user.has_perm(ANNOUNCES),
    }
    return TemplateResponse(request, "support/incidents/words.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(ANNOUNCES, raise_exception=True)
def announcement(request: StaffRequest, pk: int) -> HttpResponse:
    """The second look: to how many it goes, who cannot be told and why, how it reads. A POST lets it out."""
    incident, notice, at = found(pk), _draft(pk), timezone.now()
    if request.method == "POST":
        try:
            let_out = announcing.let_out(notice, by=request.user, at=at, foreseen_people=_seen(request))
        except Refusal as refused:
            messages.warning(request, " ".join([str(refused.title), *_places(refused)]))
        else:
            incident_tasks.start_notice(let_out)
            messages.success(request, _("It goes out now. You can watch it here."))
            return HttpResponseRedirect(page_of(incident))
    people = affecting.audience(notice, at=at)
    context = {
        **admin.site.each_context(request),
        "title": _("Before it goes out"),
        "incident": incident,
        "notice": notice,
        "people": len(people),
        "ahead": foresight_said(affecting.look_ahead(notice, at=at)),
        "previews": [(name, code, _preview(notice, code)) for code, name in LANGUAGES.items()],
    }
    return TemplateResponse(request, "support/incidents/announcement.html", context)


def _seen(request: StaffRequest) -> int | None:
    """How many the page told of."""
    told = request.POST.get("people", "")
    return int(told) if told.isdecimal() and len(told) < 9 else None


def _draft(pk: int) -> IncidentNotice:
    drafts = IncidentNotice.objects.filter(incident=pk, state=IncidentNotice.State.DRAFT)
    return get_object_or_404(drafts.select_related("incident"))


def _preview(notice: IncidentNotice, language: str) -> notice_texts.Preview | None:
    """None for words that cannot be filled in, or are not written yet."""
    told: dict[str, Any] = notice.texts.get(language, {})
    try:
        return notice_texts.preview(drafting.catalogue_of(notice), Words(**told), language)
    except (UnusableText, ValueMissing, TypeError):
        return None


def _places(refused: Refusal) -> list[str]:
    """The languages in which something is missing."""
    codes = [fault.pointer.split("/")[2] for fault in refused.faults if fault.pointer.startswith("/texts/")]
    return [", ".join(str(LANGUAGES[code]) for code in dict.fromkeys(codes) if code in LANGUAGES)]


def _language(request: StaffRequest) -> str:
    asked = request.GET.get("language", "")
    return asked if asked in LANGUAGES else (get_language() or settings.LANGUAGE_CODE)[:2]
