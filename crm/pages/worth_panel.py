"""On a customer's page: what they are worth, how far they came, and whether they may stop buying, each with its why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from crm import company
from crm.campaigns.playbooks import AT_RISK
from crm.colleagues import own_shops
from crm.customer_page import Panel, Visit
from crm.models import CustomerWorth, RiskLevel, Valuation
from crm.words.wording import money, near, number, short_day
from crm.worth.categories import Category
from crm.worth.figures.foreseen import why_not_foreseen

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
class Brought:
    """What somebody has brought so far, as the company declares it, and why it is told otherwise, where it is."""

    name: str
    amount: str
    why: str = ""


@dataclass(frozen=True)
class Told:
    """What the template shows of a customer's worth."""

    its: CustomerWorth
    since: str
    advice: Promise | str
    to_come: str
    risk_mood: str
    reasons: list[str]
    brought: Brought | None


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
        brought=brought(its) if its.currency else None,
    )
    title = pgettext("customer", "How things stand")
    context = {
        "told": told,
        "as_of": short_day(its.as_of, visit.today),
        "counted": _counted(its, visit),
        "plan": _plan(its, visit),
    }
    return Panel(title=title, template="crm/customer/_worth.html", context=context)


def brought(its: CustomerWorth) -> Brought:
    """Margin where the company counts by it and the cost of everything they bought is known, else net revenue."""
    if company.current().counts_margin and its.margin is not None:
        return Brought(_("Margin so far"), money(its.margin, its.currency))
    revenue = Brought(_("Net revenue so far"), money(its.historic_value, its.currency))
    if company.current().counts_margin and its.orders:
        return replace(revenue, why=_("Not the margin: the cost of some goods is not known."))
    return revenue


def _plan(its: CustomerWorth, visit: Visit) -> str:
    """The way to a plan that keeps customers like this one, where they may stop buying."""
    if its.risk not in AT_RISK or not its.category or not visit.reader.has_perm("crm.add_campaign"):
        return ""
    return f"{reverse('campaigns:new')}?{urlencode({'playbook': its.category})}"


def _counted(its: CustomerWorth, visit: Visit) -> str:
    return near(its.counted_at, visit.at) if its.counted_at else ""


def _to_come(its: CustomerWorth) -> str:
    valuation = Valuation.objects.filter(as_of=its.as_of).first()
    if valuation is None or not its.purchase_days:
        return ""
    if its.expected_purchases is None:
        return why_not_foreseen(valuation)
    words = {"purchases": number(its.expected_purchases, 1), "days": number(valuation.horizon_days)}
    if its.expected_value is None:
        return _("%(purchases)s purchases in the next %(days)s days") % words
    words["money"] = money(its.expected_value, its.currency)
    return _("%(purchases)s purchases for %(money)s in the next %(days)s days") % words


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
