"""How the model of what is to come did on the past, or why it is not used: in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from crm.dashboards.tile_words import signed
from crm.measures.expected_purchases import FEWEST
from crm.models import Valuation
from crm.words.wording import number, percent


def backtest_said(its: Valuation) -> str:
    """“On the hidden 90 days it was off by −4 %.”"""
    fact = its.backtest_fact or 0
    off = (its.backtest_forecast or 0) / fact - 1 if fact else 0.0
    return _(
        "on the last %(days)s days, hidden from it, it was off by %(off)s (%(foreseen)s purchases of %(made)s)"
    ) % {
        "days": number(its.horizon_days),
        "off": signed(off, lambda size: percent(size, fact)),
        "foreseen": number(round(its.backtest_forecast or 0)),
        "made": number(fact),
    }


def why_not_foreseen(valuation: Valuation) -> str:
    """The sentence for a company whose customers cannot be foreseen: scores have to do."""
    days = number(valuation.horizon_days)
    if valuation.why_not == Valuation.WhyNot.FEW:
        return _(
            "Not foreseen: that needs %(needed)s customers who bought before the last %(days)s days. Until then, the"
            " scores tell whom to look after."
        ) % {"needed": number(FEWEST), "days": days}
    if valuation.why_not == Valuation.WhyNot.BACKTEST and valuation.backtest_fact:
        share = (valuation.backtest_forecast or 0) / valuation.backtest_fact
        return _(
            "Not foreseen: tried on the last %(days)s days, the forecast came to %(share)s of what was bought."
        ) % {"share": percent(share, valuation.backtest_fact), "days": days}
    return _("Not foreseen: your customers' purchases do not follow the model well enough.")
