"""The customer's phone in the demo: what the stand-ins received, and answers that go the way real ones go."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from crm.channels import channel_named
from crm.channels.base import Letter
from crm.demo import channels, characters
from crm.demo.channels import StandIns
from crm.demo.lives import ONLINE
from crm.models import Call, ChannelAccount, Identity, Message, RawDelivery
from tests.factories.customers import IdentityFactory
from tests.factories.shops import ShopFactory, UserFactory
from tests.fakes.bringing import work_everything_off
from tests.fakes.companies import Companies, companies

pytestmark = pytest.mark.django_db
VERA = characters.VERA
WRITES = ("telegram", "viber", "sms", "email")
PAGES = ("/demo/phone/",)
FORMS = ("/demo/phone/answer/", "/demo/phone/ring/")


@pytest.fixture
def fakes() -> Iterator[Companies]:
    with companies() as running:
        yield running


@pytest.fixture
def cast(db: None, fakes: Companies) -> Iterator[None]:
    shop = ShopFactory(slug=ONLINE)
    for who in characters.CUSTOMERS:
        known = IdentityFactory(external=True, namespace=shop.slug, value=str(who.number))
        IdentityFactory(customer=known.customer, kind="email", value=who.email)
        IdentityFactory(customer=known.customer, kind="phone", value=who.phone)
    UserFactory(email=characters.AGENT.email)
    channels.open_accounts(StandIns(url=fakes.url, smtp_port=fakes.smtp_port), at=timezone.now())
    with override_settings(DEMO=True, ROOT_URLCONF="config.demo_urls", DEMO_PROVIDERS_URL=fakes.url):
        yield


def visitor(**headers: str) -> Client:
    return Client(headers={"host": "localhost:8000", **headers}, REMOTE_ADDR="127.0.0.1")


def account(channel: str) -> ChannelAccount:
    return ChannelAccount.objects.get(channel=channel)


def test_every_channel_is_open_with_secrets_of_its_own_and_again_with_the_next_start(cast):
    before = {one.channel: dict(one.secrets) for one in ChannelAccount.objects.all()}

    channels.open_accounts(StandIns(url="http://127.0.0.1:1", smtp_port=2), at=timezone.now())

    after = {one.channel: dict(one.secrets) for one in ChannelAccount.objects.all()}
    assert before == after and set(before) == set(channels.NAMES)
    assert account("telegram").settings["api_url"] == "http://127.0.0.1:1"
    assert Identity.objects.filter(kind="telegram", value="700101").count() == 1
    for name, one in ((one.channel, one) for one in ChannelAccount.objects.all()):
        assert not channel_named(name).settings.read(one.settings).faults()


@pytest.mark.parametrize("channel", WRITES)
def test_what_the_shop_sends_stands_on_the_phone_of_whom_it_was_sent_to(cast, channel):
    to = channels.handles(VERA)[channel]
    channel_named(channel).send(account(channel), Letter(id=1, to=to, text="Посылка едет", subject="Заказ"))

    page = visitor().get("/demo/phone/?who=vera").content.decode()

    assert "Посылка едет" in page
    assert "Посылка едет" not in visitor().get("/demo/phone/?who=kalina").content.decode()
    part = visitor(hx_request="true").get("/demo/phone/?who=vera").content.decode()
    assert "Посылка едет" in part and "<html" not in part


@pytest.mark.parametrize("channel", ["telegram", "viber", "sms"])
def test_an_answer_is_noted_by_its_company_before_it_is_brought_to_us(cast, fakes, channel):
    answer = visitor().post("/demo/phone/answer/", {"who": "vera", "by": channel, "text": "Где заказ?"})

    assert answer.url == f"/demo/phone/?who=vera&by={channel}"
    (noted,) = fakes.book.received(channel=channel)
    assert (noted.to, noted.text, noted.is_theirs) == (channels.handles(VERA)[channel], "Где заказ?", True)


def test_a_mail_lies_in_our_mailbox_and_answers_ours(cast):
    channel_named("email").send(
        account("email"), Letter(id=1, to=VERA.email, text="Где Вы?", subject="Заказ 7")
    )

    visitor().post("/demo/phone/answer/", {"who": "vera", "by": "email", "text": "Я здесь"})
    work_everything_off(at=timezone.now())

    message = Message.objects.get(direction="in")
    assert (message.text, message.subject, message.address) == ("Я здесь", "Re: Заказ 7", VERA.email)
    assert message.customer == channels.person(VERA)


def test_a_call_rings_until_it_is_hung_up(cast, fakes):
    client = visitor()
    for step in ("rang", "missed"):
        assert client.post("/demo/phone/ring/", {"who": "vera", "step": step}).status_code == 302

    assert len(fakes.book.received(channel="phone")) == 2
    assert not Call.objects.exists()  # nobody listens at the address of this test


def test_without_stand_ins_the_phone_is_empty_and_breaks_nothing(cast):
    with override_settings(DEMO_PROVIDERS_URL="http://127.0.0.1:9"):
        assert visitor().get("/demo/phone/").status_code == 200
        assert (
            visitor().post("/demo/phone/answer/", {"who": "vera", "by": "sms", "text": "x"}).status_code
            == 302
        )
    assert not RawDelivery.objects.exists()


def test_what_nobody_has_is_not_there(cast):
    client = visitor()
    assert client.get("/demo/phone/?who=nobody").status_code == 404
    for told in (
        {"who": "nobody", "by": "sms", "text": "x"},
        {"who": "vera", "by": "phone", "text": "x"},
        {"who": "vera", "by": "fax", "text": "x"},
        {},
    ):
        assert client.post("/demo/phone/answer/", told).status_code == 404
    for told in ({"who": "vera", "step": "answered"}, {"who": "x", "step": "rang"}):
        assert client.post("/demo/phone/ring/", told).status_code == 404


def test_the_phone_is_on_this_machine_and_in_the_demo_alone(cast):
    for far in (
        Client(headers={"host": "localhost"}, REMOTE_ADDR="192.168.1.7"),
        Client(headers={"host": "evil.example.com"}, REMOTE_ADDR="127.0.0.1"),
    ):
        assert all(far.get(path).status_code in (400, 404) for path in PAGES)
        assert all(far.post(path).status_code in (400, 404) for path in FORMS)
    with override_settings(DEMO=False):
        assert all(visitor().get(path).status_code == 404 for path in PAGES)
        assert all(visitor().post(path).status_code == 404 for path in FORMS)
    strict = Client(headers={"host": "localhost"}, REMOTE_ADDR="127.0.0.1", enforce_csrf_checks=True)
    assert all(strict.post(path).status_code == 403 for path in FORMS)


def test_the_page_carries_no_style_or_script_of_its_own_and_is_one_click_from_the_doors(cast):
    page = visitor().get("/demo/phone/").content.decode()

    assert not re.search(r"<style|<script(?![^>]*src=)|\son\w+=|\sstyle=", page)
    assert reverse("demo:phone") in visitor().get("/").content.decode()
