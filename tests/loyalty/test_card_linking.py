"""A member links a messenger from the card: whoever has the card's link is the member there."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.channels.base import LinkAsked, Sender
from crm.models import LinkCode
from crm.people import linking
from loyalty.members import cards
from tests.factories.channel_accounts import ChannelAccountFactory
from tests.factories.loyalty import MemberFactory

pytestmark = pytest.mark.django_db


def card_of(member):
    link = cards.link_of(member, at=timezone.now())
    return cards.token_of(link), link


def test_the_card_leads_to_the_bot_with_a_code_of_its_member():
    bot, member = ChannelAccountFactory(channel="telegram"), MemberFactory()
    token, _link = card_of(member)
    page = Client().get(reverse("card", args=[token])).content.decode()
    assert reverse("card-link-codes", args=[token]) in page and not LinkCode.objects.exists()

    answer = Client().post(reverse("card-link-codes", args=[token]))

    assert f"https://t.me/lipa_bot?start={answer.context['code']}" in answer.content.decode()
    sender = Sender(kind="telegram", value="4242")
    shown = LinkAsked(
        external_id="1", sender=sender, code=answer.context["code"], thread="4242", at=timezone.now()
    )
    assert linking.link(bot, shown, shop=bot.shop, at=timezone.now()).customer == member.customer


def test_without_a_messenger_there_is_no_button():
    token, _link = card_of(MemberFactory())

    assert "link-codes" not in Client().get(reverse("card", args=[token])).content.decode()


def test_a_card_that_was_ended_gives_no_code():
    token, link = card_of(MemberFactory())
    type(link).objects.update(ended_at=timezone.now())

    assert Client().post(reverse("card-link-codes", args=[token])).status_code == 404
    assert Client().get(reverse("card-link-codes", args=[token])).status_code == 405
