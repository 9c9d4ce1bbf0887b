"""Ticket 9, what may be answered in it, a return, an incident, and a conversation with the bot."""

from __future__ import annotations

from datetime import datetime

from crm.models import Customer, Message, Order, Shop
from support.models import BotConversation, Incident, ReturnCase, Ticket, Topic
from tests.crm.api_examples.numbers import next_is
from tests.factories.articles import published
from tests.factories.incidents import drafted
from tests.factories.played_scripts import in_use, step, tree
from tests.factories.tickets import account, wrote

TALK = "Jt3mWq8s5nK1xZ0aYvE7hRbU4pLc2gTd"


def furnish(shop: Shop, customer: Customer, *, at: datetime) -> None:
    for channel in ("email", "phone"):
        account(channel)
    next_is(Message, 5)
    next_is(Ticket, 9)
    wrote("Къде е пратката?", customer=customer, by="email", at=at)
    Topic.objects.get_or_create(slug="delivery", defaults={"names": {"en": "Delivery"}})
    _ready_answers()
    next_is(ReturnCase, 3)
    ReturnCase.objects.create(
        order=Order.objects.get(pk=5),
        customer=customer,
        why="damaged",
        state="approved",
        requested_at=at,
        approved_at=at,
        source="test",
        source_id="1",
    )
    next_is(Incident, 4)
    drafted(shop=shop, at=at)
    _talk(shop, customer, at=at)


def _ready_answers() -> None:
    published("return-goods")
    in_use(tree(step("only", "end", text="I am sorry.", outcome="solved")), slug="late-parcel")


def _talk(shop: Shop, customer: Customer, *, at: datetime) -> None:
    BotConversation.objects.create(
        customer=customer,
        shop=shop,
        key=TALK,
        external_id="chat-500",
        language="bg",
        started_at=at,
        last_at=at,
    )
