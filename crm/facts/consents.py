from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.facts.base import Fact, Group

# (purpose, channel) → what was agreed to, as it stands behind a colon.
SUBJECTS: dict[tuple[str, str], Promise] = {
    ("processing", ""): _("processing of personal data"),
    ("advertising", ""): _("advertising by every channel"),
    ("advertising", "email"): _("advertising by e-mail"),
    ("advertising", "phone"): _("advertising by phone calls"),
    ("advertising", "sms"): _("advertising by SMS"),
    ("advertising", "telegram"): _("advertising in Telegram"),
    ("advertising", "viber"): _("advertising in Viber"),
    ("advertising", "post"): _("advertising by letters"),
}


def subject_of(purpose: str, channel: str) -> Promise | str:
    return SUBJECTS.get((purpose, channel), f"{purpose} {channel}".strip())


@dataclass(frozen=True, kw_only=True)
class ConsentGiven(Fact):
    kind = "crm.consent_given"
    called = _("Consent was given")
    group = Group.CONSENTS
    icon = "check"
    sentence = _("Consent given: {subject}")

    purpose: str
    channel: str
    text_version: str

    @property
    def subject(self) -> Promise | str:
        return subject_of(self.purpose, self.channel)


@dataclass(frozen=True, kw_only=True)
class ConsentWithdrawn(Fact):
    kind = "crm.consent_withdrawn"
    called = _("Consent was withdrawn")
    group = Group.CONSENTS
    icon = "cross"
    mood = "warn"
    sentence = _("Consent withdrawn: {subject}")

    purpose: str
    channel: str

    @property
    def subject(self) -> Promise | str:
        return subject_of(self.purpose, self.channel)
