"""The chat on a shop's site: its window, who may show it, who is who, and that nothing said is lost or doubled."""

import json
from datetime import timedelta
from http import HTTPStatus

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.channels import channel_named
from crm.channels.base import Letter
from crm.channels.proving import signature
from crm.errors import Refusal
from crm.integrations.rate_limits import is_too_often
from crm.messages import chatting
from crm.models import Customer, Identity, Message, RawDelivery
from crm.pages import chat
from tests.factories.channel_accounts import SECRET, ChannelAccountFactory
from tests.factories.customers import IdentityFactory
from tests.factories.shops import NOON, UserFactory
from tests.fakes.bringing import work_everything_off

pytestmark = pytest.mark.django_db
UNTIL = int(NOON.timestamp()) + 3600


@pytest.fixture(autouse=True)
def noon():
    cache.clear()
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def account():
    return ChannelAccountFactory(channel="chat")


def post(account, path: str, told: object, token: str = "", *, raw: bytes | None = None):
    return Client(enforce_csrf_checks=True).post(
        f"/chat/{account.key}/{path}/?language=ru",
        data=json.dumps(told) if raw is None else raw,
        content_type="application/json",
        headers={"X-Chat-Token": token},
    )


def visitor(account, **told) -> str:
    return post(account, "visitors", told).json()["token"]


def say(account, token: str, text: str, key: str = "k1") -> int:
    return post(account, "messages", {"id": key, "text": text}, token).status_code


def shown(account, token: str, **headers):
    answer = Client().get(f"/chat/{account.key}/messages/", headers={"X-Chat-Token": token, **headers})
    return (
        [(one["ours"], one["text"]) for one in answer.json()["messages"]]
        if answer.status_code == 200
        else answer
    )


def proved(number: str, until: int = UNTIL, secret: str = SECRET) -> dict[str, object]:
    return {"customer": number, "until": str(until), "proof": signature(secret, f"{number}:{until}".encode())}


def answered(account, browser: str, text: str) -> Message:
    """As sending does it."""
    first = Message.objects.filter(thread=browser).first()
    message = Message.objects.create(
        customer=first.customer, account=account, direction="out", author_kind="colleague",
        author=UserFactory(name="Ива Маринова"), state="sending", identity_kind="chat", address=browser,
        thread=browser, source="t", source_id=text, text=text, occurred_at=NOON, recorded_at=NOON,
    )  # fmt: skip
    receipt = channel_named("chat").send(account, Letter(id=message.pk, to=browser, text=text))
    Message.objects.filter(pk=message.pk).update(state="sent", external_id=receipt.external_id)
    return message


# ── the window ───────────────────────────────────────────────────────────────
def test_only_the_shops_own_pages_may_show_the_window(account):
    answer = Client().get(f"/chat/{account.key}/?language=ru")

    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self' https://shop.example" in policy and "script-src 'self'" in policy
    assert "X-Frame-Options" not in answer.headers
    assert 'lang="ru"' in answer.content.decode()
    account.settings = {}
    account.save()
    alone = Client().get(f"/chat/{account.key}/")
    assert "frame-ancestors 'none'" in alone.headers["Content-Security-Policy"]


def test_looking_at_the_window_writes_nothing(account):
    with CaptureQueriesContext(chatting.receiving.transaction.get_connection()) as queries:
        answer = Client().get(f"/chat/{account.key}/")

    assert answer.status_code == 200 and not answer.cookies
    assert not [one for one in queries.captured_queries if not one["sql"].startswith("SELECT")]
    assert len(queries) <= 3


@pytest.mark.parametrize(
    "site", ["shop.example", "https://shop.example/path", "https://a.example; script-src *", "*"]
)
def test_a_site_that_is_no_origin_is_refused(site):
    with pytest.raises(Refusal):
        channel_named("chat").settings.read({"sites": [site]})


# ── who is who ───────────────────────────────────────────────────────────────
def test_what_a_visitor_says_is_one_message_however_often_it_is_sent(account):
    token = visitor(account)

    assert [say(account, token, "Есть ли улун?") for _again in range(3)] == [202, 202, 202]
    work_everything_off(at=NOON)

    message = Message.objects.get()
    assert (message.text, message.language, message.customer.language) == ("Есть ли улун?", "ru", "ru")
    assert Identity.objects.get().kind == "chat"
    assert shown(account, token) == [(False, "Есть ли улун?")]


def test_an_answer_is_seen_by_its_visitor_alone_and_counts_as_read_when_it_was(account):
    token, other = visitor(account), visitor(account)
    for one in (token, other):
        say(account, one, "Hello")
    work_everything_off(at=NOON)
    message = answered(account, chatting.browser_with(account, token), "Здравейте!")

    assert shown(account, token) == [(False, "Hello"), (True, "Здравейте!")]
    assert shown(account, other) == [(False, "Hello")]
    assert post(account, "reading", {}, token).status_code == HTTPStatus.NO_CONTENT
    message.refresh_from_db()
    assert (message.state, message.read_at) == ("read", NOON)


def test_silence_costs_one_query_and_no_body(account):
    token = visitor(account)
    say(account, token, "Hello")
    work_everything_off(at=NOON)
    first = Client().get(f"/chat/{account.key}/messages/", headers={"X-Chat-Token": token})

    with CaptureQueriesContext(chatting.receiving.transaction.get_connection()) as queries:
        again = shown(account, token, **{"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert len(queries) == 2  # the account, the conversation


def test_an_internal_state_of_our_message_is_not_shown_before_it_was_sent(account):
    token = visitor(account)
    say(account, token, "Hello")
    work_everything_off(at=NOON)
    message = answered(account, chatting.browser_with(account, token), "Later")
    for state in ("queued", "sending", "cancelled", "failed", "uncertain"):
        Message.objects.filter(pk=message.pk).update(state=state)
        assert shown(account, token) == [(False, "Hello")]


@pytest.mark.parametrize("token", ["", "x", "WzEsImEiXQ:1:2", "\u2028".encode().decode("latin-1")])
def test_a_token_that_we_did_not_sign_opens_nothing(account, token):
    assert say(account, token, "Hello") == 403
    assert shown(account, token).status_code == 403
    assert not RawDelivery.objects.exists()


def test_a_token_of_one_chat_opens_no_other(account):
    other = ChannelAccountFactory(channel="chat")

    assert say(other, visitor(account), "Hello") == 403


def test_whoever_is_signed_in_at_the_shop_is_the_customer_in_every_browser(account):
    person = IdentityFactory(external=True, namespace=account.shop.slug).customer

    first, second = visitor(account, **proved("c-1")), visitor(account, **proved("c-1"))
    say(account, first, "Где заказ?")
    work_everything_off(at=NOON)

    assert Message.objects.get().customer == person
    assert shown(account, second) == [(False, "Где заказ?")]
    assert Customer.objects.count() == 1


@pytest.mark.parametrize(
    "told",
    [
        proved("c-1", secret="another-Zq8Lk3jH8sQ5"),
        proved("c-1") | {"customer": "c-2"},
        proved("c-1") | {"until": str(UNTIL + 1)},
        proved("c-1", until=int(NOON.timestamp()) - 1),
        proved("c-1", until=UNTIL + 90_000),
        proved("c-1", until=10**30),
        proved("c-1") | {"until": None},
        proved("c-1") | {"proof": ""},
        proved("c-1") | {"proof": "ж" * 64},
        proved(""),
    ],
)
def test_a_proof_that_does_not_fit_names_nobody(account, told):
    assert post(account, "visitors", told).status_code == 403
    assert not Customer.objects.exists()


def test_without_a_secret_nobody_is_proved():
    account = ChannelAccountFactory(channel="chat", known_secrets={})

    assert post(account, "visitors", proved("c-1", secret="")).status_code == 403
    assert visitor(account)


# ── what does not fit ────────────────────────────────────────────────────────
@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b"\xff", b"[" * 5000, b'{"a": "' + b"x" * 50_000 + b'"}'])
def test_nonsense_is_refused(account, raw):
    token = visitor(account)

    assert post(account, "messages", None, token, raw=raw).status_code == 400
    assert post(account, "visitors", None, raw=raw).status_code == 400


@pytest.mark.parametrize(
    ("text", "key"), [("", "k"), (" \0 ", "k"), ("x" * 4001, "k"), ("x", ""), ("x", "k" * 65)]
)
def test_nothing_and_too_much_are_refused_in_the_pages_language(account, text, key):
    token = visitor(account)

    answer = post(account, "messages", {"id": key, "text": text}, token)

    assert answer.status_code == 422 and answer.json()["code"] == "nothing-said"
    assert not RawDelivery.objects.exists()


def test_broken_halves_of_letters_break_nothing(account):
    token = visitor(account)

    assert (
        post(
            account, "messages", None, token, raw=b'{"id": "\\ud800", "text": "a\\ud800b\\u0000"}'
        ).status_code
        == 202
    )
    work_everything_off(at=NOON)

    assert Message.objects.get().text == "ab"


def test_a_machine_is_held_back(account):
    token = visitor(account)
    browser = chatting.browser_with(account, token)
    for _said in range(chat.MOST_SAID_AN_HOUR - 1):
        is_too_often(browser, form="chat-message", most_an_hour=chat.MOST_SAID_AN_HOUR, at=NOON)

    assert [say(account, token, "x", key=key) for key in ("1", "2")] == [202, 429]


def test_a_chat_that_was_closed_or_never_was_is_not_there(account):
    token = visitor(account)
    account.closed_at = NOON + timedelta(seconds=1)
    account.save()

    assert say(account, token, "Hello") == 404
    assert Client().get("/chat/nothing/").status_code == 404
