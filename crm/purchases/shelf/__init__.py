"""What a shop's own system says of its goods, their prices and stock is kept, and the catalogue is made of it.

What was said is kept first (`keeping`), item by item, each with the moment at which it was so: older news never
overwrites newer, so that files may come in any order, twice, or in parts. `settle` then makes products and offerings of
what stands.
"""

from crm.purchases.shelf.keeping import tell, withdraw_unseen
from crm.purchases.shelf.settling import settle
from crm.purchases.shelf.told import (
    GroupTold,
    ItemTold,
    OfferTold,
    PriceListTold,
    PriceTold,
    StockTold,
    Told,
    WarehouseTold,
    code_of,
)

__all__ = [
    "GroupTold",
    "ItemTold",
    "OfferTold",
    "PriceListTold",
    "PriceTold",
    "StockTold",
    "Told",
    "WarehouseTold",
    "code_of",
    "settle",
    "tell",
    "withdraw_unseen",
]
