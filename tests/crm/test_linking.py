from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from crm.channels.base import LinkAsked, Sender
from crm.consents import consenting
from crm.demo.providers import pushing
from crm.errors import PersonErased
from crm.linking_tasks import tell_stranger
from crm.models import Consent, Customer, Identity, LinkCode, Merge, Message, RawDelivery, TimelineEntry
from crm.people import linking
from tests.factories.channel_accounts import ChannelAccountFactory
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.shops import NOON, UserFactory
from tests.fakes.bringing import bring, work_everything_off
from tests.fakes.companies import companies

pytestmark = pytest.mark.django_db
SOON = NOON + timedelta(minutes=2)


@pytest.fixture
def bot():
    return ChannelAccountFactory(channel="telegram")


def show(bot, code: str, *, who: str = "4242", at=SOON, number: str = "4242:1", raw=None) -> Identity | None:
    sender = Sender(kind="telegram", value=who, name="Вера", language="bg")
    asked = LinkAsked(external_id=number, sender=sender, code=code, thread=who, at=at)
    return linking.link(bot, asked, shop=bot.shop, at=at, raw=raw)


def test_a_code_lets_a_person_be_recognised_and_leaves_consents_alone(bot):
    person = IdentityFactory(verified=True).customer
    told = {"purpose": "advertising", "channel": "email", "source": "agent", "occurred_at": NOON, "at": NOON}
    consenting.give(person, **told)
    consents = Consent.objects.count()

    identity = show(bot, linking.make_code(person, at=NOON))

    assert (identity.customer, identity.value, identity.evidence) == (person, "4242", "code")
    assert identity.verified_at == SOON
    assert Consent.objects.count() == consents
    assert TimelineEntry.objects.get(kind="crm.channel_linked").customer == person
    thanks = Message.objects.get()
    assert (thanks.customer, thanks.address, thanks.state) == (person, "4242", "queued")


def test_the_link_in_telegram_leads_through_the_bots_own_door(bot):
    person = CustomerFactory()
    code = linking.make_code(person, at=NOON)
    start = pushing.telegram_message(bot, number=1, who=4242, text=f"/start {code}", at=SOON)

    for _again in range(3):
        assert bring(bot, start, at=SOON) == 200
        work_everything_off(at=SOON)

    assert Identity.objects.get().customer == person
    assert TimelineEntry.objects.filter(kind="crm.channel_linked").count() == 1
    assert not Message.objects.filter(direction="in").exists()


def test_the_link_in_viber_too():
    bot, person = ChannelAccountFactory(channel="viber"), CustomerFactory()
    begun = {
        "event": "conversation_started",
        "timestamp": 1,
        "message_token": 5,
        "user": {"id": "01234567890A=", "name": "Вера"},
        "context": linking.make_code(person, at=NOON),
    }

    bring(bot, pushing.viber(bot, begun), at=SOON)
    work_everything_off(at=SOON)

    assert Identity.objects.get().customer == person


@pytest.mark.parametrize("what", ["made up", "too old", "used", "replaced", ""])
def test_a_code_that_does_not_fit_is_answered_politely_and_changes_nothing(
    bot, what, django_capture_on_commit_callbacks
):
    person = CustomerFactory()
    code, at = linking.make_code(person, at=NOON), SOON
    if what in ("made up", ""):
        code = what
    elif what == "too old":
        at = NOON + timedelta(hours=1)
    elif what == "replaced":
        linking.make_code(person, at=NOON)
    else:
        show(bot, code, who="1111", number="1111:1")
    before = Identity.objects.count(), Customer.objects.count(), Message.objects.count()

    with django_capture_on_commit_callbacks() as later:
        assert show(bot, code, at=at, raw=RawDelivery(pk=1)) is None

    assert (Identity.objects.count(), Customer.objects.count(), Message.objects.count()) == before
    assert len(later) == 1


def brought(bot) -> RawDelivery:
    """Somebody opened the bot by a link whose code nobody made."""
    bring(bot, pushing.telegram_message(bot, number=1, who=4242, text="/start madeup2345", at=NOON))
    return RawDelivery.objects.get()


def test_a_stranger_hears_it_in_their_language_and_nothing_is_kept_of_them():
    with companies() as running:
        bot = ChannelAccountFactory(channel="telegram", provider_url=running.url)
        delivery = brought(bot)
        work_everything_off(at=NOON)
        tell_stranger(delivery.pk)

        (told,) = running.book.received()
        assert "works once, and for an hour" in told.text or "веднъж" in told.text or "один раз" in told.text
    assert not Message.objects.exists() and not Customer.objects.exists()


def test_a_stranger_who_cannot_be_told_breaks_nothing(bot):
    tell_stranger(brought(bot).pk)
    tell_stranger(0)


def test_whoever_wrote_before_they_linked_turns_out_to_be_the_person(bot):
    bring(bot, pushing.telegram_message(bot, number=1, who=4242, text="Здравейте", at=NOON))
    work_everything_off(at=NOON)
    stranger, person = Customer.objects.get(), IdentityFactory(verified=True).customer

    identity = show(bot, linking.make_code(person, at=NOON))

    stranger.refresh_from_db()
    assert stranger.merged_into == person and Merge.objects.get().merged_by is None
    assert (identity.evidence, identity.customer) == ("code", stranger)


def test_the_handle_of_somebody_else_whom_we_know_is_not_taken_from_them(bot):
    other = IdentityFactory(kind="telegram", value="4242", verified=True).customer
    IdentityFactory(customer=other, verified=True)
    person = CustomerFactory()
    code = linking.make_code(person, at=NOON)

    assert show(bot, code) is None

    assert Identity.objects.get(kind="telegram").customer == other
    assert Message.objects.get().customer == other
    assert LinkCode.objects.get().used_at is None


def test_nobody_makes_or_uses_a_code_of_somebody_who_was_erased(bot):
    person = CustomerFactory()
    code = linking.make_code(person, at=NOON)
    Customer.objects.filter(pk=person.pk).update(erased_at=NOON)

    assert show(bot, code) is None
    with pytest.raises(PersonErased):
        linking.make_code(person, at=NOON)
    assert not Identity.objects.exists()


def test_only_the_digest_of_a_code_is_kept_and_no_two_are_the_same():
    person = CustomerFactory()
    codes = {linking.make_code(person, at=NOON) for _code in range(20)}

    assert len(codes) == 20 and all(len(code) == 10 for code in codes)
    kept = b"".join(bytes(digest) for digest in LinkCode.objects.values_list("digest", flat=True))
    assert not any(code.encode() in kept for code in codes)
    assert LinkCode.objects.open(SOON).count() == 1


def test_a_handle_can_be_unlinked_once_and_linked_again(bot):
    person = CustomerFactory()
    identity = show(bot, linking.make_code(person, at=NOON))

    linking.unlink(identity, by=None, at=SOON)
    with pytest.raises(linking.NotLinked):
        linking.unlink(identity, by=None, at=SOON)
    again = show(bot, linking.make_code(person, at=SOON), number="4242:2")

    assert again.customer == person
    told = TimelineEntry.objects.filter(customer=person, kind__startswith="crm.channel_")
    assert list(told.order_by("pk").values_list("kind", flat=True)) == [
        "crm.channel_linked",
        "crm.channel_unlinked",
        "crm.channel_linked",
    ]


def test_an_email_is_not_unlinked_as_a_messenger_is():
    with pytest.raises(linking.NotLinked):
        linking.unlink(IdentityFactory(verified=True), by=None, at=SOON)


# ── the page of those who serve customers ────────────────────────────────────
@pytest.fixture
def cashier(client):
    colleague = UserFactory()
    colleague.groups.add(Group.objects.get(name="cashier"))
    client.force_login(colleague)
    return client


def test_a_colleague_shows_a_link_and_a_square_for_each_messenger(bot, cashier):
    ChannelAccountFactory(channel="viber")
    person = CustomerFactory()

    answer = cashier.post(f"/admin/crm/customer/{person.pk}/link-codes/")

    page = answer.content.decode()
    code = answer.context["code"]
    assert f"https://t.me/lipa_bot?start={code}" in page and f"context={code}" in page
    assert page.count('shape-rendering="crispEdges"') == 2
    assert "no-store" in answer.headers["Cache-Control"]
    assert show(bot, code, at=timezone.now()).customer == person


def test_an_agent_unlinks_what_was_linked_and_nothing_else(bot, client):
    colleague = UserFactory()
    colleague.groups.add(Group.objects.get(name="agent"))
    client.force_login(colleague)
    person = CustomerFactory()
    handle, mail = (
        show(bot, linking.make_code(person, at=NOON)),
        IdentityFactory(customer=person, verified=True),
    )

    for identity in (handle, mail):
        client.post(f"/admin/crm/customer/{person.pk}/identities/{identity.pk}/unlinking/")

    assert list(Identity.objects.filter(customer=person)) == [mail]
    assert TimelineEntry.objects.get(kind="crm.channel_unlinked").actor == colleague
    strangers = IdentityFactory(kind="telegram", value="99", verified=True)
    answer = client.post(f"/admin/crm/customer/{person.pk}/identities/{strangers.pk}/unlinking/")
    assert answer.status_code == 404
