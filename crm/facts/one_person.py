"""Two customers are found to be one person, or not after all; a person is told what we know, or forgotten."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.facts.base import Fact, Group

ERASURE_REASONS: dict[str, Promise] = {
    "asked": _("the person asked for it"),
    "consent_withdrawn": _("the consent to processing was withdrawn"),
    "no_longer_needed": _("the data is no longer needed"),
    "unlawful": _("the data should not have been here"),
}


@dataclass(frozen=True, kw_only=True)
class CustomersMerged(Fact):
    """On the survivor's timeline: whoever asks by `merged_id` is answered about `survivor_id` from now on."""

    kind = "crm.customers_merged"
    group = Group.PERSON
    icon = "users"
    sentence = _("Found to be the same person as customer {merged_number}")

    merged_id: int
    survivor_id: int

    @property
    def merged_number(self) -> str:
        return f"№ {self.merged_id}"


@dataclass(frozen=True, kw_only=True)
class CustomersSeparated(Fact):
    """On the timelines of both: they are two people again."""

    kind = "crm.customers_separated"
    group = Group.PERSON
    icon = "users"
    sentence = _("Found to be another person than customer {other_number}")

    other_id: int

    @property
    def other_number(self) -> str:
        return f"№ {self.other_id}"


@dataclass(frozen=True, kw_only=True)
class PersonalDataGiven(Fact):
    """Somebody took a copy of all we know about the person, for them."""

    kind = "crm.personal_data_given"
    group = Group.PERSON
    icon = "note"
    sentence = _("A copy of all personal data was made")


@dataclass(frozen=True, kw_only=True)
class CustomerErased(Fact):
    kind = "crm.customer_erased"
    group = Group.PERSON
    icon = "lock"
    sentence = _("Personal data erased: {reason_said}")
    more = "{reference}"

    reason: str
    reference: str

    @property
    def reason_said(self) -> Promise | str:
        return ERASURE_REASONS.get(self.reason, self.reason)
