from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from loyalty import ledger
from loyalty.ledger import Lot
from loyalty.members import cards, self_joining
from loyalty.members.self_joining import Said
from loyalty.models import AdjustmentRequest, Card, CardBatch, Member, Programme
from tests.factories.customers import CustomerFactory
from tests.factories.loyalty import MemberFactory, ProgrammeFactory
from tests.factories.shops import ShopFactory, UserFactory

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def colleague(role, shop=None):
    user = UserFactory()
    user.groups.add(Group.objects.get(name=role))
    if shop:
        user.shops.add(shop)
    client = Client()
    client.force_login(user)
    client.user = user
    return client


@pytest.fixture
def agent():
    return colleague("agent")


def earn(member, points, *, key="a", **lot):
    ledger.earn(member.pk, lots=[Lot(points=points, **lot)], key=key, occurred_at=NOON, at=NOON)


def page_of(member):
    return reverse("loyalty:member", args=[member.pk])


def adjust(client, member, points, *, key="", reason="A late parcel"):
    body = {"points": points, "reason": reason, "key": key or uuid4().hex}
    return client.post(reverse("loyalty:member-adjustments", args=[member.pk]), body, follow=True)


# ── the customer's page ──────────────────────────────────────────────────────
def test_the_customers_page_shows_points_and_their_why(agent):
    member = MemberFactory()
    earn(member, 1284)

    page = agent.get(reverse("crm:customer", args=[member.customer_id])).text

    assert "1,284" in page and "Points were given" in page


def test_who_is_no_member_is_made_one_by_a_press(agent):
    vera, programme = CustomerFactory(), ProgrammeFactory()
    assert "Not a member yet." in agent.get(reverse("crm:customer", args=[vera.pk])).text

    for _ in range(2):
        answer = agent.post(reverse("loyalty:memberships", args=[vera.pk]), {"programme": programme.slug})

    member = Member.objects.get()
    assert answer.url == page_of(member)
    assert (member.customer, member.joined_through) == (vera, "staff")


# ── the member's page ────────────────────────────────────────────────────────
def test_a_members_page_costs_the_same_however_much_happened(agent, django_assert_max_num_queries):
    member = MemberFactory()
    for number in range(30):
        earn(member, 10, key=str(number))
    agent.get(page_of(member))

    with django_assert_max_num_queries(26):
        answer = agent.get(page_of(member))

    assert len(answer.context["statement"].lines) == 20
    older = agent.get(f"{page_of(member)}?before={answer.context['statement'].older}")
    assert len(older.context["statement"].lines) == 10


def test_of_a_merged_member_the_page_is_that_of_the_one_who_goes_on(agent):
    goes_on = MemberFactory()
    merged = MemberFactory(merged_into=goes_on)

    assert agent.get(page_of(merged)).url == page_of(goes_on)


def test_an_agent_adjusts_within_the_allowance_once_however_often_it_is_sent(agent):
    member = MemberFactory(programme__allowance_points=100)

    key = uuid4().hex

    for _ in range(2):
        answer = adjust(agent, member, 80, key=key)

    member.wallet.refresh_from_db()
    assert member.wallet.available == 80
    assert "This was sent before, and is done once." in answer.text


def test_colleagues_read_why_points_were_given_by_hand_and_the_customer_does_not(agent):
    member = MemberFactory()
    adjust(agent, member, 80, reason="The tin was dented")

    line = f"The tin was dented, {agent.user}"
    assert line in agent.get(page_of(member)).text
    assert line in agent.get(reverse("crm:customer", args=[member.customer_id])).text
    card = reverse("card", args=[cards.token_of(cards.link_of(member, at=timezone.now()))])
    shown = Client().get(card).text
    assert "Adjusted by a colleague" in shown
    assert "dented" not in shown


def test_above_the_allowance_a_lead_decides_and_nobody_decides_for_themselves(agent):
    member = MemberFactory(programme__allowance_points=100)
    answer = adjust(agent, member, 101)
    assert "A second person has 24 hours to decide." in answer.text
    asked = AdjustmentRequest.objects.get()
    decide = reverse("loyalty:approval-decision", args=[asked.pk])
    assert agent.post(decide, {"decision": "approve"}).status_code == 403

    lead = colleague("team lead")
    assert str(member.customer) in lead.get(reverse("loyalty:approvals")).text
    lead.post(decide, {"decision": "approve"})

    member.wallet.refresh_from_db()
    assert member.wallet.available == 101
    asked.refresh_from_db()
    assert asked.decided_by == lead.user


def test_a_lead_does_not_decide_about_their_own_wish():
    lead, member = colleague("team lead"), MemberFactory(programme__allowance_points=0)
    adjust(lead, member, 5)
    asked = AdjustmentRequest.objects.get()

    answer = lead.post(
        reverse("loyalty:approval-decision", args=[asked.pk]), {"decision": "approve"}, follow=True
    )

    assert "Somebody else has to decide this." in answer.text
    member.wallet.refresh_from_db()
    assert member.wallet.available == 0


def test_a_refused_adjustment_changes_nothing(agent):
    member = MemberFactory(programme__allowance_points=0)
    adjust(agent, member, 5)
    asked = AdjustmentRequest.objects.get()

    colleague("manager").post(
        reverse("loyalty:approval-decision", args=[asked.pk]), {"decision": "refuse", "note": "Why?"}
    )

    asked.refresh_from_db()
    assert (asked.decision, asked.decision_note) == ("refused", "Why?")
    member.wallet.refresh_from_db()
    assert member.wallet.available == 0


@pytest.mark.parametrize("points", ["0", "x", "99999999999999999999", ""])
def test_a_number_that_is_none_adjusts_nothing(agent, points):
    member = MemberFactory()

    assert "other than 0" in adjust(agent, member, points).text
    assert AdjustmentRequest.objects.count() == 0


# ── cards ────────────────────────────────────────────────────────────────────
def test_a_cashier_issues_blocks_and_replaces_a_card():
    shop = ShopFactory()
    cashier, member = colleague("cashier", shop), MemberFactory()
    batch = cards.make_batch(programme=member.programme, size=2, by=cashier.user, at=NOON)
    first, second = batch.cards.order_by("pk")

    cashier.post(reverse("loyalty:member-cards", args=[member.pk]), {"number": first.number})
    cashier.post(
        reverse("loyalty:card-block", args=[member.pk, first.pk]),
        {"reason": "Lost", "number": second.number},
    )

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.blocked_by, first.block_reason) == (cashier.user, "Lost")
    assert (second.member, second.replaces) == (member, first)
    assert second.number in cashier.get(page_of(member)).text


def test_the_link_to_the_mobile_card_is_shown_and_ended(agent, client):
    member = MemberFactory()
    link = reverse("loyalty:member-link", args=[member.pk])

    shown = agent.post(link, {"deed": "show"}, follow=True).text
    address = reverse("card", args=[cards.token_of(member.card_links.get())])
    assert address in shown
    assert client.get(address).status_code == 200

    agent.post(link, {"deed": "end"})
    assert client.get(address).status_code == 410


def test_a_manager_orders_a_batch_of_cards():
    manager, programme = colleague("manager"), ProgrammeFactory()

    manager.post(reverse("admin:loyalty_cardbatch_add"), {"programme": programme.pk, "size": 7})

    assert CardBatch.objects.get().made_by == manager.user
    assert Card.objects.count() == 7


# ── the counter ──────────────────────────────────────────────────────────────
def test_each_counter_has_a_sheet_to_print():
    varna = ShopFactory(slug="varna", name="Варна")
    ProgrammeFactory()
    cashier = colleague("cashier", varna)
    ShopFactory(slug="sofia")

    page = cashier.get(reverse("loyalty:counter")).text

    assert "/join/?shop=varna" in page and "<path d=" in page
    assert "shop=sofia" not in page


def test_a_cashier_confirms_who_waits_at_their_own_counter():
    varna, sofia = ShopFactory(slug="varna"), ShopFactory(slug="sofia")
    said = Said(name="Вера", address="0888 123 456", agrees_to_advertising=False)
    told = {
        "programme": ProgrammeFactory(),
        "through": "counter",
        "at": timezone.now(),
        "asks_the_cashier": True,
    }
    here = self_joining.ask(said, shop=varna, browser="a", **told)
    there = self_joining.ask(said, shop=sofia, browser="b", **told)
    cashier = colleague("cashier", varna)

    page = cashier.get(reverse("loyalty:waiting")).text
    assert "Вера" in page and "888123456" not in page
    assert cashier.post(reverse("loyalty:joining-confirmation", args=[there.pk])).status_code == 404
    cashier.post(reverse("loyalty:joining-confirmation", args=[here.pk]))

    assert Member.objects.get().joined_through == "counter"


# ── windows ──────────────────────────────────────────────────────────────────
WINDOWS = (
    "wallet",
    "transaction",
    "lot",
    "hold",
    "member",
    "card",
    "cardbatch",
    "adjustmentrequest",
    "programme",
)


@pytest.mark.parametrize("model", WINDOWS)
def test_an_auditor_sees_every_window_and_changes_nothing(model, django_assert_max_num_queries):
    member = MemberFactory()
    earn(member, 10)
    auditor = colleague("auditor")
    url = reverse(f"admin:loyalty_{model}_changelist")
    auditor.get(url)

    with django_assert_max_num_queries(12):
        assert auditor.get(url).status_code == 200
    if model != "member":
        assert auditor.get(reverse(f"admin:loyalty_{model}_add")).status_code == 403


def test_a_transaction_opens_with_its_movements():
    member = MemberFactory()
    earn(member, 10)
    transaction = member.wallet.transactions.get()

    page = colleague("auditor").get(reverse("admin:loyalty_transaction_change", args=[transaction.pk])).text

    assert "issued" in page and "Available after" in page


def test_a_manager_shapes_the_programme_and_wallets_follow():
    member = MemberFactory()
    url = reverse("admin:loyalty_programme_change", args=[member.programme_id])
    manager = colleague("manager")
    form = manager.get(url).context["adminform"].form
    given = {
        name: value
        for name in form.fields
        if (value := form[name].value()) is not None and value is not False
    }
    given["started_at"] = "2025-01-01T00:00"

    answer = manager.post(
        url, {**given, "points_names": "{}", "expiry": "after_activity", "expiry_months": 6}
    )

    assert answer.status_code == 302
    assert Programme.objects.get().expiry == "after_activity"
    member.wallet.refresh_from_db()
    assert member.wallet.idle_months == 6


def test_the_desk_tells_a_lead_what_waits_and_a_cashier_who(agent):
    shop = ShopFactory()
    member = MemberFactory(programme__allowance_points=0)
    adjust(agent, member, 500, reason="A broken cup")
    said = Said(name="Вера", address="0888 123 456", agrees_to_advertising=False)
    told = {"programme": member.programme, "through": "counter", "browser": "b", "at": timezone.now()}
    self_joining.ask(said, shop=shop, asks_the_cashier=True, **told)

    assert "A broken cup" in colleague("team lead").get(reverse("admin:index")).text
    cashier = colleague("cashier", shop).get(reverse("admin:index")).text
    assert "Вера" in cashier and "A broken cup" not in cashier
