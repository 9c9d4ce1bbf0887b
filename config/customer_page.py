"""What stands on a customer's page, in this order: see crm.customer_page."""

from collections.abc import Sequence

from crm.customer_page import BadgeSource, Marks, NoticeSource, PanelSource, TileSource
from crm.pages import (
    coming_back_panel,
    customer_figures,
    customer_panels,
    one_person,
    revealing,
    segment_panel,
    task_panel,
    worth_panel,
)
from loyalty import tier_marks
from loyalty.pages import panel
from support.pages import panel as support_panel
from surveys.pages import panel as surveys_panel

NOTICES: Sequence[NoticeSource] = (
    one_person.erased,
    customer_panels.late_parcel,
    one_person.perhaps_the_same,
)

BADGES: Sequence[BadgeSource] = (
    customer_panels.identities,
    customer_panels.preferences,
    one_person.merged_records,
)

TILES: Sequence[TileSource] = (
    customer_figures.net_revenue_in_a_year,
    customer_figures.purchase_rhythm,
    customer_figures.last_order,
    customer_figures.returns,
)

PANELS: Sequence[PanelSource] = (
    revealing.how_to_reach,
    task_panel.tasks,
    worth_panel.worth,
    coming_back_panel.coming_back,
    panel.points,
    support_panel.tickets,
    surveys_panel.answers,
    customer_panels.orders,
    customer_panels.returns,
    customer_panels.looked_after_by,
    segment_panel.segments,
    customer_panels.companies,
    customer_panels.addresses,
    one_person.consents,
    one_person.their_data,
)

# Beside a conversation: enough to answer without leaving it.
PANELS_BESIDE: Sequence[PanelSource] = (
    panel.points,
    customer_panels.orders,
    task_panel.tasks,
    surveys_panel.answers,
    customer_panels.returns,
    revealing.how_to_reach,
)

MARKS: Marks = tier_marks
