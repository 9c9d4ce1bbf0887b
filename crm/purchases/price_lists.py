"""By which price list a company buys, what goods cost there, how many there are, and whether it can be relied on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from django.db import transaction
from django.db.models import F, Prefetch, Q, QuerySet

from crm.models import Agreement, Company, ItemStock, PriceFeed, PriceList, ShelfItem, Shop

PAUSES_KEPT = 9
FEWEST_PAUSES = 3
# Until its own rhythm is known.
ASSUMED_PAUSE = timedelta(hours=1)
SHORTEST_PAUSE = timedelta(minutes=1)
# So many usual pauses without a word: something is broken.
STALE_AFTER = 3


@dataclass(frozen=True, kw_only=True)
class Freshness:
    """When a shop's prices and stock were last brought to the end (None: never), and whether that is too long ago."""

    as_of: datetime | None
    is_stale: bool


@transaction.atomic
def note_heard(shop: Shop, *, is_first: bool, at: datetime) -> None:
    """A shop's system told everything it wanted to. `is_first`: for the first time in this exchange."""
    feed, is_new = PriceFeed.objects.select_for_update().get_or_create(shop=shop, defaults={"heard_at": at})
    if is_new:
        return
    if is_first:
        pause = round((at - feed.heard_at).total_seconds())
        feed.pauses = [*feed.pauses, max(pause, 0)][-PAUSES_KEPT:]
    feed.heard_at = max(feed.heard_at, at)
    feed.save()


def freshness(shop: Shop, *, at: datetime) -> Freshness:
    """Stale: silent for three times as long as usual. One query."""
    feed = PriceFeed.objects.filter(shop=shop).first()
    if feed is None:
        return Freshness(as_of=None, is_stale=False)
    return Freshness(
        as_of=feed.heard_at, is_stale=at - feed.heard_at > STALE_AFTER * usual_pause(feed.pauses)
    )


def usual_pause(pauses: Sequence[int]) -> timedelta:
    if len(pauses) < FEWEST_PAUSES:
        return ASSUMED_PAUSE
    return max(timedelta(seconds=median(pauses)), SHORTEST_PAUSE)


def agreement_of(company: Company, *, shop: Shop, on: date) -> Agreement | None:
    """The one by which a company buys in a shop on a day: of several in force, the one that began last."""
    found = Agreement.objects.in_force(on).filter(company=company, price_list__shop=shop)
    return found.select_related("price_list").order_by("-starts_on", "-pk").first()


def agreements_of(company: Company, *, on: date) -> list[Agreement]:
    """The ones by which a company buys on a day, one for each shop that it has any in."""
    found = Agreement.objects.in_force(on).filter(company=company).select_related("price_list__shop")
    by_shop: dict[int, Agreement] = {}
    for one in found.order_by("-starts_on", "-pk"):
        by_shop.setdefault(one.price_list.shop_id, one)
    return sorted(by_shop.values(), key=lambda one: str(one.price_list.shop))


def items_of(price_list: PriceList, *, words: str = "") -> QuerySet[ShelfItem]:
    """What is sold by a price list, with its `price`, `price_as_of` and stock. Two queries for a page.

    All of `words` stand in the name; or they are the beginning of the code, or the barcode.
    """
    found = ShelfItem.objects.filter(
        shop=price_list.shop_id, withdrawn_at=None, details_as_of__isnull=False, prices__price_list=price_list
    )
    if asked := words.strip():
        named = Q()
        for word in asked.split():
            named &= Q(name__icontains=word)
        found = found.filter(named | Q(article__istartswith=asked) | Q(barcode=asked))
    stock = ItemStock.objects.select_related("warehouse").order_by("warehouse__name", "pk")
    return found.annotate(price=F("prices__price"), price_as_of=F("prices__as_of")).prefetch_related(
        Prefetch("stock", stock)
    )
