"""`/s/…/`: where people answer. It works without script and without cookies; opening it changes nothing.

Answers of earlier steps travel in the form, so that a page is whole by itself; each step is kept as it is sent, but
for anonymous surveys, which keep one answer at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from crm.integrations import rate_limits
from crm.models import Customer, Order, Shop
from crm.pages.requests import client_address
from surveys import content, showing, walking
from surveys.answers import answering, confirming, links, scanning
from surveys.answers.answering import LinkUsed, SurveyOver, Voice
from surveys.answers.confirming import Confirmed
from surveys.content import Content, Question
from surveys.models import Invitation, SurveyVersion
from surveys.pages import framing, visits
from surveys.pages.framing import FROM
from surveys.pages.visits import Form
from surveys.questions import Given, UnusableAnswer

MOST_SENT_AN_HOUR = 120
UNTIL = "until"
# Where an open link hangs: the way by which an answer came.
SITE = "site"
PLACES = ("qr", SITE, "portal")


@dataclass(frozen=True, kw_only=True)
class Door:
    """What a link opens, as long as it does: a version, and whose answer it is."""

    token: str
    version: SurveyVersion
    invitation: Invitation | None = None
    order: Order | None = None
    shop: Shop | None = None
    channel: str = ""

    @property
    def is_anonymous(self) -> bool:
        return self.version.survey.is_anonymous

    @property
    def is_on_a_site(self) -> bool:
        """An open link there: whoever answers, nothing of theirs stands on the page."""
        return self.channel == SITE and self.invitation is None and self.order is None

    @property
    def person(self) -> Customer | None:
        if self.is_anonymous:
            return None
        return self.invitation.customer if self.invitation else self.order.customer if self.order else None


View = Callable[..., HttpResponse]


def spoken(view: View) -> View:
    """In the language the reader chose, else in the one we know of them; a link that is no more says so kindly."""

    @wraps(view)
    def answered(request: HttpRequest, token: str) -> HttpResponse:
        at = timezone.now()
        door = door_of(token, channel=request.GET.get(FROM, ""), at=at)
        language = _language(request, door)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            if door is None:
                return _farewell(request, "unknown", status=404)
            response = _answered(view, request, door, at)
            return framing.let_in(response) if door.is_on_a_site and framing.is_framed(request) else response

    return answered


def _answered(view: View, request: HttpRequest, door: Door, at: datetime) -> HttpResponse:
    try:
        return view(request, door, at)
    except SurveyOver:
        return _farewell(request, "over", status=410)
    except LinkUsed:
        return _farewell(request, "used", status=200)


@csrf_exempt  # what it may do is proved by the link; many mail programs and frames keep no cookie
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@spoken
def survey(request: HttpRequest, door: Door, at: datetime) -> HttpResponse:
    _must_be_open(door, at=at)
    return _take(request, door, at) if request.method == "POST" else _ask(request, door, at)


@never_cache
@require_safe
@spoken
def thanks(request: HttpRequest, door: Door, at: datetime) -> HttpResponse:
    its = content.read(door.version.content)
    context = {
        "token": door.token,
        "thanks": its.thanks_in(_spoken()),
        "can_change": _can_change(door, at=at),
        "is_framed": framing.is_framed(request),
    }
    return render(request, "surveys/public/thanks.html", context)


def door_of(token: str, *, channel: str, at: datetime) -> Door | None:
    """None: nobody of ours made this link, or what it was for is gone."""
    link = links.read(token)
    if link is None:
        return None
    if link.invitation_id:
        return _door_of_invitation(token, link.invitation_id)
    versions = SurveyVersion.objects.filter(survey=link.survey_id, state=SurveyVersion.State.PUBLISHED)
    version = versions.select_related("survey").first()
    if version is None:
        return None
    where = channel if channel in PLACES else PLACES[0]
    if link.order_id:
        orders = Order.objects.select_related("customer", "shop").filter(pk=link.order_id)
        order = orders.filter(customer__erased_at=None).first()
        return (
            Door(token=token, version=version, order=order, shop=order.shop, channel=where) if order else None
        )
    shop = Shop.objects.filter(pk=link.shop_id).first() if link.shop_id else None
    return Door(token=token, version=version, shop=shop, channel=where)


def _door_of_invitation(token: str, pk: int) -> Door | None:
    rows = Invitation.objects.select_related("version__survey", "customer", "shop")
    found = rows.filter(pk=pk).first()
    if found is None:
        return None
    channel = found.channel or "link"
    return Door(token=token, version=found.version, invitation=found, shop=found.shop, channel=channel)


def _must_be_open(door: Door, *, at: datetime) -> None:
    """Raises SurveyOver, LinkUsed."""
    if door.invitation:
        answering.must_be_open(door.invitation, at=at)
        return
    answering.must_be_in_use(door.version, at=at)
    lasts = timedelta(days=door.version.survey.valid_days)
    if door.order and door.order.placed_at + lasts <= at:
        raise SurveyOver


def _ask(request: HttpRequest, door: Door, at: datetime) -> HttpResponse:
    """The first page, with a score that was tapped in a mail chosen on it; what stands already is shown again."""
    its = content.read(door.version.content)
    standing = _standing(door)
    score = _score(request)
    first = its.question(its.start)
    if score is not None and first and not door.is_anonymous:
        told, _faults = walking.told(its, {first.key: score})
        standing = {**standing, **told}
    response = _show(request, door, its, page=0, given=standing, form=visits.new_form(at=at))
    return visits.note(request, response, score=score, at=at)


def _take(request: HttpRequest, door: Door, at: datetime) -> HttpResponse:
    """A step was sent: the next one, or thanks; or the same, with what is wrong, or to be pressed once more."""
    its = content.read(door.version.content)
    answers = showing.sent(dict(request.POST.lists()))
    given, _faults = walking.told(its, answers)
    pages = walking.pages(its, given)
    step = _step(pages, request.POST.get(UNTIL, ""))
    form = visits.form_in(request)
    again = replace(form or visits.new_form(at=at), opened_at=at, is_again=True)
    if form is None or _is_too_often(request, at):
        return _show(request, door, its, page=step, given=given, form=again, is_suspected=True)
    is_last = step >= len(pages) - 1
    try:
        kept = _keep(
            request, door, form, answers=answers, at=at, until="" if is_last else pages[step][-1].key
        )
    except UnusableAnswer as refused:
        faults = {fault.pointer[1:]: str(fault.detail) for fault in refused.faults}
        return _show(request, door, its, page=step, given=given, form=form, faults=faults)
    if kept.why:
        return _show(request, door, its, page=step, given=given, form=again, is_suspected=True)
    if is_last:
        return HttpResponseRedirect(f"{reverse('survey-thanks', args=[door.token])}{framing.query(request)}")
    # The form stays as it was opened: the next step may be as quick as hands are.
    return _show(request, door, its, page=step + 1, given=given, form=form)


def _keep(
    request: HttpRequest, door: Door, form: Form, *, answers: Mapping[str, Any], at: datetime, until: str
) -> Confirmed:
    """Raises SurveyOver, LinkUsed, UnusableAnswer."""
    told: dict[str, Any] = {"answers": answers, "at": at, "language": _spoken()}
    visit = visits.visit_of(request, form)
    if (door.is_anonymous and until) or (door.is_on_a_site and framing.is_tried(request)):
        answering.must_be_answered(content.read(door.version.content), answers, until)
        return Confirmed()
    if door.invitation:
        its = {**told, "until": until, "channel": door.channel}
        return confirming.confirm(door.invitation, visit=visit, **its)
    verdict = scanning.judge(visit, value=None, at=at)
    if verdict.why:
        return Confirmed(why=verdict.why)
    response = answering.answer_openly(door.version, voice=_voice(door, form), until=until, **told)
    return Confirmed(response=response)


def _voice(door: Door, form: Form) -> Voice:
    """An order is answered about once, a poster once by each page that was opened."""
    if door.order:
        survey_id, order_id = door.version.survey_id, door.order.pk
        return Voice(
            source="receipt",
            source_id=f"{survey_id}:{order_id}",
            channel=door.channel,
            customer=door.order.customer,
            shop=door.shop,
            about=door.order,
        )
    return Voice(source="open-link", source_id=form.page, channel=door.channel, shop=door.shop)


def _show(
    request: HttpRequest,
    door: Door,
    its: Content,
    *,
    page: int,
    given: Mapping[str, Given],
    form: Form,
    faults: Mapping[str, str] | None = None,
    is_suspected: bool = False,
) -> HttpResponse:
    pages = walking.pages(its, given)
    asked = pages[page] if page < len(pages) else ()
    faults = faults or {}
    context = {
        "token": door.token,
        "query": framing.query(request),
        "is_framed": framing.is_framed(request),
        "is_tried": door.is_on_a_site and framing.is_tried(request),
        "title": its.title_in(_spoken()),
        # A receipt may be in other hands than whose order it is.
        "first_name": door.person.given_name if door.invitation and door.person else "",
        "is_first": page == 0,
        "is_anonymous": door.is_anonymous,
        "is_suspected": is_suspected,
        "left": len(pages) - page,
        "asked": [_shown(one, given, faults) for one in asked],
        "carried": _carried(pages[:page], given),
        "until": asked[-1].key if asked else "",
        "form": form.signed(),
        "has_faults": bool(faults),
    }
    return render(request, "surveys/public/survey.html", context, status=422 if faults else 200)


def _shown(question: Question, given: Mapping[str, Given], faults: Mapping[str, str]) -> showing.Shown:
    return showing.show(
        question, language=_spoken(), given=given.get(question.key), fault=faults.get(question.key, "")
    )


def _carried(pages: Sequence[Sequence[Question]], given: Mapping[str, Given]) -> Sequence[tuple[str, str]]:
    """Answers of earlier steps, as hidden fields."""
    shown = [question.key for page in pages for question in page]
    return [(f"{showing.PREFIX}{key}", value) for key in shown if key in given for value in _raw(given[key])]


def _raw(given: Given) -> Sequence[str]:
    if given.value is not None:
        return [str(given.value)]
    return given.choices or [given.text]


def _step(pages: Sequence[Sequence[Question]], until: str) -> int:
    """Which page was sent; the first where it is not known."""
    ends = [number for number, page in enumerate(pages) if any(one.key == until for one in page)]
    return ends[0] if ends else 0


def _standing(door: Door) -> Mapping[str, Given]:
    """What the invited answered so far; of others nothing is shown: whoever holds a receipt may not be who wrote."""
    if door.invitation is None or door.is_anonymous:
        return {}
    return answering.given_of(door.invitation)


def _can_change(door: Door, *, at: datetime) -> bool:
    if door.invitation is None or door.is_anonymous or door.invitation.answered_at is None:
        return False
    try:
        answering.must_be_open(door.invitation, at=at)
    except (SurveyOver, LinkUsed):
        return False
    return True


def _score(request: HttpRequest) -> int | None:
    told = request.GET.get(links.SCORE, "")
    return int(told) if told.isascii() and told.isdecimal() and len(told) <= 3 else None


def _is_too_often(request: HttpRequest, at: datetime) -> bool:
    return rate_limits.is_too_often(
        client_address(request), form="survey", most_an_hour=MOST_SENT_AN_HOUR, at=at
    )


def _language(request: HttpRequest, door: Door | None) -> str:
    framed = request.GET.get(framing.LANGUAGE, "") if framing.is_framed(request) else ""
    chosen = framed or request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    known = door.person.language if door and door.person else ""
    return next((one for one in (chosen, known) if one in dict(settings.LANGUAGES)), _spoken())


def _spoken() -> str:
    return translation.get_language() or settings.LANGUAGE_CODE


def _farewell(request: HttpRequest, why: str, *, status: int) -> HttpResponse:
    context = {"why": why, "is_framed": framing.is_framed(request)}
    return render(request, "surveys/public/farewell.html", context, status=status)
