"""The people of the browser's tests: a colleague, a customer with a past, and a namesake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction

from crm import timeline
from crm.facts import NoteWritten
from crm.models import Address, Company, CompanyPerson, Customer, Shop, User
from crm.purchases import figures
from crm.purchases.ordering import advance_order
from crm.purchases.returning import LineReturned, register_return
from crm.purchases.shipping import note_shipment
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.orders import line, placed_order
from tests.factories.shops import ShopFactory

ORDERS = 16
PASSWORD = "tea for two, and cake"


@dataclass(frozen=True)
class Story:
    colleague: User
    vera: Customer
    shop: Shop


def tell(language: str = "") -> Story:
    """Vera has sixteen orders, one of them late, a return, a company, and a note; there is another Sokolova."""
    now = datetime.now(UTC)
    colleague = User.objects.create_superuser(
        "iva@lipa.example", PASSWORD, name="Iva Marinova", language=language
    )
    shop = ShopFactory(slug="lipa-online", name="Lipa online", region="BG")
    vera = CustomerFactory(
        given_name="Вера",
        patronymic="Андреевна",
        family_name="Соколова",
        language="ru",
        preferred_channel="telegram",
        birthday=datetime(1990, 12, 3, tzinfo=UTC).date(),
        created_at=now - timedelta(days=900),
        account_manager=colleague,
    )
    CustomerFactory(given_name="Алла", family_name="Соколова")
    IdentityFactory(customer=vera, kind="phone", value="+359887123101", verified=True)
    IdentityFactory(customer=vera, kind="email", value="vera@example.org")
    IdentityFactory(customer=vera, kind="card", value="2960000000101")
    Address.objects.create(customer=vera, country="BG", city="Варна", street="ул. Липа 3", is_main=True)
    CompanyPerson.objects.create(
        customer=vera, company=Company.objects.create(name="Кафе Шипка"), role="владелец"
    )
    for number in range(ORDERS):
        _order(vera, shop, number, now)
    with transaction.atomic():
        timeline.record(
            vera,
            NoteWritten(text="Предпочитает самовывоз"),
            source="agent",
            source_id="story",
            occurred_at=now - timedelta(days=3),
            recorded_at=now - timedelta(hours=5),
            actor=colleague,
        )
    figures.recount([vera.pk])
    return Story(colleague, vera, shop)


def _order(vera: Customer, shop: Shop, number: int, now: datetime) -> None:
    placed = now - timedelta(days=8 + 24 * number)
    order = placed_order(
        f"o-{number}",
        number=f"LO-{100 - number}",
        shop=shop,
        customer=vera,
        lines=[line(quantity="3"), line("2", quantity="1", unit_price="1240.50", name="Пиала")],
        placed_at=placed,
        at=placed,
    )
    promised = (placed + timedelta(days=5)).date()
    came = placed + timedelta(days=4 + number % 3) if number else None
    details = {"carrier": "BoxPoint", "tracking_number": f"BO{number}", "promised_on": promised}
    note_shipment(order, external_id="1", details={**details, "delivered_at": came}, source="story", at=now)
    advance_order(order, moment="paid", occurred_at=placed, source="story", at=placed)
    if number == 2:
        register_return(
            order,
            external_id="r-1",
            lines=[LineReturned(line="1", quantity=order.lines.get(external_id="1").quantity)],
            returned_at=placed + timedelta(days=9),
            source="story",
            at=now,
            reason="не подошло",
        )
