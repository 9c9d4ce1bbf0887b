"""Tickets, messages, calls and returns, as a shop's own system uses them over HTTP."""

from __future__ import annotations

import pytest

from crm.models import ChannelAccount, Consent, Identity, Message
from crm.purchases.ordering import advance_order
from support.answering import noting
from support.models import ReturnCase, Ticket, Topic
from tests.api_client import ShopSystem
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.orders import line, placed_order
from tests.factories.shops import NOON, ShopFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> ShopSystem:
    return ShopSystem()


@pytest.fixture
def vera():
    vera = CustomerFactory(language="bg")
    IdentityFactory(customer=vera, kind="email", value="vera@example.org", verified_at=NOON)
    return vera


@pytest.fixture(autouse=True)
def accounts() -> dict[str, ChannelAccount]:
    return {
        channel: ChannelAccount.objects.create(channel=channel, name=channel, opened_at=NOON, is_main=True)
        for channel in ("email", "phone")
    }


class TestTickets:
    def asked(self, shop, vera, **more):
        told = {"customer": vera.pk, "external_id": "f-1", "text": "Къде е пратката?", **more}
        return shop.post("tickets/", told)

    def test_what_a_customer_asked_elsewhere_is_a_ticket_with_its_message(self, shop, vera):
        Topic.objects.create(slug="delivery", names={"en": "Delivery"})

        ticket = self.asked(shop, vera, topic="delivery", subject="Пратка").body

        assert (ticket["state"], ticket["topic"], ticket["customer"]) == ("new", "delivery", vera.pk)
        (message,) = shop.get(f"tickets/{ticket['id']}/messages/").body["items"]
        assert (message["text"], message["direction"]) == ("Къде е пратката?", "in")

    def test_told_twice_it_is_heard_once_and_more_goes_on_in_it(self, shop, vera):
        first = self.asked(shop, vera).body
        assert self.asked(shop, vera).body["id"] == first["id"]

        shop.post(f"tickets/{first['id']}/messages/", {"external_id": "f-2", "text": "Дойде"})

        words = shop.get(f"tickets/{first['id']}/messages/").body["items"]
        assert [one["text"] for one in words] == ["Къде е пратката?", "Дойде"]
        assert Ticket.objects.count() == 1

    def test_notes_among_colleagues_are_in_no_answer(self, shop, vera):
        ticket = self.asked(shop, vera).body
        noting.write_note(
            Ticket.objects.get(),
            text="Between us",
            by=UserFactory(is_staff=True),
            key="n",
            at=Ticket.objects.get().opened_at,
        )

        for path in ("tickets/", f"tickets/{ticket['id']}/", f"tickets/{ticket['id']}/messages/"):
            assert "Between us" not in str(shop.get(path).body)
        assert "Between us" not in str(shop.get(f"messages/?customer={vera.pk}").body)

    def test_lists_are_narrowed_by_person_and_state(self, shop, vera):
        ticket = self.asked(shop, vera).body
        self.asked(shop, CustomerFactory(), external_id="f-9")

        found = shop.get(f"tickets/?customer={vera.pk}&state=new").body["items"]

        assert [one["id"] for one in found] == [ticket["id"]]

    def test_an_unknown_topic_is_refused_with_its_place(self, shop, vera):
        refused = self.asked(shop, vera, topic="nothing")

        assert (refused.status, refused.pointers) == (422, ["/topic"])
        assert not Ticket.objects.exists()


class TestMessages:
    def written(self, shop, vera, **more):
        told = {"customer": vera.pk, "external_id": "m-1", "text": "Готова е", **more}
        return shop.post("messages/", told)

    def test_a_service_message_goes_by_the_way_the_person_is_reached(self, shop, vera):
        message = self.written(shop, vera).body

        assert (message["channel"], message["state"], message["purpose"]) == ("email", "queued", "service")
        assert Message.objects.get().address == "vera@example.org"
        assert shop.get(f"messages/{message['id']}/").body["state"] == "queued"

    def test_told_twice_it_is_written_once(self, shop, vera):
        assert self.written(shop, vera).body["id"] == self.written(shop, vera).body["id"]
        assert Message.objects.count() == 1

    def test_advertising_goes_to_nobody_who_did_not_agree(self, shop, vera):
        refused = self.written(shop, vera, purpose="advertising")

        assert refused.problem == (409, "not-written")
        assert refused.body["why_not"] == "no-consent"
        Consent.objects.create(
            customer=vera,
            purpose="advertising",
            decision="given",
            source="t",
            occurred_at=NOON,
            recorded_at=NOON,
        )
        assert self.written(shop, vera, purpose="advertising").status == 201

    def test_somebody_without_an_address_is_not_written_to(self, shop):
        refused = self.written(shop, CustomerFactory())

        assert (refused.status, refused.body["why_not"]) == (409, "no-way")


class TestCalls:
    def test_steps_of_a_call_are_told_in_any_order(self, shop):
        person = IdentityFactory(kind="phone", value="+359887123101", verified_at=NOON).customer
        for step, at in (("ended", "12:05"), ("rang", "12:00"), ("answered", "12:01")):
            call = shop.post(
                "calls/",
                {
                    "external_id": "c-1",
                    "step": step,
                    "phone": "088 712 3101",
                    "occurred_at": f"2026-03-02T{at}:00Z",
                },
            ).body

        assert (call["customer"], call["state"], call["phone"]) == (person.pk, "ended", "+359887123101")
        assert len(shop.get(f"calls/?customer={person.pk}").body["items"]) == 1

    def test_without_a_telephone_it_is_refused(self, shop):
        ChannelAccount.objects.filter(channel="phone").delete()
        told = {
            "external_id": "c",
            "step": "rang",
            "phone": "0887123101",
            "occurred_at": "2026-03-02T12:00:00Z",
        }

        assert shop.post("calls/", told).status == 409


class TestReturns:
    @pytest.fixture
    def order(self, shop, vera):
        order = placed_order("o-1", shop=shop.shop, customer=vera, lines=[line("1")])
        advance_order(order, moment="delivered", occurred_at=NOON, source="api:x", at=NOON)
        return order

    def asked(self, shop, order, **more):
        told = {
            "order": order.pk,
            "external_id": "r-1",
            "why": "damaged",
            "lines": [{"line": "1", "quantity": "1"}],
        }
        return shop.post("returns/", told | more)

    def test_a_return_is_asked_for_and_comes_step_by_step(self, shop, order):
        case = self.asked(shop, order).body

        states = [
            shop.post(f"returns/{case['id']}/events/", {"event": event}).body["state"]
            for event in ("approved", "received", "refunded")
        ]

        assert states == ["approved", "received", "refunded"]
        assert shop.get(f"returns/?order={order.pk}").body["items"][0]["state"] == "refunded"

    def test_a_refusal_needs_an_answer(self, shop, order):
        case = self.asked(shop, order).body

        assert shop.post(f"returns/{case['id']}/events/", {"event": "refused"}).status == 422
        refused = shop.post(f"returns/{case['id']}/events/", {"event": "refused", "answer": "Opened"})
        assert refused.body["answer"] == "Opened"

    def test_too_much_and_unknown_lines_are_refused(self, shop, order):
        assert self.asked(shop, order, lines=[{"line": "9", "quantity": "1"}]).status == 422
        assert self.asked(shop, order, lines=[{"line": "1", "quantity": "9"}]).status == 409
        assert not ReturnCase.objects.exists()

    def test_returns_of_another_shop_are_not_there(self, shop, order):
        case = self.asked(shop, order).body
        other = ShopSystem(ShopFactory(slug="other"))

        assert other.get(f"returns/{case['id']}/").status == 404
        assert other.post(f"returns/{case['id']}/events/", {"event": "approved"}).status == 404
        assert other.get("returns/").body["items"] == []


@pytest.mark.parametrize("count", [1, 4])
def test_lists_cost_the_same_however_long(shop, vera, count, django_assert_max_num_queries):
    for n in range(count):
        person = CustomerFactory()
        shop.post("tickets/", {"customer": person.pk, "external_id": f"f-{n}", "text": "?"})
        order = placed_order(f"o-{n}", shop=shop.shop, customer=person, lines=[line("1")])
        told = {"order": order.pk, "external_id": f"r-{n}", "why": "other"}
        shop.post("returns/", told | {"lines": [{"line": "1", "quantity": "1"}]})
    shop.warm("tickets/")

    with django_assert_max_num_queries(4):
        assert len(shop.get("tickets/").body["items"]) == count
    with django_assert_max_num_queries(4):
        assert len(shop.get("returns/").body["items"]) == count


def test_a_person_without_an_email_is_still_heard(shop):
    person = CustomerFactory()

    told = {"customer": person.pk, "external_id": "x", "text": "Здравейте"}

    assert shop.post("tickets/", told).status == 201
    assert not Identity.objects.filter(customer=person, kind="email").exists()
