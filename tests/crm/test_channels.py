"""One contract for every channel: what is proved is kept once, becomes one message of one person, and is answered.

Against stand-ins of the providers, over HTTP (tests/fakes). E-mail has its own tests beside.
"""

import json
import pkgutil
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest

import crm.channels
from crm.channels import CHANNELS, channel_named
from crm.channels.base import File, Letter, NotTaken, PerhapsSent, TryLater, UnreadableDelivery
from crm.channels.proving import faults_of_secrets
from crm.demo.providers import book, pushing
from crm.demo.providers.pushing import Push
from crm.models import (
    Attachment,
    Call,
    ChannelAccount,
    Customer,
    Identity,
    Message,
    RawDelivery,
    TimelineEntry,
)
from tests.factories.channel_accounts import SECRET, SECRETS, ChannelAccountFactory
from tests.factories.customers import IdentityFactory
from tests.factories.shops import NOON
from tests.fakes.bringing import bring, work_everything_off
from tests.fakes.companies import Companies, companies

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=5)
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
NO_CHANNELS = {"base", "proving", "reading", "speaking"}
# Whose requests come through /hooks/; the chat has a page of its own, e-mail its own tests.
BY_HOOK = ("telegram", "viber", "sms", "phone")
WRITES = ("telegram", "viber", "sms")
WHO = {"telegram": "4242", "viber": "01234567890A=", "sms": "+359887123101", "phone": "+359887123101"}


@pytest.fixture
def fakes() -> Iterator[Companies]:
    with companies(hangs_seconds=0.2) as running:
        yield running


def message(account: ChannelAccount, number: int, text: str, *, who: str = "", at=NOON) -> Push:
    """As the account's provider brings it."""
    who = who or WHO[account.channel]
    match account.channel:
        case "telegram":
            return pushing.telegram_message(
                account, number=number, who=int(who), text=text, at=at, name="Вера"
            )
        case "viber":
            return pushing.viber_message(account, number=number, who=who, text=text, at=at, name="Вера")
        case "sms":
            return pushing.sms_message(account, number=f"in-{number}", who=who, text=text, at=at)
        case _:
            return pushing.call_step(account, number=f"call-{number}", step="rang", who=who, at=at, line=text)


def letter(to: str, text: str = "Здравствуйте!", **more) -> Letter:
    return Letter(id=7, to=to, text=text, **more)


# ── the list ─────────────────────────────────────────────────────────────────
def test_every_file_of_the_folder_stands_in_the_list():
    files = {module.name for module in pkgutil.iter_modules(crm.channels.__path__)} - NO_CHANNELS

    assert files == set(CHANNELS)


@pytest.mark.parametrize("name", sorted(CHANNELS))
def test_a_channel_says_all_that_forms_and_pages_ask(name):
    channel = channel_named(name)

    assert str(channel.label) and channel.icon and channel.identity_kind
    assert set(channel.optional_secrets) <= set(channel.secrets)


@pytest.mark.parametrize("name", BY_HOOK)
@pytest.mark.parametrize("weak", ["", "short", "secretsecretsecret12", "a" * 40, "changeme-changeme-1"])
def test_a_secret_that_can_be_guessed_is_refused_and_proves_nothing(name, weak):
    account = ChannelAccountFactory(channel=name, known_secrets=dict.fromkeys(SECRETS[name], weak))

    channel = channel_named(name)
    refused = {fault.pointer[1:] for fault in faults_of_secrets(channel, account.secrets)}
    assert channel.proving_secrets and channel.proving_secrets <= refused
    assert refused == set(channel.secrets) or weak
    assert bring(account, message(account, 1, "Hello")) == 403
    assert not RawDelivery.objects.exists()


@pytest.mark.parametrize("name", [*BY_HOOK, "chat"])
def test_good_secrets_pass_and_what_a_channel_can_do_without_may_be_missing(name):
    channel = channel_named(name)

    assert not faults_of_secrets(channel, SECRETS[name])
    assert {fault.pointer[1:] for fault in faults_of_secrets(channel, {})} == set(
        channel.secrets
    ) - channel.optional_secrets


# ── in ───────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", WRITES)
def test_what_somebody_writes_becomes_one_message_of_one_person(name):
    account = ChannelAccountFactory(channel=name)

    assert bring(account, message(account, 1, "Где моя посылка?")) == 200
    assert bring(account, message(account, 2, "Ау")) == 200
    work_everything_off(at=LATER)

    first, second = Message.objects.order_by("pk")
    assert (first.text, second.text) == ("Где моя посылка?", "Ау")
    assert first.customer == second.customer and first.thread == second.thread != ""
    assert Identity.objects.get(customer=first.customer).verified_at
    assert TimelineEntry.objects.filter(customer=first.customer, kind="crm.message_received").count() == 2
    assert not RawDelivery.objects.filter(processed_at=None).exists()


def test_one_person_writes_everywhere_and_has_one_timeline():
    person = IdentityFactory(kind="phone", value=WHO["sms"], verified=True).customer
    IdentityFactory(customer=person, kind="telegram", value=WHO["telegram"], verified=True)
    IdentityFactory(customer=person, kind="viber", value=WHO["viber"], verified=True)

    for number, name in enumerate(BY_HOOK):
        account = ChannelAccountFactory(channel=name)
        assert bring(account, message(account, number, "Hello")) == 200
    work_everything_off(at=LATER)

    heard = TimelineEntry.objects.filter(customer=person, direction="in")
    kinds = heard.order_by("pk").values_list("channel", "kind")
    assert list(kinds) == [
        ("telegram", "crm.message_received"),
        ("viber", "crm.message_received"),
        ("sms", "crm.message_received"),
        ("phone", "crm.call_received"),
    ]
    assert Customer.objects.count() == 1


@pytest.mark.parametrize("name", BY_HOOK)
def test_whoever_cannot_prove_it_is_turned_away(name):
    account, other = ChannelAccountFactory(channel=name), ChannelAccountFactory(channel=name)
    good = message(account, 1, "Hello")

    assert bring(account, good.forged()) == 403
    assert bring(account, Push(body=good.body)) == 403
    assert bring(ChannelAccount(channel=name, key="nobody"), good) == 404
    other.keep_secrets({key: f"another-{number}-Lk3jH8sQ" for number, key in enumerate(SECRETS[name])})
    other.save()
    assert bring(other, good) == 403
    account.closed_at = NOON
    account.save()
    assert bring(account, good) == 404
    assert not RawDelivery.objects.exists()


@pytest.mark.parametrize("name", BY_HOOK)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b"\xff\xfe",
        b'{"update_id": 1',
        b"[" * 5000,
        b'{"a": 1}',
        b'{"update_id": 9}',
    ],
)
def test_nonsense_breaks_nothing(name, body):
    account = ChannelAccountFactory(channel=name)
    signed = {
        "telegram": {"X-Telegram-Bot-Api-Secret-Token": SECRET},
        "viber": {"X-Viber-Content-Signature": pushing.signature(SECRETS["viber"].get("token", ""), body)},
    }.get(name, {"X-Signature": pushing.signature(SECRET, body)})

    assert bring(account, Push(body=body, headers=signed)) in (200, 400)
    work_everything_off(at=LATER)
    assert not Message.objects.exists() and not Call.objects.exists()


def test_500_duplicated_reordered_delayed_forged_and_replayed_deliveries_lose_double_and_accept_nothing_wrongly():
    """125 messages on each of four channels: each comes twice, out of order, half of them late, beside a forged one."""
    random = Random(5)
    accounts = [ChannelAccountFactory(channel=name) for name in BY_HOOK]
    whole = [
        (
            account,
            message(account, number, f"{account.channel} {number}", at=NOON + timedelta(seconds=number)),
        )
        for account in accounts
        for number in range(1, 126)
    ]
    brought = [(account, push, 200) for account, push in whole] * 2
    brought += [(account, push.forged(), 403) for account, push in whole]
    random.shuffle(brought)

    heard: Counter[bool] = Counter()
    for position, (account, push, status) in enumerate(brought):
        heard[bring(account, push) == status] += 1
        if position == len(brought) // 2:
            work_everything_off(at=LATER, order=random)  # the rest comes hours later
    work_everything_off(at=LATER + timedelta(hours=3), order=random)
    for account, push in whole:
        heard[bring(account, push) == 200] += 1
    work_everything_off(at=LATER + timedelta(hours=6), order=random)

    assert heard == {True: 2000}
    assert RawDelivery.objects.count() == 500 and not RawDelivery.objects.filter(processed_at=None).exists()
    for account in accounts[:3]:
        texts = Message.objects.filter(account=account).values_list("text", flat=True)
        assert sorted(texts) == sorted(f"{account.channel} {number}" for number in range(1, 126))
    assert Call.objects.count() == 125 and len(set(Call.objects.values_list("external_id", flat=True))) == 125
    # One by Telegram, one by Viber, and one whose number writes and rings.
    assert Customer.objects.count() == 3
    assert TimelineEntry.objects.filter(kind="crm.message_received").count() == 375
    assert TimelineEntry.objects.filter(kind="crm.call_received").count() == 125


# ── what each says beside words ──────────────────────────────────────────────
def test_a_photo_and_a_document_come_along(fakes):
    account = ChannelAccountFactory(channel="telegram", provider_url=fakes.url)
    fakes.book.keep_file("big", PNG)
    fakes.book.keep_file("contract", b"%PDF-1.7 x")
    photo = [{"file_id": "small", "width": 90}, {"file_id": "big", "width": 1280}]
    told = {"who": 4242, "text": "", "at": NOON}

    bring(account, pushing.telegram_message(account, number=1, **told, photo=photo, caption="Разбито"))
    paper = {"file_id": "contract", "file_name": "Договор.pdf"}
    bring(account, pushing.telegram_message(account, number=2, **told, document=paper))
    bring(account, pushing.telegram_message(account, number=3, **told, voice={"file_id": "gone"}))
    work_everything_off(at=LATER)

    found = Attachment.objects.order_by("pk").values_list(
        "name", "content_type", "size_bytes", "message__text"
    )
    assert list(found) == [
        ("photo.jpg", "image/png", len(PNG), "Разбито"),
        ("Договор.pdf", "application/pdf", 10, ""),
        ("file.txt", "text/plain", 0, ""),
    ]


def test_a_file_that_cannot_be_fetched_now_is_fetched_later(fakes):
    account = ChannelAccountFactory(channel="telegram", provider_url="http://127.0.0.1:9")
    fakes.book.keep_file("big", PNG)
    photo = [{"file_id": "big", "width": 1280}]
    bring(account, pushing.telegram_message(account, number=1, who=4242, text="", at=NOON, photo=photo))

    work_everything_off(at=LATER)
    assert not Message.objects.exists() and RawDelivery.objects.get().next_try_at > LATER
    account.settings["api_url"] = fakes.url
    account.save()
    work_everything_off(at=LATER + timedelta(hours=1))

    assert Attachment.objects.get().size_bytes == len(PNG)


def test_viber_files_are_fetched_from_viber_alone(fakes):
    account = ChannelAccountFactory(channel="viber", provider_url=fakes.url)
    fakes.book.keep_file("photo", PNG)
    for number, host in enumerate(
        (f"{fakes.url}/media/photo", "http://169.254.169.254/latest", "file:///etc/passwd")
    ):
        told = {"type": "picture", "media": host, "file_name": f"{number}.png"}
        bring(
            account, pushing.viber_message(account, number=number, who=WHO["viber"], text="", at=NOON, **told)
        )
    work_everything_off(at=LATER)

    assert list(Attachment.objects.order_by("pk").values_list("size_bytes", flat=True)) == [len(PNG), 0, 0]


def test_an_edited_message_is_one_more_that_answers_the_first():
    account = ChannelAccountFactory(channel="telegram")
    first = pushing.telegram_message(account, number=1, who=4242, text="Заказ 17", at=NOON)
    edited = json.loads(first.body)["message"] | {"text": "Заказ 71", "edit_date": int(NOON.timestamp()) + 60}
    for update in ({"update_id": 2, "edited_message": edited}, {"update_id": 3, "edited_message": edited}):
        bring(account, first)
        bring(account, pushing.telegram(account, update))
    work_everything_off(at=LATER)

    one, other = Message.objects.order_by("pk")
    assert (one.text, other.text, other.in_reply_to) == ("Заказ 17", "Заказ 71", one)


def test_a_pressed_button_says_what_stands_on_it_and_is_answered():
    account = ChannelAccountFactory(channel="telegram")
    keys = {"inline_keyboard": [[{"text": "Да, спасибо", "callback_data": "yes"}]]}
    under = {"message_id": 5, "date": 1, "chat": {"id": 4242, "type": "private"}, "reply_markup": keys}
    pressed = {"id": "77", "from": {"id": 4242, "first_name": "Вера"}, "data": "yes", "message": under}
    push = pushing.telegram(account, {"update_id": 9, "callback_query": pressed})

    assert bring(account, push) == 200
    work_everything_off(at=LATER)

    said = Message.objects.get()
    assert (said.text, said.occurred_at) == ("Да, спасибо", LATER)
    channel = channel_named("telegram")
    asked = crm.channels.base.Asked(method="POST", headers={}, query={}, body=push.body)
    assert json.loads(channel.answer(account, asked))["callback_query_id"] == "77"


def test_groups_bots_and_what_says_nothing_are_not_listened_to():
    account = ChannelAccountFactory(channel="telegram")
    group = {"chat": {"id": -5, "type": "group"}}
    robot = {"from": {"id": 4, "is_bot": True}}
    for number, more in enumerate((group, robot, {"new_chat_title": "x"}), start=1):
        text = "" if "new_chat_title" in more else "Hello"
        bring(account, pushing.telegram_message(account, number=number, who=4242, text=text, at=NOON, **more))
    work_everything_off(at=LATER)

    assert not Message.objects.exists() and not Customer.objects.exists()


def test_reports_that_overtake_one_another_end_in_the_furthest_state(fakes):
    account = ChannelAccountFactory(channel="viber", provider_url=fakes.url)
    person = IdentityFactory(kind="viber", value=WHO["viber"], verified=True).customer
    receipt = channel_named("viber").send(account, letter(WHO["viber"]))
    sent = Message.objects.create(
        customer=person, account=account, direction="out", author_kind="rule", state="sent", identity_kind="viber",
        address=WHO["viber"], external_id=receipt.external_id, source="t", source_id="1", text="x",
        occurred_at=NOON, recorded_at=NOON,
    )  # fmt: skip
    for event in ("seen", "delivered", "seen"):
        bring(
            account,
            pushing.viber_report(
                account, event=event, number=receipt.external_id, who=WHO["viber"], at=LATER
            ),
        )
    work_everything_off(at=LATER)

    sent.refresh_from_db()
    assert sent.state == Message.State.READ


# ── out ──────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", WRITES)
def test_a_letter_is_handed_over_once_with_a_number_to_follow_it_by(fakes, name):
    account = ChannelAccountFactory(channel=name, provider_url=fakes.url)

    receipt = channel_named(name).send(account, letter(WHO[name], "Посылка в пути"))

    (taken,) = fakes.book.received()
    assert (taken.channel, taken.to, taken.text) == (name, WHO[name], "Посылка в пути")
    assert str(taken.number) in receipt.external_id and receipt.thread == WHO[name]


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize(
    ("behaviour", "wanted", "taken"),
    [
        (book.BUSY, TryLater, 0),
        (book.BROKEN, PerhapsSent, 0),
        (book.TAKEN_THEN_BROKEN, PerhapsSent, 1),
        (book.HANGS, PerhapsSent, 0),
        (book.TAKEN_THEN_DROPPED, PerhapsSent, 1),
        (book.REFUSED, NotTaken, 0),
    ],
)
def test_each_failure_is_called_by_its_name(fakes, name, behaviour, wanted, taken):
    account = ChannelAccountFactory(channel=name, provider_url=fakes.url)
    fakes.book.behave(behaviour)

    with pytest.raises(wanted) as failed:
        channel_named(name).send(account, letter(WHO[name]))

    assert len(fakes.book.received()) == taken
    assert SECRETS[name].get("token", "token") not in str(failed.value)
    if behaviour == book.REFUSED:
        assert failed.value.is_address_dead
    if behaviour == book.BUSY:
        assert failed.value.after


@pytest.mark.parametrize("name", WRITES)
def test_a_provider_that_is_not_there_has_taken_nothing(name):
    with pytest.raises(TryLater):
        channel_named(name).send(ChannelAccountFactory(channel=name), letter(WHO[name]))


def test_a_gateway_that_knows_repeats_is_asked_again_and_sends_once(fakes):
    account = ChannelAccountFactory(channel="sms", provider_url=fakes.url)
    account.settings["takes_repeats"] = True
    fakes.book.behave(book.TAKEN_THEN_DROPPED)

    with pytest.raises(TryLater):
        channel_named("sms").send(account, letter(WHO["sms"]))
    channel_named("sms").send(account, letter(WHO["sms"]))

    assert len(fakes.book.received()) == 1


def test_an_sms_says_of_how_many_parts_it_is(fakes):
    account = ChannelAccountFactory(channel="sms", provider_url=fakes.url)

    assert channel_named("sms").send(account, letter(WHO["sms"], "ж" * 71)).parts == 2


@pytest.mark.parametrize(("files", "text"), [(1, "Чек"), (2, "Чек"), (2, "ж" * 1500)])
def test_files_go_along_with_their_words(fakes, files, text):
    account = ChannelAccountFactory(channel="telegram", provider_url=fakes.url)
    papers = [File(name=f"{n}.pdf", content_type="application/pdf", content=b"%PDF-") for n in range(files)]

    channel_named("telegram").send(account, letter("4242", text, files=papers))

    taken = fakes.book.received()
    assert "".join(one.text for one in taken) == text
    assert [name for one in taken for name in one.files] == [paper.name for paper in papers]


def test_a_text_is_cut_between_two_letters_as_telegram_counts_them():
    cut = channel_named("telegram").text_for("😀" * 3000)

    assert len(cut.encode("utf-16-le")) // 2 <= 4096 and set(cut) == {"😀", "…"}


def test_a_delivery_that_cannot_be_read_waits_for_people():
    account = ChannelAccountFactory(channel="telegram")
    push = pushing.telegram(account, {"update_id": 5, "message": {"chat": {}}})

    assert bring(account, push) == 200
    work_everything_off(at=LATER)

    kept = RawDelivery.objects.get()
    assert (kept.processed_at, kept.next_try_at, kept.attempts) == (None, None, 1)
    with pytest.raises(UnreadableDelivery):
        channel_named("telegram").read(account, bytes(kept.body), {})
