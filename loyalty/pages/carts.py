"""A member pays with points in an online shop: the card makes a code for its cart, and takes it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from crm.errors import Refusal
from crm.models import Connection
from loyalty.errors import NotEnoughPoints
from loyalty.models import Member
from loyalty.pages.card import goes_on, open_link
from loyalty.points import carting
from loyalty.points.spending import TooFewPointsToStart, worth

TOO_FEW = (NotEnoughPoints, TooFewPointsToStart)


class CartForm(forms.Form):
    """`once`: a second press of the button makes no second code."""

    points = forms.IntegerField(label=_("Points"), min_value=1)
    once = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *args: Any, able: Sequence[Connection], most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one.pk, str(one.shop)) for one in able]
        cart = forms.TypedChoiceField(label=_("Where"), coerce=int, choices=choices)
        if len(choices) == 1:
            cart.widget, cart.initial = forms.HiddenInput(), choices[0][0]
        self.fields["cart"] = cart
        self.fields["points"].widget.attrs |= {"inputmode": "numeric", "max": most}


@never_cache
@require_http_methods(["GET", "POST"])
def carts(request: HttpRequest, token: str) -> HttpResponse:
    member, able = _member(token)
    form, status = CartForm(request.POST or None, able=able, most=member.wallet.available), 200
    if request.method == "POST":
        if form.is_valid() and _made(form, member, able):
            return redirect("card-carts", token)
        status = 422
    context = {
        "token": token,
        "form": form,
        "programme": member.programme,
        "wallet": member.wallet,
        "worth": worth(member.programme, member.wallet.available),
        "codes": carting.unused_by(member),
    }
    return render(request, "loyalty/card/carts.html", context, status=status)


@never_cache
@require_POST
def take_back(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    member, _able = _member(token)
    code = next((one for one in carting.unused_by(member) if one.pk == pk), None)
    if code is None:
        return redirect("card-carts", token)
    try:
        carting.take_back(code, at=timezone.now())
    except Refusal as refused:
        return render(
            request, "loyalty/card/cart_stays.html", {"token": token, "refused": refused}, status=409
        )
    return redirect("card-carts", token)


def _made(form: CartForm, member: Member, able: Sequence[Connection]) -> bool:
    """What is refused stands in the form."""
    told, at = form.cleaned_data, timezone.now()
    connection = next(one for one in able if one.pk == told["cart"])
    key = f"card:{member.pk}:cart:{told['once']}"
    try:
        code = carting.set_aside(member, points=told["points"], connection=connection, key=key, at=at)
        carting.make(code, at=at)
    except Refusal as refused:
        form.add_error("points" if isinstance(refused, TOO_FEW) else None, str(refused.title))
        return False
    return True


def _member(token: str) -> tuple[Member, Sequence[Connection]]:
    """Raises Http404: there is no such card, or no cart in which it pays."""
    member = goes_on(open_link(token).member)
    able = carting.carts_of(member.programme)
    if not able:
        raise Http404
    return member, able
