from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy, ngettext

from crm.campaigns.kinds.base import CampaignKind, Doing, Price, Terms, Words
from crm.facts import Fact
from crm.words.wording import number
from loyalty.facts import PointsGivenInCampaign
from loyalty.points import adjustment, goodwill_for_many

NO_ACCOUNT = "no-account"
MOST_POINTS = 100_000


class PointsKind(CampaignKind):
    """Points that can be spent at once and expire as others do. They cost what the programme says a point is worth."""

    name = "points"
    label = gettext_lazy("Points")
    explained = gettext_lazy(
        "Everybody with an account is given points that can be spent at once and expire as all points do."
    )
    needs = (adjustment.MAY_ASK,)
    reasons = {NO_ACCOUNT: gettext_lazy("no account of points")}

    def fields(self) -> Mapping[str, forms.Field]:
        return {
            "points": forms.IntegerField(
                label=gettext_lazy("Points for each"), min_value=1, max_value=MOST_POINTS
            )
        }

    def said(self, terms: Terms) -> Sequence[Words]:
        words = ngettext(
            "{points} point for each person.", "{points} points for each person.", terms["points"]
        )
        return [words.format(points=number(terms["points"]))]

    def price(self, terms: Terms, *, at: datetime) -> Price:
        its = goodwill_for_many.price(terms["points"], at=at)
        return Price(usual=its.amount, most=its.amount) if its else Price()

    def unreachable(self, people: Collection[int], terms: Terms, *, at: datetime) -> Mapping[int, str]:
        members = goodwill_for_many.members_among(people, at=at)
        return {person: NO_ACCOUNT for person in people if person not in members}

    def do(self, doing: Doing) -> str:
        is_given = goodwill_for_many.give(
            doing.person,
            points=doing.terms["points"],
            key=f"campaign:{doing.key}",
            why=doing.campaign.name,
            at=doing.at,
        )
        return "" if is_given else NO_ACCOUNT

    def fact(self, doing: Doing) -> Fact:
        return PointsGivenInCampaign(points=doing.terms["points"], campaign_name=doing.campaign.name)
