"""Conversations as they happen: customers write, agents answer. Rows alone: tests.factories.support."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

import factory
from django.contrib.auth.models import Group

from crm.channels.base import Incoming, Sender
from crm.messages import receiving
from crm.models import ChannelAccount, Customer, Identity, Message, Shop, User
from crm.people.identity_kinds import IdentityKind
from support.models import AgentProfile, Team, Ticket
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.shops import NOON, ShopFactory, UserFactory

_numbers = count(1)


class TeamFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Team

    slug = factory.Sequence(lambda n: f"team-{n}")
    names = factory.LazyAttribute(lambda team: {"en": team.slug.title()})


class AccountFactory(factory.django.DjangoModelFactory):
    """A bot on Telegram, unless it is said otherwise."""

    class Meta:
        model = ChannelAccount

    channel = "telegram"
    name = factory.LazyAttribute(lambda account: account.channel.title())
    is_main = True
    opened_at = NOON


def agent(*teams: Team, role: str = "agent", **more: Any) -> User:
    """Somebody who answers, with the role's rights and a profile. `capacity`, `languages` are the profile's."""
    profile = {name: more.pop(name) for name in ("capacity", "languages") if name in more}
    user = UserFactory(**more)
    user.groups.add(Group.objects.get(name=role))
    AgentProfile.objects.create(user=user, **profile).teams.set(teams)
    return user


def account(channel: str = "telegram") -> ChannelAccount:
    """The house's account of this channel; the shop that messages need is there too."""
    if not Shop.objects.exists():
        ShopFactory()
    return ChannelAccount.objects.filter(channel=channel).first() or AccountFactory(channel=channel)


def wrote(
    text: str = "Где моя посылка?",
    *,
    customer: Customer | None = None,
    by: str = "telegram",
    at: datetime = NOON,
    **more: Any,
) -> Message:
    """A customer writes, and the message is received as in the running house: it has its ticket."""
    customer = customer or CustomerFactory()
    value = _address(customer, by)
    told = {
        "external_id": f"m{next(_numbers)}",
        "sender": Sender(kind=_kind(by), value=value),
        "text": text,
        "occurred_at": at,
        "thread": f"{by}:{value}",
        **more,
    }
    return receiving.receive(account(by), Incoming(**told), raw=None, at=at)


def ticket(text: str = "Где моя посылка?", **more: Any) -> Ticket:
    """The ticket of what a customer wrote."""
    return ticket_of(wrote(text, **more))


def ticket_of(message: Message) -> Ticket:
    return Ticket.objects.get(placed__message=message)


def after(**span: float) -> datetime:
    return NOON + timedelta(**span)


def _address(customer: Customer, channel: str) -> str:
    kind = _kind(channel)
    known = Identity.objects.filter(customer=customer, kind=kind).first()
    if known:
        return known.value
    number = next(_numbers)
    value = {"email": f"person{number}@mail.example", "phone": f"+35988{8_000_000 + number}"}.get(
        kind, str(1_000_000 + number)
    )
    IdentityFactory(customer=customer, kind=kind, value=value, verified=True)
    return value


def _kind(channel: str) -> IdentityKind:
    return IdentityKind.PHONE if channel in ("sms", "phone") else IdentityKind(channel)
