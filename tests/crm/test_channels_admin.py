"""Channels are opened and watched over in the admin; notices are switched on, and said in the company's words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from crm.messages import notice_texts
from crm.models import ChannelAccount, Message, NoticeText, RawDelivery, User
from crm.notices import notice_named
from tests.factories.paper_channels import Paper, PaperAccountFactory, QueuedFactory, paper_channels
from tests.factories.shops import NOON, UserFactory

pytestmark = pytest.mark.django_db
SECRET = "kJ7pQ2xV9mN4wR8tZ3yB6"


@pytest.fixture
def papers() -> Iterator[dict[str, Paper]]:
    with paper_channels() as papers:
        yield papers


@pytest.fixture
def boss() -> User:
    return UserFactory(is_superuser=True, language="en")


@pytest.fixture
def office(boss: User) -> Client:
    client = Client()
    client.force_login(boss)
    return client


def act(office: Client, model: str, action: str, *rows: Any) -> Any:
    told = {"action": action, "_selected_action": [row.pk for row in rows]}
    return office.post(reverse(f"admin:crm_{model}_changelist"), told, follow=True)


def bot(**more: Any) -> dict[str, Any]:
    return {
        "name": "Bot",
        "address": "@lipa_bot",
        "setting_bot_name": "lipa_bot",
        "setting_api_url": "https://api.telegram.org",
        "secret_token": "700123:AAHfiqksKZ8WmR2zSjiQ7_v",
        "secret_webhook_secret": SECRET,
        **more,
    }


def test_first_a_channel_is_chosen(office: Client) -> None:
    html = office.get(reverse("admin:crm_channelaccount_add")).content.decode()

    assert 'href="?channel=telegram"' in html
    assert 'href="?channel=email"' in html


def test_a_channel_is_opened_with_its_settings_and_its_secrets_are_never_shown(office: Client) -> None:
    address = reverse("admin:crm_channelaccount_add") + "?channel=telegram"
    assert office.get(address).status_code == 200
    assert office.post(address, bot()).status_code == 302

    account = ChannelAccount.objects.get()
    assert (account.channel, account.settings["bot_name"]) == ("telegram", "lipa_bot")
    assert account.secrets["webhook_secret"] == SECRET
    html = office.get(reverse("admin:crm_channelaccount_change", args=[account.pk])).content.decode()
    assert SECRET not in html
    assert f"/hooks/telegram/{account.key}/" in html


def test_an_empty_secret_leaves_it_as_it_was(office: Client) -> None:
    office.post(reverse("admin:crm_channelaccount_add") + "?channel=telegram", bot())
    account = ChannelAccount.objects.get()
    change = reverse("admin:crm_channelaccount_change", args=[account.pk])
    office.post(change, bot(name="Renamed", secret_token="", secret_webhook_secret=""))

    account.refresh_from_db()
    assert (account.name, account.secrets["webhook_secret"]) == ("Renamed", SECRET)


@pytest.mark.parametrize(
    "wrong", [{"secret_webhook_secret": ""}, {"secret_webhook_secret": "secret"}, {"setting_bot_name": ""}]
)
def test_a_channel_that_could_not_work_is_not_opened(office: Client, wrong: dict[str, str]) -> None:
    address = reverse("admin:crm_channelaccount_add") + "?channel=telegram"

    assert office.post(address, bot(**wrong)).status_code == 200
    assert not ChannelAccount.objects.exists()


def test_channels_are_closed_and_opened_again(office: Client) -> None:
    account = PaperAccountFactory()
    act(office, "channelaccount", "close", account)
    account.refresh_from_db()
    assert account.closed_at
    act(office, "channelaccount", "reopen", account)
    account.refresh_from_db()
    assert account.closed_at is None


def test_what_was_perhaps_sent_is_decided_by_somebody(
    office: Client, boss: User, papers: dict[str, Paper]
) -> None:
    again, arrived, sent = (
        QueuedFactory(state="uncertain"),
        QueuedFactory(state="uncertain", account=PaperAccountFactory(is_main=False)),
        QueuedFactory(state="sent", account=PaperAccountFactory(is_main=False)),
    )
    act(office, "message", "send_again", again, sent)
    html = act(office, "message", "confirm_arrival", arrived).content.decode()

    assert "1 message has arrived." in html
    states = dict(Message.objects.values_list("pk", "state"))
    assert states == {again.pk: "queued", arrived.pk: "sent", sent.pk: "sent"}
    assert Message.objects.get(pk=again.pk).decided_by == boss


def test_a_delivery_is_tried_again(office: Client) -> None:
    delivery = RawDelivery.objects.create(
        account=PaperAccountFactory(), delivery_id="d-1", body=b"secret words", received_at=NOON, attempts=8
    )
    html = act(office, "rawdelivery", "try_again", delivery).content.decode()

    delivery.refresh_from_db()
    assert delivery.next_try_at
    assert delivery.attempts == 0
    assert "secret words" not in html


@pytest.mark.parametrize("model", ["channelaccount", "rawdelivery", "message"])
def test_lists_cost_the_same_however_long(
    office: Client, model: str, papers: dict[str, Paper], django_assert_max_num_queries: Any
) -> None:
    for number in range(8):
        account = PaperAccountFactory(is_main=False)
        QueuedFactory(account=account)
        RawDelivery.objects.create(account=account, delivery_id=str(number), body=b"", received_at=NOON)
    office.get(reverse(f"admin:crm_{model}_changelist"))
    with django_assert_max_num_queries(14):
        assert office.get(reverse(f"admin:crm_{model}_changelist")).status_code == 200


def words(**more: str) -> dict[str, str]:
    return {"subject": "Paid", "long": "Order {{ order.number }} is paid.", "short": "Paid.", **more}


def test_notices_are_listed_and_switched(office: Client) -> None:
    html = office.get(reverse("crm:notices")).content.decode()
    assert "An order was paid" in html
    assert "advertising: only with a consent" in html
    office.post(reverse("crm:notice-switch", args=["tier_reached"]), {"on": "1"})

    assert "tier_reached" in notice_texts.all_on()


def test_words_are_looked_at_before_they_are_kept(office: Client) -> None:
    page = reverse("crm:notice", args=["order_paid"]) + "?language=en"
    html = office.post(page, words(look="1")).content.decode()

    assert "Order LP-100234 is paid." in html
    assert "1 part with its link." in html
    assert not NoticeText.objects.exists()


def test_words_are_kept_for_one_language(office: Client) -> None:
    page = reverse("crm:notice", args=["order_paid"]) + "?language=bg"
    assert office.post(page, words()).status_code == 302

    assert notice_texts.words_of(notice_named("order_paid"), "bg").short == "Paid."
    assert notice_texts.words_of(notice_named("order_paid"), "ru").short != "Paid."


def test_words_that_cannot_be_filled_in_are_shown_with_what_is_wrong(office: Client) -> None:
    page = reverse("crm:notice", args=["order_paid"]) + "?language=en"
    html = office.post(page, words(short="{{ customer.phone }}")).content.decode()

    assert "There is nothing called like this to fill in: customer.phone" in html
    assert not NoticeText.objects.exists()
