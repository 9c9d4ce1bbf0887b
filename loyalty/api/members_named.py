"""Members named in a body or a parameter: who is not known is a fault of what was sent, not of the address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError

from crm.api import fields
from crm.api.shapes import Request
from crm.errors import Fault
from loyalty.api.shapes import member_or_404
from loyalty.errors import UnknownMember
from loyalty.members import cards
from loyalty.models import Member


class MemberOrCardRequest(Request):
    bounds = {"oneOf": [{"required": ["member"]}, {"required": ["card"]}]}

    member = fields.WholeField(required=False, help_text="Whose points they are; or say which `card`.")
    card = fields.TextField(
        required=False,
        max_length=254,
        help_text="Instead of `member`: the number of the card they show, or the code on their mobile card.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "member" in attrs and "card" in attrs:
            raise ValidationError({"card": [_("Say the member or the card they show, not both.")]})
        if "member" not in attrs and "card" not in attrs:
            raise ValidationError(_("Say whose points they are: the member, or the card they show."))
        return attrs


def member_or_card(told: Mapping[str, Any], *, at: datetime) -> Member:
    """The member whom a MemberOrCardRequest names. Ask it when the key is known to be new: a code is soon too old.

    Raises:
        UnknownMember, UnknownCard: with a pointer to where it was named.
        CardIsBlocked, CodeTooOld
    """
    if "member" in told:
        return member_named(told["member"], pointer="/member")
    member = cards.member_who_shows(told["card"], at=at)
    if member is None:
        raise cards.UnknownCard(Fault(pointer="/card", detail=cards.UnknownCard.title))
    return member


def member_named(pk: int, *, pointer: str = "") -> Member:
    """The member who goes on for this id.

    Raises:
        UnknownMember: with `pointer`, where it was named.
    """
    try:
        return member_or_404(pk)
    except Http404 as error:
        detail = _("No such member is known.")
        raise UnknownMember(*([Fault(pointer=pointer, detail=detail)] if pointer else [])) from error
