"""The company itself: three shops, what stands on their shelves, three colleagues."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from crm.demo.catalogue import ARTICLES
from crm.demo.characters import AGENT, CASHIER, MANAGER, Colleague
from crm.models import Category, Company, CompanyPerson, Customer, Installation, Offering, Product, Shop, User

CURRENCY = "EUR"
SHOPS = (
    Shop(slug="lipa-sofia", name="Липа София", kind=Shop.Kind.BRANCH, address="бул. „Витоша“ 62, София"),
    Shop(
        slug="lipa-varna", name="Липа Варна", kind=Shop.Kind.BRANCH, address="бул. „Княз Борис I“ 27, Варна"
    ),
    Shop(slug="lipa-online", name="Липа онлайн", kind=Shop.Kind.ONLINE, address=""),
)
CASHIERS_SHOP = "lipa-sofia"
# Where the web store's goods lie.
WAREHOUSES = ("sofia", "sofia", "varna")
# Businesses that buy for their guests and their people. Their numbers are in nobody's register.
BUSINESSES = (
    ("Хотел „Морска звезда“ ООД", "управител"), ("Студио за йога „Лотос“", "собственик"),
    ("Счетоводна къща „Баланс плюс“ ЕООД", "офис мениджър"), ("Кафе „Под липите“ ЕООД", "собственик"),
    ("Салон за красота „Весна“", "собственик"), ("Езикова школа „Диалог“ ООД", "администратор"),
    ("Адвокатско дружество „Станчев и Ко“", "офис мениджър"), ("Спа център „Бял бряг“ АД", "снабдяване"),
    ("Книжарница „Хартия“ ЕООД", "собственик"), ("Дизайн студио „Линия“ ООД", "офис мениджър"),
)  # fmt: skip


@dataclass(frozen=True)
class Stage:
    """What every order refers to, at hand without a query."""

    shops: dict[str, Shop]
    products: dict[str, Product]
    agent: User
    manager: User


def warehouse_of(placed_at: datetime) -> str:
    """One order of three leaves from Varna; which, the demo always draws alike."""
    return WAREHOUSES[placed_at.minute % len(WAREHOUSES)]


@transaction.atomic
def build() -> Stage:
    """Shops, shelves and staff, each made where it is missing."""
    shops = {
        shop.slug: Shop.objects.get_or_create(slug=shop.slug, defaults=_defaults(shop))[0] for shop in SHOPS
    }
    _introduce_the_company()
    products = _products()
    _offerings(list(shops.values()), products)
    hired(CASHIER).shops.add(shops[CASHIERS_SHOP])
    return Stage(shops=shops, products=products, agent=hired(AGENT), manager=hired(MANAGER))


def _introduce_the_company() -> None:
    said = {
        "name": "Липа",
        "currency": CURRENCY,
        "time_zone": "Europe/Sofia",
        "languages": ["bg", "ru", "en"],
    }
    Installation.objects.get_or_create(
        pk=Installation.THE_ONE, defaults={**said, "set_up_at": timezone.now()}
    )


def _defaults(shop: Shop) -> dict[str, str]:
    return {"name": shop.name, "kind": shop.kind, "address": shop.address, "currency": CURRENCY}


def _products() -> dict[str, Product]:
    shelves = {}
    for section, shelf in dict.fromkeys((article.section, article.shelf) for article in ARTICLES):
        parent, _ = Category.objects.get_or_create(name=section, parent=None)
        shelves[section, shelf], _ = Category.objects.get_or_create(name=shelf, parent=parent)
    Product.objects.bulk_create(
        (
            Product(
                sku=article.sku,
                name=article.name,
                category=shelves[article.section, article.shelf],
                brand="Липа" if "Linden" in article.name or article.section == "Cosmetics" else "",
                unit_cost=article.unit_cost,
                unit_cost_currency=CURRENCY if article.unit_cost is not None else "",
            )
            for article in ARTICLES
        ),
        ignore_conflicts=True,
    )
    return Product.objects.in_bulk([article.sku for article in ARTICLES], field_name="sku")


def _offerings(shops: list[Shop], products: dict[str, Product]) -> None:
    random = Random("shelves")  # noqa: S311
    Offering.objects.bulk_create(
        (
            Offering(
                shop=shop,
                product=products[article.sku],
                price=article.price,
                currency=CURRENCY,
                stock=max(
                    0, int(random.gauss(18 + 4 * article.appeal, 14)) + 60 * (shop.kind == Shop.Kind.ONLINE)
                ),
            )
            for shop in shops
            for article in ARTICLES
        ),
        ignore_conflicts=True,
    )


def hired(colleague: Colleague) -> User:
    """The colleague's sign-in. It has no password: in the demo one walks in through a door of `/`."""
    user = User.objects.filter(email=colleague.email).first()
    if user is None:
        user = User.objects.create_user(colleague.email, name=colleague.name, is_staff=True)
        user.groups.add(Group.objects.get_or_create(name=colleague.role)[0])
    return user


@transaction.atomic
def open_business_accounts(manager: User) -> None:
    """Lipa's best buyers turn out to buy for a business, and have a personal manager."""
    if CompanyPerson.objects.exists():
        return
    best = Customer.objects.filter(figures__orders__gt=0).order_by("-figures__net_revenue")[: len(BUSINESSES)]
    for number, (customer, (name, role)) in enumerate(zip(best, BUSINESSES, strict=False)):
        company = Company.objects.create(name=name, country="BG", registration_number=f"00000{1040 + number}")
        CompanyPerson.objects.create(company=company, customer=customer, role=role)
        Customer.objects.filter(pk=customer.pk).update(account_manager=manager)
