"""What stands on the managers' dashboard, page by page, in this order: see crm.dashboards.dashboard."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from crm import shop_tiles, tiles
from crm.dashboards.dashboard import FigureSource, Page
from crm.rollups import tiles as rollups
from crm.worth.figures import (
    categories,
    churn,
    kinds,
    outcome_board,
    retention,
    risks,
    scores,
    stages,
    value,
)
from loyalty import member_tiles as members
from loyalty import tiles as loyalty
from support import part_tiles as parts
from support import tiles as support
from support.bot import tiles as bot
from surveys import shop_tiles as surveys_by_shop
from surveys import tiles as surveys

OVERVIEW: Sequence[FigureSource] = (
    tiles.net_revenue,
    tiles.orders,
    tiles.customers,
    tiles.repeat_customers,
    churn.stopped_buying,
    categories.silent_customers,
    loyalty.ledger_proved,
    rollups.figures_checked,
    support.first_answers,
    support.first_contact,
    surveys.recommendation,
    surveys.satisfaction,
    surveys.ease,
)

CUSTOMERS: Sequence[FigureSource] = (
    tiles.customers,
    tiles.repeat_customers,
    value.from_those_who_come_again,
    retention.cohort_retention,
    retention.coming_back_by_channel,
    churn.stopped_buying,
    churn.stopped_buying_by_tier,
    categories.silent_customers,
    categories.categories,
    stages.stages,
    risks.at_risk,
    scores.recency_and_frequency,
    value.worth_so_far,
    value.worth_to_come,
    kinds.kinds_of_loyalty,
    kinds.preferred_channels,
    members.came_by_a_friend,
    outcome_board.members_beside_others,
)

SUPPORT: Sequence[FigureSource] = (
    support.first_answers,
    support.each_answer,
    support.resolution,
    support.first_contact,
    support.reopened,
    support.handling,
    bot.handled,
    parts.first_answers_by_channel,
    parts.first_answers_by_colleague,
)

SHOPS: Sequence[FigureSource] = (
    shop_tiles.revenue_by_shop,
    shop_tiles.orders_by_shop,
    parts.first_answers_by_shop,
    surveys_by_shop.recommendation_by_shop,
    surveys_by_shop.satisfaction_by_shop,
)

PAGES: Sequence[Page] = (
    Page(
        slug="overview",
        label=_("Overview"),
        sources=OVERVIEW,
        nothing=_("Here will stand how sales, customers, service and feedback go."),
    ),
    Page(
        slug="customers",
        label=_("Customers"),
        sources=CUSTOMERS,
        nothing=_("Here will stand who comes back, who goes silent, and what customers are worth."),
    ),
    Page(
        slug="programme",
        label=_("Programme"),
        url_name="programme:home",
        permission="loyalty.view_rule",
    ),
    Page(
        slug="support",
        label=_("Support"),
        sources=SUPPORT,
        nothing=_("Here will stand how soon customers are answered and how well they are helped."),
    ),
    Page(slug="feedback", label=_("Feedback"), url_name="feedback-report:home"),
    Page(
        slug="shops",
        label=_("Shops"),
        sources=SHOPS,
        nothing=_("Here will stand how the shops compare: their sales, answers and feedback."),
    ),
)
