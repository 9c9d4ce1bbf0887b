"""What the house writes by itself: which of it goes out, and in which words."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.errors import Refusal
from crm.messages import notice_texts
from crm.models import NoticeText
from crm.notices import Notice, UnknownNotice, notice_named
from crm.notices import notices as all_notices
from crm.notices.base import Words
from crm.pages.requests import StaffRequest
from crm.words.rendering import LONGEST, UnusableText, ValueMissing

LANGUAGES = dict(settings.LANGUAGES)


class WordsForm(forms.Form):
    subject = forms.CharField(label=_("Subject of the mail"), max_length=250)
    long = forms.CharField(
        label=_("By mail and in messengers"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("A link to what they want of us is added below."),
    )
    short = forms.CharField(
        label=_("By SMS"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Every part is paid for. The link comes after it and is counted."),
    )

    def words(self) -> Words:
        told = self.cleaned_data
        return Words(subject=told["subject"], long=told["long"], short=told["short"])


@require_GET
@permission_required("crm.view_noticetext", raise_exception=True)
def notices(request: StaffRequest) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": gettext("Notices"),
        "notices": all_notices().values(),
        "on": notice_texts.all_on(),
        "may_change": request.user.has_perm("crm.change_noticetext"),
    }
    return TemplateResponse(request, "crm/notices/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("crm.view_noticetext", raise_exception=True)
def notice(request: StaffRequest, name: str) -> HttpResponse:
    """Its words in one language (`?language=`), with what they come to; a POST keeps them, or shows them anew."""
    its, language = _notice(name), _language(request)
    may_change = request.user.has_perm("crm.change_noticetext")
    words = notice_texts.words_of(its, language)
    form = WordsForm(request.POST or None, initial=vars(words))
    if request.method == "POST" and may_change and form.is_valid():
        words = form.words()
        if "look" not in request.POST and _keep(request, its, language, form):
            messages.success(request, gettext("These words go out from now on."))
            return HttpResponseRedirect(f"{reverse('crm:notice', args=[name])}?language={language}")
    context = {
        **admin.site.each_context(request),
        "title": its.label,
        "notice": its,
        "form": form,
        "language": language,
        "languages": LANGUAGES.items(),
        "names": its.names(),
        "preview": _preview(its, words, language),
        "is_on": notice_texts.is_on(its),
        "may_change": may_change,
    }
    return TemplateResponse(request, "crm/notices/notice.html", context)


@require_POST
@permission_required("crm.change_noticetext", raise_exception=True)
def switch(request: StaffRequest, name: str) -> HttpResponse:
    its, on = _notice(name), request.POST.get("on") == "1"
    notice_texts.switch(its, on=on, by=request.user, at=timezone.now())
    said = gettext("This notice goes out from now on.") if on else gettext("This notice goes out no more.")
    messages.success(request, said)
    return HttpResponseRedirect(reverse("crm:notices"))


def _keep(request: StaffRequest, its: Notice, language: str, form: WordsForm) -> bool:
    """All of them, or none."""
    words, length = form.words(), NoticeText.Length
    with transaction.atomic():
        for field, subject, text, its_length in (
            ("long", words.subject, words.long, length.LONG),
            ("short", "", words.short, length.SHORT),
        ):
            try:
                notice_texts.change_text(
                    its,
                    language=language,
                    length=its_length,
                    subject=subject,
                    text=text,
                    by=request.user,
                    at=timezone.now(),
                )
            except Refusal as refused:
                for said in [fault.detail for fault in refused.faults] or [refused.title]:
                    form.add_error(field, str(said))
        transaction.set_rollback(not form.is_valid())
    return form.is_valid()


def _preview(its: Notice, words: Words, language: str) -> notice_texts.Preview | None:
    """None for words that cannot be filled in."""
    try:
        return notice_texts.preview(its, words, language)
    except (UnusableText, ValueMissing):
        return None


def _notice(name: str) -> Notice:
    try:
        return notice_named(name)
    except UnknownNotice as unknown:
        raise Http404 from unknown


def _language(request: StaffRequest) -> str:
    asked = request.GET.get("language", "")
    return asked if asked in LANGUAGES else (get_language() or settings.LANGUAGE_CODE)[:2]
