from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm import company
from crm.campaigns.kinds.base import SOURCE, CampaignKind, Doing, Terms
from crm.campaigns.kinds.base import Words as Said
from crm.messages import messaging, notifying, notifying_many
from crm.messages.notifying import WhyNot, language_of
from crm.models import Campaign, Message, Purpose
from crm.notices import notice_named
from crm.notices.base import Words
from crm.words import text_checks
from crm.words.text_checks import Vocabulary

NOTICE = "campaign"
# Not everybody told us their name.
SOMETIMES_UNKNOWN = {"customer.first_name"}
GOES_BY: Mapping[str, Sequence[str]] = {"long": ("email", "telegram", "viber"), "short": ("sms",)}


class MessageKind(CampaignKind):
    """One message, in the person's language, by their best channel. Consent, quiet hours and the company's number of
    messages a week are kept by crm.messages.notifying."""

    name = "message"
    label = gettext_lazy("One message")
    explained = gettext_lazy(
        "By the channel on which each person answers best, in their language, never at night. Advertising goes only "
        "to those who agreed to it."
    )
    reasons = {
        WhyNot.SWITCHED_OFF.value: gettext_lazy("messages of campaigns are switched off"),
        WhyNot.NO_WAY.value: gettext_lazy("no address or number is known"),
        WhyNot.NO_CONSENT.value: gettext_lazy("no consent to advertising"),
        WhyNot.TOO_OFTEN.value: gettext_lazy("they had enough advertising this week"),
        WhyNot.VALUE_MISSING.value: gettext_lazy("something that the words speak of is not known"),
    }

    def fields(self) -> Mapping[str, forms.Field]:
        found: dict[str, forms.Field] = {
            "purpose": forms.ChoiceField(
                label=gettext_lazy("What it is"),
                choices=[
                    (Purpose.ADVERTISING.value, gettext_lazy("advertising")),
                    (
                        Message.Purpose.SERVICE.value,
                        gettext_lazy("service: about what they bought or asked for"),
                    ),
                ],
                widget=forms.RadioSelect,
                initial=Purpose.ADVERTISING.value,
            )
        }
        names = dict(settings.LANGUAGES)
        for code in _languages():
            found |= _in_one_language(code, names[code])
        return found

    def faults(self, terms: Terms) -> Mapping[str, Said]:
        its = notice_named(NOTICE)
        vocabulary = Vocabulary(
            names=its.names(),
            always=its.names().keys() - SOMETIMES_UNKNOWN,
            samples={language: its.samples(language) for language in _languages()},
        )
        found: dict[str, Said] = {}
        for language in _languages():
            for name in ("subject", "long", "short"):
                field = f"{name}_{language}"
                wrong = text_checks.faults(
                    terms[field], language=language, vocabulary=vocabulary, channels=GOES_BY.get(name, ())
                )
                for fault in wrong:
                    found[field] = fault.detail
        return found

    def said(self, terms: Terms) -> Sequence[Said]:
        first = _languages()[0]
        is_advertising = terms["purpose"] == Purpose.ADVERTISING
        return [
            _("One message with advertising.") if is_advertising else _("One message that is service."),
            _("It begins: “{subject}”.").format(subject=terms[f"subject_{first}"]),
        ]

    def unreachable(self, people: Collection[int], terms: Terms, *, at: datetime) -> Mapping[int, str]:
        return notifying_many.unreachable(people, NOTICE, purpose=terms["purpose"], at=at)

    def do(self, doing: Doing) -> str:
        told = notifying.notify(
            doing.person,
            NOTICE,
            figures={},
            source=SOURCE,
            source_id=doing.key,
            words={language_of(doing.person): _words(doing.terms, language_of(doing.person))},
            purpose=doing.terms["purpose"],
            at=doing.at,
        )
        return told.why_not.value if told.why_not else ""

    def stop(self, campaign: Campaign, *, at: datetime) -> int:
        waiting = Message.objects.filter(
            source=SOURCE, source_id__startswith=f"{campaign.pk}:", state=Message.State.QUEUED
        )
        return sum(messaging.cancel(message, at=at) for message in waiting.order_by("customer", "pk"))


def _languages() -> list[str]:
    """Those of the company's customers, its first one first."""
    known = [code for code in company.current().languages if code in dict(settings.LANGUAGES)]
    return known or [code for code, _name in settings.LANGUAGES]


def _words(terms: Terms, language: str) -> Words:
    """In a language that nobody wrote, as in the company's first one."""
    its = language if f"long_{language}" in terms else _written_first(terms)
    return Words(subject=terms[f"subject_{its}"], long=terms[f"long_{its}"], short=terms[f"short_{its}"])


def _written_first(terms: Terms) -> str:
    return next(code for code in _languages() if f"long_{code}" in terms)


def _in_one_language(code: str, language: Said) -> dict[str, forms.Field]:
    beginning = notice_named(NOTICE).words[code]
    called = {"language": language}
    return {
        f"subject_{code}": forms.CharField(
            label=gettext_lazy("Subject, %(language)s") % called, max_length=200, initial=beginning.subject
        ),
        f"long_{code}": forms.CharField(
            label=gettext_lazy("Text by mail and in messengers, %(language)s") % called,
            max_length=4000,
            widget=forms.Textarea(attrs={"rows": 5}),
            initial=beginning.long,
        ),
        f"short_{code}": forms.CharField(
            label=gettext_lazy("Text by SMS, %(language)s") % called,
            max_length=600,
            widget=forms.Textarea(attrs={"rows": 2}),
            initial=beginning.short,
        ),
    }
