"""What a kind of campaign is: its terms, what it costs, who cannot be reached by it, and the deed for one person. ⟡"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.campaigns.errors import UnfinishedCampaign
from crm.errors import Fault
from crm.facts import CampaignReached, Fact
from crm.models import Campaign, Customer

Words = str | Promise
Terms = Mapping[str, Any]

SOURCE = "campaign"
ERASED, ALREADY, BUDGET, FAULT = "erased", "already", "budget", "fault"
COMMON_REASONS: Mapping[str, Words] = {
    ERASED: _("the person was erased"),
    ALREADY: _("they turned out to be somebody who is in it already"),
    BUDGET: _("the budget is used up"),
    FAULT: _("something broke on our side: it stands in the log"),
}


@dataclass(frozen=True, kw_only=True)
class Price:
    """What one person costs: as a rule (`usual`), and at the most. `most` is None where nothing bounds it."""

    usual: Decimal = Decimal(0)
    most: Decimal | None = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Doing:
    """One person's turn. `person` is locked; `key` is theirs in this campaign, for whatever is done once per key."""

    campaign: Campaign
    terms: Terms
    person: Customer
    key: str
    at: datetime


class CampaignKind(ABC):
    """`needs`: permissions that whoever starts it must have besides."""

    name: ClassVar[str]
    label: ClassVar[Words]
    explained: ClassVar[Words]
    needs: ClassVar[Sequence[str]] = ()
    reasons: ClassVar[Mapping[str, Words]] = {}

    @abstractmethod
    def fields(self) -> Mapping[str, forms.Field]:
        """What is asked for, in this order."""

    def faults(self, terms: Terms) -> Mapping[str, Words]:
        """What is wrong over and above its fields: field → words."""
        return {}

    @abstractmethod
    def said(self, terms: Terms) -> Sequence[Words]:
        """What will be done for each person, in sentences."""

    def price(self, terms: Terms, *, at: datetime) -> Price:
        """In the company's currency."""
        return Price()

    def unreachable(self, people: Collection[int], terms: Terms, *, at: datetime) -> Mapping[int, str]:
        """For whom of these nothing could be done now: person → code of the reason. A fixed number of queries."""
        return {}

    @abstractmethod
    def do(self, doing: Doing) -> str:
        """Do it for one person, in the caller's transaction; answers the code of why it could not be, or nothing."""

    def fact(self, doing: Doing) -> Fact:
        """What stands on their timeline once it is done."""
        return CampaignReached(campaign_name=doing.campaign.name)

    def stop(self, campaign: Campaign, *, at: datetime) -> int:
        """It was cancelled: take back what has not left the house yet; answers of how many people."""
        return 0


class TermsForm(forms.Form):
    """The terms of one kind as a form, and the check of those that a shop's system sends."""

    def __init__(self, kind: CampaignKind, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.kind = kind
        self.fields.update(kind.fields())

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if not self.errors:
            for field, words in self.kind.faults(told).items():
                self.add_error(field, str(words))
        return told


def read(kind: CampaignKind, terms: Terms) -> dict[str, Any]:
    """The terms in the form in which they are kept.

    Raises:
        UnfinishedCampaign: with a pointer to each term that is wrong.
    """
    form = TermsForm(kind, dict(terms))
    unknown = [
        Fault(pointer=f"/terms/{name}", detail=_("There is no such term."))
        for name in terms.keys() - form.fields
    ]
    wrong = [
        Fault(pointer=f"/terms/{name}", detail=str(error))
        for name, errors in form.errors.items()
        for error in errors
    ]
    if unknown or wrong:
        raise UnfinishedCampaign(*unknown, *wrong)
    return dict(form.cleaned_data)
