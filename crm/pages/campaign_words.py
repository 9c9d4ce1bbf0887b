"""What a campaign's figures say, in sentences: what it could show, what both sides bought, what may be concluded."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.campaigns.foreseeing import Foresight
from crm.campaigns.results import Result, Standing
from crm.campaigns.spending import Spent
from crm.dashboards.tile_words import interval_said, signed
from crm.measures.intervals import FEWEST, Difference, Share, Z
from crm.models import Campaign, CampaignPerson
from crm.words.wording import money, number, percent

Side = CampaignPerson.Side


def visible_said(campaign: Campaign, seen: Foresight) -> list[str]:
    """What effect this audience can show at all."""
    if not campaign.hold_out:
        return [_("Nobody is held out: nothing can be concluded afterwards.")]
    if seen.visible is None:
        return [
            _(
                "At least {fewest} people have to be on each side. With these, nothing can be concluded."
            ).format(fewest=FEWEST)
        ]
    its = seen.visible
    share = Share(its.lately.buyers, its.lately.people)
    return [
        _("In the last {days} days {share} of these people bought.").format(
            days=campaign.horizon_days, share=percent(share.value, share.of)
        ),
        _(
            "These people can show a difference of {points} percentage points in who buys, or of {amount} a person, "
            "or larger: a smaller effect would not be told from chance."
        ).format(points=number(100 * its.share, 1), amount=_amount(its.revenue, campaign.currency)),
    ]


def sides_said(campaign: Campaign, result: Result) -> list[dict[str, Any]]:
    """Both sides as rows: people, buyers with their share and its interval, revenue a person with its interval."""
    sides = [(Side.TREATED, result.treated), (Side.HELD_OUT, result.held_out)]
    return [_side(campaign, side, its) for side, its in sides if its.people]


def concluded(campaign: Campaign, result: Result) -> list[str]:
    """In words, and only what may be concluded."""
    if result.standing == Standing.NOT_COMPARED:
        return [
            _(
                "Nobody was held out, so nothing can be concluded: nobody knows what they would have bought anyway."
            ),
            _("Why nobody was held out: {why}").format(why=campaign.why_no_hold_out),
        ]
    if result.standing == Standing.TOO_EARLY:
        words = ngettext(
            "Too early to conclude anything: it is measured over {days} day from its start.",
            "Too early to conclude anything: it is measured over {days} days from its start.",
            campaign.horizon_days,
        )
        return [words.format(days=campaign.horizon_days)]
    if result.bought is None or result.revenue is None:
        words = _("Too few people to conclude anything: each side needs {fewest} of them at least.")
        return [words.format(fewest=FEWEST)]
    return [_bought(result.bought, result.treated.people), _revenue(result.revenue, campaign.currency)]


def _bought(found: Difference, of: int) -> str:
    values = {
        "points": _points(abs(found.value)),
        "low": _signed_points(found.interval.low),
        "high": _signed_points(found.interval.high),
    }
    if not found.is_change:
        words = _(
            "Who buys: no difference that can be told from chance ({low} to {high} percentage points, 95 %)."
        )
    elif found.value > 0:
        words = _("{points} percentage points more people bought because of it ({low} to {high}, 95 %).")
    else:
        words = _("{points} percentage points fewer people bought because of it ({low} to {high}, 95 %).")
    return words.format(**values)


def _revenue(found: Difference, currency: str) -> str:
    values = {
        "amount": _amount(abs(found.value), currency),
        "low": signed(found.interval.low, lambda size: _amount(size, currency)),
        "high": signed(found.interval.high, lambda size: _amount(size, currency)),
    }
    if not found.is_change:
        words = _("Revenue: no difference that can be told from chance ({low} to {high} a person, 95 %).")
    elif found.value > 0:
        words = _("{amount} more revenue a person because of it ({low} to {high}, 95 %).")
    else:
        words = _("{amount} less revenue a person because of it ({low} to {high}, 95 %).")
    return words.format(**values)


def _side(campaign: Campaign, side: Side, its: Spent) -> dict[str, Any]:
    share = Share(its.buyers, its.people)
    return {
        "side": side.label,
        "people": number(its.people),
        "buyers": number(its.buyers),
        "share": "" if share.is_few else percent(share.value, share.of),
        "share_interval": interval_said(share),
        "mean": "" if share.is_few else _amount(its.group.mean, campaign.currency),
        "mean_interval": () if share.is_few else _reach(its, campaign.currency),
    }


def _reach(its: Spent, currency: str) -> tuple[str, str]:
    reach = Z * its.group.variance_of_mean**0.5
    return _amount(its.group.mean - reach, currency), _amount(its.group.mean + reach, currency)


def _amount(value: float, currency: str) -> str:
    return money(Decimal(f"{value:.2f}"), currency)


def _points(share: float) -> str:
    return number(100 * share, 1)


def _signed_points(share: float) -> str:
    return signed(100 * share, lambda size: number(size, 1))
