from datetime import UTC, datetime, timedelta

import pytest

from crm import qr
from crm.errors import CardIsBlocked, CodeTooOld, ConflictingIdentities
from crm.models import TimelineEntry
from crm.people.identification import Hint, identify
from loyalty.members import card_codes, card_numbers, cards
from loyalty.models import Card, Programme
from tests.api_client import ShopSystem
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.loyalty import MemberFactory, ProgrammeFactory
from tests.factories.shops import ShopFactory, UserFactory

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def later(**time):
    return NOON + timedelta(**time)


@pytest.fixture
def iva():
    return UserFactory()


def printed(programme=None, iva=None, size=1):
    batch = cards.make_batch(
        programme=programme or ProgrammeFactory(), size=size, by=iva or UserFactory(), at=NOON
    )
    return list(batch.cards.order_by("pk"))


def issued(member, iva, shop=None):
    (card,) = printed(member.programme, iva)
    return cards.issue(card.number, member=member, shop=shop or ShopFactory(), by=iva, at=NOON)


# ── numbers ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("number", ["4006381333931", "9783161484100", "5901234123457"])
def test_the_check_digit_is_that_of_numbers_in_the_world(number):
    assert card_numbers.is_number(number)
    assert not card_numbers.is_number(number[:-1] + str((int(number[-1]) + 1) % 10))


def test_a_batch_is_of_different_numbers_that_any_till_reads(iva):
    numbers = [card.number for card in printed(iva=iva, size=300)]

    assert len(set(numbers)) == 300
    assert all(card_numbers.is_number(number) and number.startswith("29") for number in numbers)


@pytest.mark.parametrize("size", [0, 10_001])
def test_a_batch_has_an_end(iva, size):
    with pytest.raises(cards.BatchTooLarge):
        printed(iva=iva, size=size)
    assert Card.objects.count() == 0


# ── plastic ──────────────────────────────────────────────────────────────────
def test_a_card_that_was_issued_recognises_its_member(iva):
    member = MemberFactory()
    card = issued(member, iva)

    assert (card.issued_by, card.issued_at) == (iva, NOON)
    assert cards.member_who_shows(card.number, at=NOON) == member
    known = identify([Hint(kind="card", value=card.number, is_verified=True)], shop=ShopFactory())
    assert known.customer == member.customer
    assert TimelineEntry.objects.filter(kind="loyalty.card_issued", actor=iva).count() == 1


def test_issuing_twice_changes_nothing_and_nobody_gets_the_card_of_another(iva):
    member = MemberFactory()
    card = issued(member, iva)

    cards.issue(card.number, member=member, shop=ShopFactory(), by=UserFactory(), at=later(days=1))
    assert Card.objects.get().issued_by == iva
    with pytest.raises(cards.CardIsTaken):
        cards.issue(card.number, member=MemberFactory(), shop=ShopFactory(), by=iva, at=NOON)


def test_a_number_that_is_not_ours_is_nobodys_card(iva):
    with pytest.raises(cards.UnknownCard):
        cards.issue("2900000000001", member=MemberFactory(), shop=ShopFactory(), by=iva, at=NOON)


def test_a_number_by_which_somebody_else_is_known_is_not_issued(iva):
    member = MemberFactory()
    (card,) = printed(member.programme, iva)
    IdentityFactory(customer=CustomerFactory(), kind="card", value=card.number, verified=True)

    with pytest.raises(ConflictingIdentities):
        cards.issue(card.number, member=member, shop=ShopFactory(), by=iva, at=NOON)
    assert Card.objects.get().member is None


def test_a_blocked_card_is_nobodys_at_the_till(iva):
    member = MemberFactory()
    card = issued(member, iva)

    cards.block(card, reason="Lost on a train", by=iva, at=later(days=1))

    with pytest.raises(CardIsBlocked):
        cards.member_who_shows(card.number, at=later(days=1))
    assert (
        identify([Hint(kind="card", value=card.number, is_verified=True)], shop=ShopFactory()).customer
        is None
    )
    blocked = Card.objects.get()
    assert (blocked.blocked_by, blocked.block_reason) == (iva, "Lost on a train")
    assert TimelineEntry.objects.filter(kind="loyalty.card_blocked").count() == 1


def test_a_card_blocked_again_keeps_its_first_who_and_when(iva):
    card = issued(MemberFactory(), iva)
    cards.block(card, reason="Lost", by=iva, at=later(days=1))

    cards.block(card, reason="Stolen", by=UserFactory(), at=later(days=2))

    again = Card.objects.get()
    assert (again.block_reason, again.blocked_at) == ("Lost", later(days=1))


def test_a_replaced_card_is_blocked_and_the_new_one_is_the_members(iva):
    member = MemberFactory()
    old = issued(member, iva)
    (fresh,) = printed(member.programme, iva)

    new = cards.replace(
        old, number=fresh.number, reason="Broken", shop=ShopFactory(), by=iva, at=later(days=1)
    )

    assert new.replaces == old
    assert cards.member_who_shows(new.number, at=later(days=1)) == member
    with pytest.raises(CardIsBlocked):
        cards.member_who_shows(old.number, at=later(days=1))


def test_a_card_that_cannot_be_given_leaves_the_old_one_as_it_was(iva):
    old = issued(MemberFactory(), iva)

    with pytest.raises(cards.UnknownCard):
        cards.replace(old, number="2900000000001", reason="Broken", shop=ShopFactory(), by=iva, at=NOON)

    assert Card.objects.get().blocked_at is None


def test_the_card_of_a_merged_member_is_that_of_the_one_who_goes_on(iva):
    member, goes_on = MemberFactory(), MemberFactory()
    card = issued(member, iva)
    member.merged_into = goes_on
    member.save()

    assert cards.member_who_shows(card.number, at=NOON) == goes_on


# ── the mobile card's code ───────────────────────────────────────────────────
def test_a_code_is_read_for_a_minute_and_not_longer():
    link = cards.link_of(MemberFactory(), at=NOON)
    code = cards.code_of(link, at=NOON).text

    assert cards.member_who_shows(code, at=NOON) == link.member
    assert cards.member_who_shows(code.lower(), at=later(seconds=59)) == link.member
    with pytest.raises(CodeTooOld):
        cards.member_who_shows(code, at=later(seconds=60))


def test_the_code_is_another_every_half_minute():
    link = cards.link_of(MemberFactory(), at=NOON)

    codes = {cards.code_of(link, at=later(seconds=second)).text for second in range(60)}

    assert len(codes) == 2
    assert card_codes.seconds_left(later(seconds=7)) == 23


def test_a_code_that_nobody_made_is_nobodys():
    link = cards.link_of(MemberFactory(), at=NOON)
    code = cards.code_of(link, at=NOON).text
    forged = code[:-1] + ("A" if code[-1] != "A" else "B")
    of_another = code.replace(f"V-{code.split('-')[1]}-", "V-ZZZ-")

    assert [cards.member_who_shows(text, at=NOON) for text in (forged, of_another, "", "V-", "х" * 40)] == [
        None
    ] * 5


def test_a_code_from_the_future_is_refused():
    link = cards.link_of(MemberFactory(), at=NOON)

    with pytest.raises(CodeTooOld):
        cards.member_who_shows(cards.code_of(link, at=later(seconds=61)).text, at=NOON)


def test_a_programme_may_show_one_code_for_ever():
    link = cards.link_of(MemberFactory(programme__card_code=Programme.CardCode.STATIC), at=NOON)
    code = cards.code_of(link, at=NOON).text

    assert code == cards.code_of(link, at=later(days=300)).text
    assert cards.member_who_shows(code, at=later(days=300)) == link.member


def test_a_code_for_ever_is_refused_where_codes_rotate():
    link = cards.link_of(MemberFactory(), at=NOON)

    with pytest.raises(CodeTooOld):
        cards.member_who_shows(card_codes.static(link.pk).text, at=NOON)


def test_ending_a_link_ends_its_codes_and_its_address(iva):
    member = MemberFactory()
    link = cards.link_of(member, at=NOON)
    code = cards.code_of(link, at=NOON).text

    cards.end_link(member, by=iva, at=NOON)

    with pytest.raises(CardIsBlocked):
        cards.member_who_shows(code, at=NOON)
    assert cards.link_by(cards.token_of(link)).ended_at == NOON
    assert cards.link_of(member, at=NOON) != link


def test_an_address_that_we_did_not_sign_leads_nowhere():
    token = cards.token_of(cards.link_of(MemberFactory(), at=NOON))

    assert cards.link_by(token) is not None
    for broken in (token[:-2], "B" + token[1:], "", "ж", "====", "A" * 400):
        assert cards.link_by(broken) is None


def test_a_drawing_covers_the_dark_squares_of_its_code():
    found = qr.drawing("V-1-1Q2W3E-ABCDEFGHIJKLMNOP")

    assert found.size >= 21
    assert found.path.startswith("M0 0h7v1h-7z")  # the corner that every code has


# ── the till asks ────────────────────────────────────────────────────────────
def test_a_till_looks_customers_up_by_card_and_by_code(iva):
    member, till = MemberFactory(), ShopSystem()
    card = issued(member, iva)
    code = card_codes.rotating(cards.link_of(member, at=NOON).pk, at=datetime.now(UTC)).text

    for shown in (card.number, code):
        answer = till.get(f"customers/lookup/?q={shown}")
        assert [item["id"] for item in answer.body["items"]] == [member.customer_id]


def test_a_till_hears_why_a_code_or_a_card_is_refused(iva):
    member, till = MemberFactory(), ShopSystem()
    card = issued(member, iva)
    old = cards.code_of(cards.link_of(member, at=NOON), at=NOON).text
    cards.block(card, reason="Lost", by=iva, at=NOON)

    assert till.get(f"customers/lookup/?q={old}").problem == (409, "code-too-old")
    assert till.get(f"customers/lookup/?q={card.number}").problem == (409, "card-is-blocked")


def test_the_box_at_the_top_takes_a_scanned_card_and_says_why_not(client, iva):
    member = MemberFactory()
    link = cards.link_of(member, at=NOON)
    client.force_login(UserFactory(is_superuser=True))
    search = "/admin/search/"

    now = card_codes.rotating(link.pk, at=datetime.now(UTC)).text
    assert client.get(search, {"q": now}).url == f"/admin/crm/customer/{member.customer_id}/"
    old = client.get(search, {"q": cards.code_of(link, at=NOON).text})
    assert "This code is too old." in old.text

    card = issued(member, iva)
    cards.block(card, reason="Lost", by=iva, at=NOON)
    lost = client.get(search, {"q": card.number}, follow=True)
    assert "This card is blocked." in lost.text and str(member.customer) in lost.text


def test_a_word_costs_no_look_at_the_cards(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert cards.member_who_shows("Ivanova", at=NOON) is None
