"""What a shop already runs, plugged in. ⟡ One module, one vendor; to add one, write its module and its line.

Read in this order: base (what a connector is, and what it may say), values (how it reads numbers, moments and texts),
inbox (proved and kept, all that happens while the shop waits), landing (made into customers, orders, returns and goods,
in whatever order the news comes), rounds (a system asked, page by page) with what they are for: backfill, reconciling.
"""

from __future__ import annotations

from collections.abc import Mapping

from crm.connectors.base import Connector
from crm.connectors.mapped import AnyJson
from crm.connectors.one_c import OneC
from crm.connectors.shopify import Shopify
from crm.connectors.woocommerce import WooCommerce

_LISTED: tuple[Connector, ...] = (WooCommerce(), Shopify(), OneC(), AnyJson())
CONNECTORS: Mapping[str, Connector] = {connector.name: connector for connector in _LISTED}

__all__ = ["CONNECTORS", "Connector"]
