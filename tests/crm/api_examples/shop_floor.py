"""Customer 17 with their orders; goods, prices, a segment, a campaign, a job; a webhook with a delivery."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from crm.integrations import bulk
from crm.integrations.api_keys import issue_key
from crm.models import (
    Agreement,
    BulkJob,
    Campaign,
    Company,
    Customer,
    Installation,
    Order,
    PriceList,
    Product,
    Segment,
    Shipment,
    Shop,
    Webhook,
    WebhookDelivery,
)
from crm.people.customers import enrol
from crm.people.identification import Hint
from crm.purchases.shipping import note_shipment
from crm.webhooks import asking_again, subscribing
from tests.crm.api_examples.numbers import next_is
from tests.factories import campaigns
from tests.factories.catalogue import OfferingFactory, ProductFactory
from tests.factories.customers import IdentityFactory
from tests.factories.orders import line, placed_order
from tests.factories.segments import filled
from tests.factories.shops import NOON


def furnish(shop: Shop, *, at: datetime) -> Customer:
    Installation.objects.create(name="Липа", languages=["bg", "ru", "en"], set_up_at=NOON)
    customer = _customer(shop, at=at)
    next_is(Product, 8)
    OfferingFactory(shop=shop, product=ProductFactory(sku="TEA-LINDEN-50"))
    _orders(shop, customer, at=at)
    _prices(shop)
    _people_chosen()
    _job(shop, at=at)
    _webhook(shop, at=at)
    return customer


def _customer(shop: Shop, *, at: datetime) -> Customer:
    next_is(Customer, 17)
    hints = [Hint(kind="external", value="c-1042")]
    customer = enrol(
        hints=hints, details={"language": "bg"}, shop=shop, source="api:lipa-online", at=at
    ).customer
    IdentityFactory(customer=customer, value="elena@mail.example", verified=True)
    return customer


def _orders(shop: Shop, customer: Customer, *, at: datetime) -> None:
    """Each is told of under a number of its own in the shop: what comes of one is not in the way of another."""
    for number in (301, 31, 5):
        next_is(Order, number)
        order = placed_order(f"o-{number}", shop=shop, customer=customer, lines=[line(sku="TEA-LINDEN-50")])
    next_is(Shipment, 3)
    note_shipment(order, external_id="p-3", details={}, source="api:lipa-online", at=at)


def _prices(shop: Shop) -> None:
    next_is(Company, 3)
    wholesale = PriceList.objects.create(shop=shop, external_id="w", name="Едро", currency="EUR")
    Agreement.objects.create(
        company=Company.objects.create(name="Чайна ООД"), price_list=wholesale, starts_on=NOON.date()
    )


def _people_chosen() -> None:
    next_is(Segment, 4)
    filled({"all": []})
    next_is(Campaign, 7)
    campaigns.draft(campaigns.manager(), kind="points", terms={"points": 100}, hold_out=Decimal("0.1"))


def _job(shop: Shop, *, at: datetime) -> None:
    next_is(BulkJob, 4)
    key, _text = issue_key(shop=shop, scopes=["*"])
    sent = {"key_pk": key.pk, "kind": "customers", "body": '[{"given_name": "Вера"}]', "language": "bg"}
    bulk.take_in(shop=shop, count=1, at=at, **sent)


def _webhook(shop: Shop, *, at: datetime) -> None:
    next_is(Webhook, 3)
    url = "https://shop.example/hooks/veren"
    webhook = subscribing.subscribe(shop=shop, name="The shop's own server", url=url, kinds=(), at=at)
    next_is(WebhookDelivery, 12)
    asking_again.send_test(webhook, at=at)
