"""The form of a return: the customer's own, and a colleague's."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy

from support.models import ReturnCase
from support.return_cases import Wanted


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
