"""`/ask/`: a question to the shop, answered by e-mail or SMS; and where else the shop can be found."""

from __future__ import annotations

import secrets

from django import forms
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.errors import Refusal
from crm.integrations import rate_limits
from crm.models import ChannelAccount, Order, Shop
from crm.pages.requests import client_address
from crm.purchases import order_links
from support import asking
from support.asking import Question
from support.help import searching, sessions
from support.help.searching import Hit
from support.models import Topic
from support.pages.help_visit import Visitor

SALT = "support.asking"
# Nobody types a question faster, and no form stays open longer.
SOONEST_SECONDS = 3
LATEST_SECONDS = 24 * 60 * 60
MOST_AN_HOUR = 10
ASKED = "asked"
# Articles that are worth reading before a question is sent: the likeliest, and only where they are likely.
MOST_SUGGESTED, LIKELY = 3, 0.4
MOST_SUGGESTIONS_AN_HOUR = 300


class AskForm(forms.Form):
    """`website` is there for machines alone: people do not see it. `since` is when the form was opened, signed;
    `seen` stands beside articles that were shown before."""

    name = forms.CharField(
        label=_("Your name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    address = forms.CharField(
        label=_("E-mail or phone"),
        max_length=254,
        help_text=_("Where the answer goes."),
        widget=forms.TextInput(attrs={"autocomplete": "email", "autocapitalize": "none"}),
    )
    topic = forms.ModelChoiceField(
        label=_("What is it about?"),
        queryset=Topic.objects.none(),
        required=False,
        empty_label=_("Something else"),
    )
    text = forms.CharField(
        label=_("Your question"), max_length=4000, widget=forms.Textarea(attrs={"rows": 6})
    )
    website = forms.CharField(
        required=False, widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"})
    )
    since = forms.CharField(widget=forms.HiddenInput, max_length=200)
    seen = forms.CharField(required=False, max_length=1)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["topic"].queryset = Topic.objects.filter(is_public=True)  # type: ignore[attr-defined]
        self.initial.setdefault("since", signing.dumps(secrets.token_hex(8), salt=SALT))

    @property
    def is_of_a_machine(self) -> bool:
        """It filled what nobody sees, or was faster than hands."""
        return bool(self.cleaned_data["website"]) or self._was_opened_within(SOONEST_SECONDS)

    def clean_since(self) -> str:
        """Its key: a form that was sent twice is one question."""
        try:
            key: str = signing.loads(self.cleaned_data["since"], salt=SALT, max_age=LATEST_SECONDS)
        except signing.BadSignature as error:
            raise forms.ValidationError(
                _("The page was open for too long. Your words are still here: send them again.")
            ) from error
        return key

    def _was_opened_within(self, seconds: int) -> bool:
        try:
            signing.loads(self.data["since"], salt=SALT, max_age=seconds)
        except signing.SignatureExpired:
            return False
        return True


@require_http_methods(["GET", "POST"])
@never_cache
@sensitive_post_parameters("name", "address", "text")
def ask(request: HttpRequest) -> HttpResponse:
    """What a machine sent is answered like any other, and thrown away."""
    about = _order(request)
    form = AskForm(
        request.POST or None, initial={"name": about.customer.given_name if about and about.customer else ""}
    )
    status = 200
    hits: list[Hit] = []
    visitor = Visitor(request)
    if request.method == "POST" and form.is_valid():
        if _asks_too_often(request):
            form.add_error(
                None, str(_("That were many questions within an hour. Please come back a little later."))
            )
            status = 429
        elif form.is_of_a_machine:
            return _thanks(request, "")
        elif not form.cleaned_data["seen"] and (hits := _suggest(visitor, form.cleaned_data["text"])):
            pass  # a step between, for those whose browser showed them nothing while they wrote
        else:
            try:
                return _ask(visitor, form, about)
            except Refusal as refused:
                form.add_error("address", str(refused.title))
    if form.errors.get("since"):
        form.data = form.data.copy()  # type: ignore[attr-defined]
        form.data["since"] = form.initial["since"]  # type: ignore[index]
    context = {
        "form": form,
        "about": about,
        "ways": asking.ways_to_answer(),
        "hits": hits,
        "is_step": bool(hits),
        **_where_we_are(),
    }
    return visitor.keep(render(request, "support/public/ask.html", context, status=status))


@require_POST
@never_cache
@sensitive_post_parameters("name", "address", "text")
def suggestions(request: HttpRequest) -> HttpResponse:
    """Articles that may answer what is being written."""
    visitor = Visitor(request)
    is_too_often = rate_limits.is_too_often(
        client_address(request),
        form="ask-suggestions",
        most_an_hour=MOST_SUGGESTIONS_AN_HOUR,
        at=timezone.now(),
    )
    hits = [] if is_too_often else _suggest(visitor, request.POST.get("text", ""))
    return visitor.keep(render(request, "support/public/_ask_suggestions.html", {"hits": hits}))


@require_safe
@never_cache
def asked(request: HttpRequest) -> HttpResponse:
    context = {"number": request.session.get(ASKED, ""), **_where_we_are()}
    return render(request, "support/public/asked.html", context)


def _suggest(visitor: Visitor, text: str) -> list[Hit]:
    """Counted as a step of the visit, without the words."""
    at, language = timezone.now(), get_language() or ""
    found = searching.search(text.replace("\0", ""), language=language, at=at, limit=MOST_SUGGESTED)
    likely = [hit for hit in found if hit.score >= LIKELY]
    if likely:
        sessions.suggested(visitor.session(at=at), found=len(likely), language=language, at=at)
    return likely


def _ask(visitor: Visitor, form: AskForm, about: Order | None) -> HttpResponse:
    given = form.cleaned_data
    question = Question(
        name=given["name"],
        address=given["address"],
        text=given["text"],
        topic=given["topic"],
        language=get_language() or "",
        order=about,
    )
    at = timezone.now()
    ticket = asking.ask(question, key=given["since"], at=at)
    if visitor.is_known:
        # An address that somebody typed proves nothing; the link of their order does.
        is_theirs = about is not None and about.customer_id == ticket.customer_id
        known = ticket.customer if is_theirs else None
        sessions.wrote(visitor.session(at=at), customer=known, language=question.language, at=at)
    return visitor.keep(_thanks(visitor.request, str(ticket)))


def _thanks(request: HttpRequest, number: str) -> HttpResponse:
    request.session[ASKED] = number
    return HttpResponseRedirect(reverse("asked"))


def _asks_too_often(request: HttpRequest) -> bool:
    address = client_address(request)
    return rate_limits.is_too_often(address, form="ask", most_an_hour=MOST_AN_HOUR, at=timezone.now())


def _order(request: HttpRequest) -> Order | None:
    token = request.GET.get("order", "")
    return order_links.order_by(token) if token else None


def _where_we_are() -> dict[str, object]:
    accounts = ChannelAccount.objects.open().exclude(address="").order_by("channel", "-is_main", "pk")
    shops = Shop.objects.filter(is_active=True).exclude(address="").order_by("name")
    return {"accounts": accounts, "shops": shops}
