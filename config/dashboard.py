"""What stands on the managers' dashboard, in this order: see crm.dashboards.dashboard."""

from collections.abc import Sequence

from crm import tiles
from crm.dashboards.dashboard import FigureSource
from loyalty import tiles as loyalty
from support import tiles as support
from support.bot import tiles as bot
from surveys import tiles as surveys

FIGURES: Sequence[FigureSource] = (
    tiles.net_revenue,
    tiles.orders,
    tiles.customers,
    tiles.repeat_customers,
    loyalty.ledger_proved,
    support.first_answers,
    support.each_answer,
    support.resolution,
    support.first_contact,
    support.reopened,
    support.handling,
    bot.handled,
    surveys.recommendation,
    surveys.satisfaction,
    surveys.ease,
)
