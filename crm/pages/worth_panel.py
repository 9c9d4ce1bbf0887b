"""On a customer's page: what they are worth, how far they came, and whether they may stop buying, each with its why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.colleagues import own_shops
from crm.customer_page import Panel, Visit
from crm.measures.expected_purchases import FEWEST
from crm.models import CustomerWorth, RiskLevel, Valuation
from crm.words.wording import money, number, percent, short_day
from crm.worth.categories import Category

MOODS = {RiskLevel.LOW: "good", RiskLevel.RAISED: "warn", RiskLevel.HIGH: "bad", RiskLevel.GONE: "bad"}

ADVICE: Mapping[str, Promise] = {
    Category.STAR: gettext_lazy(
        "Brings much and keeps buying: give thanks in person and invite to special events."
    ),
    Category.PRODUCTIVE: gettext_lazy("Keeps buying: a card and a well-chosen offer fit."),
    Category.QUESTION: gettext_lazy(
        "Buying here is no habit, or no habit any more: a special offer may help."
    ),
    Category.TRUST: gettext_lazy("Much came back: find out what went wrong before you offer anything."),
}


@dataclass(frozen=True)
class Told:
    """What the template shows of a customer's worth."""

    its: CustomerWorth
    since: str
    advice: Promise | str
    to_come: str
    risk_mood: str
    reasons: list[str]


def worth(visit: Visit) -> Panel | None:
    """Counted over all shops: for those who see every shop. Nothing before the first night."""
    its: CustomerWorth | None = getattr(visit.customer, "worth", None)
    may = visit.reader.has_perm("crm.view_customerworth") and own_shops.sees_every_shop(visit.reader)
    if its is None or not may or visit.customer.erased_at:
        return None
    told = Told(
        its=its,
        since=short_day(its.stage_since, visit.today) if its.stage_since else "",
        advice=ADVICE.get(its.category, ""),
        to_come=_to_come(its),
        risk_mood=MOODS.get(RiskLevel(its.risk), "") if its.risk else "",
        reasons=[REASONS[code](found, usual) for code, found, usual in its.risk_reasons],
    )
    title = _("How things stand")
    as_of = short_day(its.as_of, visit.today)
    return Panel(title=title, template="crm/customer/_worth.html", context={"told": told, "as_of": as_of})


def _to_come(its: CustomerWorth) -> str:
    valuation = Valuation.objects.filter(as_of=its.as_of).first()
    if valuation is None or not its.purchase_days:
        return ""
    if its.expected_purchases is None:
        return _why_not(valuation)
    words = {"purchases": number(its.expected_purchases, 1), "days": number(valuation.horizon_days)}
    if its.expected_value is None:
        return _("%(purchases)s purchases in the next %(days)s days") % words
    words["money"] = money(its.expected_value, its.currency)
    return _("%(purchases)s purchases for %(money)s in the next %(days)s days") % words


def _why_not(valuation: Valuation) -> str:
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


def _days(count: float) -> str:
    return ngettext("%(count)s day", "%(count)s days", round(count)) % {"count": number(count)}


def _gone(found: float, usual: float) -> str:
    return _("Nothing bought for %(found)s; after %(usual)s a customer counts as lost.") % {
        "found": _days(found),
        "usual": _days(usual),
    }


def _silent(found: float, usual: float) -> str:
    return _("Silent for %(found)s; nine of ten gaps are no longer than %(usual)s.") % {
        "found": _days(found),
        "usual": _days(usual),
    }


def _late(found: float, usual: float) -> str:
    return _("%(found)s since the last purchase; nine of ten gaps are no longer than %(usual)s.") % {
        "found": _days(found),
        "usual": _days(usual),
    }


def _slower(found: float, usual: float) -> str:
    return _("Buys less often: %(found)s with purchases lately, %(usual)s in the same time before.") % {
        "found": _days(found),
        "usual": _days(usual),
    }


def _few_expected(found: float, usual: float) -> str:
    return _("Hardly a purchase is to be expected in the next %(usual)s.") % {"usual": _days(usual)}


def _returns(found: float, usual: float) -> str:
    return ngettext(
        "%(found)s return of %(usual)s orders.", "%(found)s returns of %(usual)s orders.", round(found)
    ) % {
        "found": number(found),
        "usual": number(usual),
    }


REASONS: Mapping[str, Callable[[float, float], str]] = {
    "gone": _gone,
    "silent": _silent,
    "late": _late,
    "slower": _slower,
    "few_expected": _few_expected,
    "returns": _returns,
}
