"""On a customer's page: why they come back, what it is read from, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.colleagues import own_shops
from crm.customer_page import Panel, Visit
from crm.models import CustomerLoyalty, LoyaltyKind
from crm.words.wording import number

Inputs: TypeAlias = Mapping[str, float | None]

SENTENCES: Mapping[str, Promise] = {
    LoyaltyKind.RATIONAL: gettext_lazy("Comes back when there is something to save."),
    LoyaltyKind.EMOTIONAL: gettext_lazy("Comes back because of liking it here."),
    LoyaltyKind.BEHAVIOURAL: gettext_lazy("Comes back out of habit."),
    "": gettext_lazy("Why this customer comes back cannot be said yet: none of the three is strong."),
}
ADVICE: Mapping[str, Promise] = {
    LoyaltyKind.RATIONAL: gettext_lazy(
        "Tie the saving to coming back: points and a higher tier, rather than one more discount."
    ),
    LoyaltyKind.EMOTIONAL: gettext_lazy("Give thanks in person, and offer a reason to bring a friend."),
    LoyaltyKind.BEHAVIOURAL: gettext_lazy(
        "Keep the habit easy: a reminder when their usual day comes, and the usual goods in stock."
    ),
    "": gettext_lazy("Ask after the next purchase how it was."),
}
# Spread of the gaps between purchases: below the first regular, below the second fairly so.
REGULAR, FAIRLY = 0.3, 0.6


@dataclass(frozen=True)
class Told:
    """What the template shows: the kinds in the order of their scores."""

    sentence: Promise
    advice: Promise
    kinds: list[tuple[str, int, bool]]
    inputs: list[str]


def coming_back(visit: Visit) -> Panel | None:
    """Counted over all shops: for those who see every shop. Nothing of those who bought nothing."""
    its: CustomerLoyalty | None = getattr(visit.customer, "loyalty", None)
    may = visit.reader.has_perm("crm.view_customerloyalty") and own_shops.sees_every_shop(visit.reader)
    if its is None or not may or visit.customer.erased_at:
        return None
    scores = [(kind, getattr(its, kind)) for kind in LoyaltyKind]
    told = Told(
        sentence=SENTENCES[its.dominant],
        advice=ADVICE[its.dominant],
        kinds=[
            (str(kind.label), score, kind == its.dominant)
            for kind, score in sorted(scores, key=lambda one: -one[1])
        ],
        inputs=list(_aloud(its.inputs)),
    )
    return Panel(
        title=_("Why they come back"), template="crm/customer/_coming_back.html", context={"told": told}
    )


def _aloud(inputs: Inputs) -> Iterator[str]:
    """A sentence of each input that is known."""
    for name, sentence in INPUTS.items():
        if (value := inputs.get(name)) is not None and (words := sentence(value, inputs)):
            yield words


def _benefits(found: float, inputs: Inputs) -> str:
    return ngettext(
        "%(found)s of %(orders)s order bought with a discount, a coupon or points.",
        "%(found)s of %(orders)s orders bought with a discount, a coupon or points.",
        round(inputs.get("orders") or 0),
    ) % {"found": number(found), "orders": number(inputs.get("orders") or 0)}


def _recommends(found: float, _inputs: Inputs) -> str:
    return _("Would recommend you: %(score)s of 10.") % {"score": number(found)}


def _friends(found: float, _inputs: Inputs) -> str:
    words = ngettext(
        "Brought %(count)s friend who bought.", "Brought %(count)s friends who bought.", round(found)
    )
    return words % {"count": number(found)} if found else ""


def _good_words(found: float, _inputs: Inputs) -> str:
    words = ngettext("%(count)s good review.", "%(count)s good reviews.", round(found))
    return words % {"count": number(found)} if found else ""


def _bad_words(found: float, _inputs: Inputs) -> str:
    words = ngettext("%(count)s bad review.", "%(count)s bad reviews.", round(found))
    return words % {"count": number(found)} if found else ""


def _rhythm(found: float, inputs: Inputs) -> str:
    days = {"days": _days(inputs.get("usual_gap") or 0)}
    if found < REGULAR:
        return _("Buys regularly: half of the gaps between purchases are no longer than %(days)s.") % days
    if found < FAIRLY:
        return (
            _("Buys fairly regularly: half of the gaps between purchases are no longer than %(days)s.") % days
        )
    return _("Buys without a rhythm: half of the gaps between purchases are no longer than %(days)s.") % days


def _tenure(found: float, _inputs: Inputs) -> str:
    return _("From the first purchase to the latest: %(days)s.") % {"days": _days(found)} if found else ""


def _days(count: float) -> str:
    return ngettext("%(count)s day", "%(count)s days", round(count)) % {"count": number(count)}


INPUTS: Mapping[str, Callable[[float, Inputs], str]] = {
    "with_benefit": _benefits,
    "recommends": _recommends,
    "friends": _friends,
    "good_words": _good_words,
    "bad_words": _bad_words,
    "spread": _rhythm,
    "tenure_days": _tenure,
}
