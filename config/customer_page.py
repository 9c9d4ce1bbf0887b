"""What stands on a customer's page, in this order: see crm.customer_page."""

from collections.abc import Sequence

from crm.customer_page import BadgeSource, NoticeSource, PanelSource, TileSource
from crm.pages import customer_figures, customer_panels, revealing, task_panel

NOTICES: Sequence[NoticeSource] = (customer_panels.late_parcel,)

BADGES: Sequence[BadgeSource] = (customer_panels.identities, customer_panels.preferences)

TILES: Sequence[TileSource] = (
    customer_figures.net_revenue_in_a_year,
    customer_figures.purchase_rhythm,
    customer_figures.last_order,
    customer_figures.returns,
)

PANELS: Sequence[PanelSource] = (
    revealing.how_to_reach,
    task_panel.tasks,
    customer_panels.orders,
    customer_panels.returns,
    customer_panels.looked_after_by,
    customer_panels.companies,
    customer_panels.addresses,
)
