"""What a notice is: a message that the house writes by itself when something has happened. ⟡

A member says everything that varies: what it is for, what its texts may speak of, and how it reads at first in each
language, at length and in an SMS. Companies change the texts (crm.messages.notice_texts); whether it goes out is a
switch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.models import Message


@dataclass(frozen=True, kw_only=True)
class Variable:
    """Something a text may speak of. `samples`: language → what a preview shows; "" is for the others."""

    label: str | Promise
    samples: Mapping[str, str]

    def sample(self, language: str) -> str:
        return self.samples.get(language, self.samples.get("", ""))


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a notice says in one language: `long` by mail and in messengers, `short` in an SMS."""

    subject: str
    long: str
    short: str


COMMON: Mapping[str, Variable] = {
    "customer.first_name": Variable(
        label=_("first name of the customer"), samples={"ru": "Ирина", "bg": "Елена", "en": "Anna"}
    ),
    "company.name": Variable(label=_("name of your company"), samples={"": "Липа", "en": "Lipa"}),
}


class Notice:
    """One kind of notice. `waits_for_morning`: not at night, where it would wake somebody."""

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    purpose: ClassVar[str] = Message.Purpose.SERVICE
    is_on_at_first: ClassVar[bool] = False
    waits_for_morning: ClassVar[bool] = True
    variables: ClassVar[Mapping[str, Variable]] = {}
    words: ClassVar[Mapping[str, Words]]

    def names(self) -> Mapping[str, Variable]:
        return {**COMMON, **self.variables}

    def samples(self, language: str) -> dict[str, str]:
        return {name: variable.sample(language) for name, variable in self.names().items()}
