"""Points pay in a shop's own cart. ⟡ One file, one vendor; to add one, write its file and its line here.

What people and orders are is heard by `crm.connectors`; here a vendor is told to make a code that takes points' worth
off a cart, and to take it back. Codes are spelt so that a reader of orders knows them: see crm.connectors.point_codes.
"""

from __future__ import annotations

from collections.abc import Mapping

from loyalty.connectors.base import CodeMaker, CodeNotMade, CodeWanted, MayNotMakeCodes
from loyalty.connectors.shopify import ShopifyCodes
from loyalty.connectors.woocommerce import WooCommerceCodes

_LISTED: tuple[CodeMaker, ...] = (WooCommerceCodes(), ShopifyCodes())
MAKERS: Mapping[str, CodeMaker] = {maker.name: maker for maker in _LISTED}

__all__ = ["MAKERS", "CodeMaker", "CodeNotMade", "CodeWanted", "MayNotMakeCodes"]
