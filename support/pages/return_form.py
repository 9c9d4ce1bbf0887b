"""The form of a return, the customer's own and a colleague's: first it shows what the return brings, then it asks."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy

from crm.errors import Refusal
from crm.models import Order, User
from support.answering import return_cases
from support.answering.return_cases import Foreseen, Wanted
from support.models import ReturnCase, Ticket


class ReturnForm(forms.Form):
    """How much of each line, and why. `key` makes a form that was sent twice one wish."""

    why = forms.ChoiceField(label=gettext_lazy("What is the matter?"), choices=ReturnCase.Why)
    comment = forms.CharField(
        label=gettext_lazy("Anything we should know"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, left: list[Wanted], data: Mapping[str, object] | None = None) -> None:
        self.left = left
        super().__init__(data, initial={"key": secrets.token_urlsafe(16)})
        for one in left:
            most = one.quantity.normalize()
            self.fields[f"line-{one.line.pk}"] = forms.DecimalField(
                label=one.line.name or one.line.sku,
                min_value=Decimal(0),
                max_value=most,
                decimal_places=3,
                initial=0,
                required=False,
                widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
            )

    @property
    def lines(self) -> list[tuple[Wanted, forms.BoundField]]:
        return [(one, self[f"line-{one.line.pk}"]) for one in self.left]

    def quantities(self) -> dict[int, Decimal]:
        chosen = {one.line.pk: self.cleaned_data.get(f"line-{one.line.pk}") for one in self.left}
        return {pk: quantity for pk, quantity in chosen.items() if quantity}


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A form as it was sent. `foreseen`: what it would bring; `case`: it was asked for."""

    form: ReturnForm
    foreseen: Foreseen | None = None
    case: ReturnCase | None = None


def take(
    request: HttpRequest, order: Order, *, by: User | None, source: str, ticket: Ticket | None = None
) -> Wish:
    """Look at a return, or ask for it: the button says which. What is refused stands on the form."""
    form = ReturnForm(return_cases.left_of(order), request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return Wish(form=form)
    try:
        if "ask" in request.POST:
            return Wish(form=form, case=_open(form, order, by=by, source=source, ticket=ticket))
        if not form.quantities():
            raise return_cases.NothingToReturn
        return Wish(form=form, foreseen=return_cases.foresee(order, form.quantities()))
    except Refusal as refused:
        form.add_error(None, str(refused.title))
        return Wish(form=form)


def _open(
    form: ReturnForm, order: Order, *, by: User | None, source: str, ticket: Ticket | None
) -> ReturnCase:
    return return_cases.open_case(
        order,
        quantities=form.quantities(),
        why=form.cleaned_data["why"],
        comment=form.cleaned_data["comment"],
        by=by,
        source=source,
        source_id=f"{order.pk}:{form.cleaned_data['key']}",
        at=timezone.now(),
        ticket=ticket,
    )
