"""What Lipa sells: things whose names read the same to everybody, with their prices and their seasons."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class Article:
    """`appeal` says how often it lands in a basket next to others; `unit_cost` is None where nobody wrote it down."""

    sku: str
    name: str
    section: str
    shelf: str
    price: Decimal
    unit_cost: Decimal | None
    appeal: int
    season: str = ""


# How much more (or less) each season's goods are wanted, by month from January.
SEASONS = {
    "winter": (1.7, 1.5, 1.1, 0.7, 0.5, 0.3, 0.3, 0.3, 0.7, 1.2, 1.6, 2.0),
    "summer": (0.3, 0.4, 0.7, 1.1, 1.5, 1.9, 2.0, 1.8, 1.0, 0.6, 0.3, 0.3),
    "march": (0.8, 1.6, 2.4, 1.0, 1.0, 0.8, 0.7, 0.7, 0.8, 0.8, 1.0, 1.4),
    "gift": (0.5, 1.0, 1.4, 0.8, 0.9, 0.7, 0.5, 0.6, 0.8, 0.9, 1.8, 3.2),
}

# shelf | name | price | cost ("-": not known) | appeal | season
_SHELVES = {
    ("Tea", "Black tea"): """
        Assam Golden Tip, 100 g|9.80|4.10|9|
        Darjeeling First Flush, 50 g|12.40|6.20|5|
        Ceylon Uva, 100 g|7.60|2.90|8|
        Earl Grey Bergamot, 100 g|8.20|3.20|12|
        Keemun Panda, 100 g|10.90|4.80|4|
        Lapsang Souchong, 75 g|9.40|-|3|winter
        English Breakfast, 50 bags|6.40|2.30|9|
        Winter Orange and Cinnamon, 100 g|8.90|3.40|8|winter
    """,
    ("Tea", "Green tea"): """
        Sencha Kagoshima, 75 g|11.20|5.30|7|
        Gunpowder Temple, 100 g|6.90|2.50|6|
        Jasmine Pearls, 50 g|13.80|6.70|5|
        Genmaicha, 100 g|8.60|3.60|4|
        Matcha Uji, 30 g|21.50|11.90|6|
        Long Jing, 50 g|16.90|-|3|
        Moroccan Mint, 100 g|7.80|2.80|6|summer
    """,
    ("Tea", "Oolong and pu-erh"): """
        Tie Guan Yin, 50 g|12.90|6.10|5|
        Milk Oolong, 50 g|11.60|5.40|7|
        Da Hong Pao, 50 g|18.40|9.20|3|
        Shu Pu-erh Tuocha, 100 g|14.20|6.60|4|winter
        Sheng Pu-erh 2016, cake 200 g|39.00|-|1|
    """,
    ("Tea", "Herbs"): """
        Mursala Mountain Tea, 40 g|5.90|1.90|12|
        Linden Blossom, 50 g|4.80|1.40|11|winter
        Thyme and Honey Clover, 50 g|5.20|1.60|6|winter
        Rosehip and Hibiscus, 100 g|5.60|1.80|8|winter
        Rooibos Vanilla, 100 g|7.20|2.70|6|
        Chamomile Flowers, 40 g|4.60|1.30|8|
        Lemon Balm, 40 g|4.60|1.30|5|
        Iced Peach and Verbena, 100 g|7.40|2.60|5|summer
        Elderflower Cooler, 80 g|6.80|2.40|4|summer
    """,
    ("Cosmetics", "Face"): """
        Rosa Damascena Water, 200 ml|8.90|3.10|12|march
        Rose Day Cream, 50 ml|17.80|6.90|8|march
        Linden Night Cream, 50 ml|19.40|7.80|6|
        Green Tea Cleansing Foam, 150 ml|11.20|4.20|7|
        Clay and Sage Mask, 75 ml|12.60|4.70|5|
        Vitamin C Serum, 30 ml|24.90|10.80|6|
        Rosehip Seed Oil, 30 ml|15.40|6.20|5|winter
        Sun Fluid SPF 50, 50 ml|18.60|8.10|6|summer
        Lip Balm Honey|3.90|1.10|13|winter
    """,
    ("Cosmetics", "Hands and body"): """
        Rose Hand Cream, 75 ml|6.40|2.10|14|winter
        Lavender Body Milk, 250 ml|12.80|4.60|7|
        Linden Shower Gel, 250 ml|7.90|2.60|9|
        Salt and Mint Scrub, 300 g|13.40|5.10|5|summer
        Yoghurt Body Butter, 200 ml|14.20|-|5|winter
        After Sun Gel with Aloe, 200 ml|9.80|3.40|5|summer
        Shea Foot Balm, 100 ml|8.40|2.90|4|
        Bath Salts Black Sea, 500 g|9.20|2.80|6|winter
    """,
    ("Cosmetics", "Hair"): """
        Nettle Shampoo, 250 ml|8.60|2.90|8|
        Chamomile Shampoo, 250 ml|8.60|2.90|6|
        Argan Hair Oil, 50 ml|14.90|6.40|5|
        Rosemary Tonic, 100 ml|10.40|3.60|5|
        Solid Shampoo Lavender, 60 g|7.80|2.70|5|
    """,
    ("Cosmetics", "Soap"): """
        Rose Soap, 100 g|4.20|1.20|11|march
        Lavender Soap, 100 g|4.20|1.20|9|
        Olive Soap, 120 g|4.60|1.40|7|
        Linden and Honey Soap, 100 g|4.40|1.30|8|winter
        Goat Milk Soap, 100 g|5.20|1.90|5|
    """,
    ("Gifts", "For the table"): """
        Glass Teapot, 600 ml|24.80|11.20|5|gift
        Cast Iron Teapot, 800 ml|46.00|24.50|2|gift
        Gaiwan White, 120 ml|14.60|5.80|3|gift
        Double Wall Glasses, set of 2|18.90|8.30|5|gift
        Troyan Ceramic Mug|12.40|5.20|7|gift
        Bamboo Whisk and Bowl|22.60|10.10|3|gift
        Tea Strainer with Stand|8.90|3.30|6|
        Tea Tin, 150 g|6.80|2.60|6|
    """,
    ("Gifts", "Sweet"): """
        Acacia Honey, 400 g|8.40|4.20|9|winter
        Linden Honey, 400 g|8.80|4.40|10|winter
        Rose Petal Jam, 230 g|6.20|2.40|8|march
        Fig Jam, 230 g|5.80|2.30|5|
        Dark Chocolate with Tea, 80 g|5.40|2.20|9|gift
        Lokum with Rose, 250 g|5.90|2.00|7|gift
        Halva with Walnuts, 300 g|6.40|-|4|
        Ginger Biscuits, 200 g|4.90|1.70|8|winter
    """,
    ("Gifts", "Candles and home"): """
        Soy Candle Linden, 180 g|16.40|6.10|6|gift
        Soy Candle Winter Spice, 180 g|16.40|6.10|6|gift
        Room Mist Lavender, 100 ml|11.80|4.20|4|
        Lavender Pillow|7.60|2.50|5|gift
        Linen Tea Towel|9.40|3.90|4|gift
    """,
    ("Gifts", "Boxes"): """
        Gift Box "Two Cups"|29.00|13.60|5|gift
        Gift Box "Rose Valley"|34.00|15.20|6|march
        Gift Box "Winter Evening"|38.00|17.40|6|winter
        Gift Box "Little Thanks"|14.50|6.20|8|gift
        Tea Calendar, 24 days|32.00|14.80|3|winter
        Gift Wrapping|2.00|0.60|10|gift
    """,
}


def _articles() -> tuple[Article, ...]:
    found = []
    for number, ((section, shelf), lines) in enumerate(_SHELVES.items(), start=1):
        for position, line in enumerate(filter(None, map(str.strip, lines.splitlines())), start=1):
            name, price, cost, appeal, season = line.split("|")
            found.append(
                Article(
                    sku=f"LP-{number:02d}{position:02d}",
                    name=name,
                    section=section,
                    shelf=shelf,
                    price=Decimal(price),
                    unit_cost=None if cost == "-" else Decimal(cost),
                    appeal=int(appeal),
                    season=season,
                )
            )
    return tuple(found)


ARTICLES = _articles()
BY_NAME = {article.name: article for article in ARTICLES}


def wanted(article: Article, month: int) -> float:
    """The weight of an article in a basket of that month (1–12)."""
    return article.appeal * (SEASONS[article.season][month - 1] if article.season else 1.0)
