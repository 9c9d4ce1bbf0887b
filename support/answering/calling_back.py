"""Somebody said elsewhere that something was wrong: the desk speaks to them before long."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from crm.models import Customer, Message, Shop
from support import assigning, changing, labelling, opening
from support.models import Ticket
from support.timekeeping import clocks


@transaction.atomic
def call_back(
    customer: Customer,
    *,
    subject: str,
    text: str,
    source: str,
    source_id: str,
    channel: str,
    until: datetime,
    at: datetime,
    language: str = "",
    answers: Message | None = None,
    shop: Shop | None = None,
) -> int:
    """Let their words stand in their open conversation, else in a new one, once per (source, source_id).

    It goes before others, has an owner at any hour, and a moment by which somebody spoke to them. Answers its number.
    `answers`: the mail of ours that asked them; there they are answered. Locks the customer's row, then the ticket's.

    Raises:
        PersonErased: nothing is opened.
    """
    by_mail = answers if answers and answers.account.channel == "email" else None
    ticket = opening.open_for(
        customer,
        subject=subject,
        text=text,
        source=source,
        source_id=source_id,
        channel=channel,
        at=at,
        language=language,
        account=by_mail.account if by_mail else None,
        address=by_mail.address if by_mail else "",
    )
    if ticket.priority < Ticket.Priority.HIGH:
        ticket = labelling.set_priority(ticket, priority=Ticket.Priority.HIGH, by=None, at=at)
    held = changing.hold(ticket)
    if shop and held.ticket.shop is None:
        held.ticket.shop = shop
        changing.save(held.ticket, "shop")
    clocks.to_contact(held.ticket, until=until, at=at)
    assigning.find_owner(held, at=at)
    return held.ticket.pk
