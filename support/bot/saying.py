"""The bot's own words, in the active language. It says what it is, and how to reach a person, each time.

What stands in an article or in an account is put between them as it is. `choices` are what buttons say, where the
channel has buttons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from support.bot.understanding import Offer


@dataclass(frozen=True, kw_only=True)
class Said:
    text: str
    choices: Sequence[str] = ()


def article(*, title: str, summary: str, link: str) -> Said:
    return _answer("\n\n".join(part for part in (title, summary, link) if part))


def found_in_account(text: str) -> Said:
    return _answer(text)


def which_of(offers: Sequence[Offer]) -> Said:
    listed = "\n".join(f"{number}. {offer.title}" for number, offer in enumerate(offers, start=1))
    said = "\n\n".join([_("Which of these do you mean? Write its number."), listed, _to_a_person()])
    return Said(text=said, choices=[*(offer.title for offer in offers), person()])


def nothing_in_account() -> Said:
    return _leading_on(_("I have looked, and your account holds nothing about it."))


def not_proved(*, can_link: bool) -> Said:
    """Whoever is not known for certain is told nothing of anybody's account."""
    if can_link:
        return _leading_on(
            _(
                "I cannot tell yet who is writing. Open your card and link this chat with it: then I can look into "
                "your account."
            )
        )
    return _leading_on(
        _(
            "I cannot tell yet who is writing. Sign in on our site and ask there: then I can look into your account."
        )
    )


def greeting() -> Said:
    return _leading_on(
        _(
            "Hello! I am the shop's bot: I answer at once where I know the answer. What would you like to know?"
        )
    )


def thanks() -> Said:
    return Said(text=_("You are welcome! Write to us whenever you like."))


def glad() -> Said:
    return Said(text=_("Good to hear that it helped. Write to us whenever you like."))


def handed_over() -> Said:
    return Said(
        text=_(
            "I have passed this on to a colleague, with everything you have written. The answer comes here."
        )
    )


def handed_over_elsewhere() -> Said:
    """In a shop's own chat, which colleagues do not see."""
    return Said(text=_("I have passed this on to a colleague, with everything you have written."))


def person() -> str:
    """What a button says, and what a customer may write."""
    return pgettext("button in a chat", "Talk to a person")


def _answer(text: str) -> Said:
    helped, did_not = (
        pgettext("button in a chat", "Yes, it helped"),
        pgettext("button in a chat", "No, it did not"),
    )
    asked = _("Did this help? Write “yes” or “no”. For a colleague, write “person”.")
    return Said(text=f"{text}\n\n{asked}", choices=[helped, did_not, person()])


def _leading_on(text: str) -> Said:
    return Said(text=f"{text}\n\n{_to_a_person()}", choices=[person()])


def _to_a_person() -> str:
    return _("Write “person”, and a colleague answers.")
