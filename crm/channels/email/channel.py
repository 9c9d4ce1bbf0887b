"""E-mail: by SMTP or a provider out, by a provider's hook or our own fetching in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import ClassVar

from django.conf import settings as django_settings
from django.utils.crypto import salted_hmac
from django.utils.functional import Promise
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from crm import company
from crm.channels.base import (
    Asked,
    Channel,
    Delivery,
    File,
    Forged,
    Incoming,
    Letter,
    News,
    Receipt,
    Report,
    Sender,
    TryLater,
    UnreadableDelivery,
)
from crm.channels.email import carriers, composing, hooks, mailbox
from crm.channels.email.settings import EmailSettings
from crm.channels.proving import strong_secret
from crm.mail import cleaning, loops, proving, quotes, reading, threading
from crm.mail.headers import Address, addresses, moment
from crm.mail.reading import Mail
from crm.models import ChannelAccount, Message
from crm.people.identifiers import normal_email
from crm.people.identity_kinds import IdentityKind
from crm.typed_settings import Settings

# A mail that says nothing of its hour came now: `crm.messages.receiving` believes in no future.
NOW = datetime.max.replace(tzinfo=UTC)
DELIVERED_TO = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to")


class EmailChannel(Channel):
    name = "email"
    label = _("E-mail")
    icon = "mail"
    identity_kind = IdentityKind.EMAIL.value
    settings: ClassVar[type[Settings]] = EmailSettings
    secrets: ClassVar[Mapping[str, str | Promise]] = {
        "smtp_password": _("Password of the SMTP server"),
        "imap_password": _("Password of the IMAP server"),
        "provider_key": _("Key of the mail provider"),
        "hook_secret": _("Secret by which the mail provider proves its calls"),
    }
    # Which are needed depends on by what it sends and fetches.
    optional_secrets = frozenset(["smtp_password", "imap_password", "provider_key", "hook_secret"])
    proving_secrets = frozenset(["hook_secret"])
    has_subject = True
    shows_html = True
    carries_files = True
    longest_text = 100_000

    def take(self, account: ChannelAccount, asked: Asked) -> Delivery | None:
        provider = _settings(account).hooks_of
        if provider is None:
            raise Forged
        hooks.prove(asked, provider=provider, secret=strong_secret(account, "hook_secret"))
        kept = {
            "content-type": asked.headers.get("content-type", ""),
            hooks.WHAT: asked.query.get(hooks.WHAT, ""),
        }
        return Delivery(
            delivery_id=hooks.delivery_id(asked, provider=provider), body=asked.body, headers=kept
        )

    def read(self, account: ChannelAccount, body: bytes, headers: Mapping[str, str]) -> Sequence[News]:
        if headers.get(hooks.WHAT) == mailbox.FETCHED:
            mail = reading.read(body)
            left_out = frozenset([reading.Trouble.TOO_LARGE]) if mailbox.LEFT_OUT in headers else frozenset()
            return self.news(account, replace(mail, troubles=mail.troubles | left_out))
        provider = _settings(account).hooks_of or ""
        if headers.get(hooks.WHAT) == hooks.EVENTS:
            return [
                _reported(one) for one in hooks.outcomes(body, headers, provider) if _is_ours(account, one)
            ]
        mails = hooks.mails(body, headers, provider)
        return [news for raw in mails for news in self.news(account, reading.read(raw))]

    def news(self, account: ChannelAccount, mail: Mail) -> Sequence[News]:
        """A report of ours, a person's words, or nothing: our own mail come back, a report about somebody else's."""
        keys = keys_of(account)
        if mail.content_type == "multipart/report":
            return [
                _bounced(bounce, _arrived(mail))
                for bounce in loops.bounces(mail)
                if threading.is_ours(bounce.message_id, keys)
            ]
        if threading.is_ours(mail.message_id, keys):
            return []
        return [self._written(account, mail, keys)]

    def _written(self, account: ChannelAccount, mail: Mail, keys: Sequence[bytes]) -> Incoming:
        sender = _writer(account, mail)
        external_id = mail.message_id or f"<{mail.body_digest}@no-id.invalid>"
        cut = quotes.cut_mail(mail.text, mail.html, mail.subject)
        is_lost = not cut.own and not mail.files and bool(mail.html or mail.troubles)
        own = _unreadable_told() if mail.is_unreadable or is_lost else cut.own
        return Incoming(
            external_id=external_id,
            fingerprint=hooks.fingerprint(mail),
            sender=sender,
            subject=mail.subject,
            text=own,
            uncut_text=cut.uncut if cut.uncut != own else "",
            html=cleaning.clean(mail.html),
            occurred_at=_arrived(mail),
            thread=threading.thread_of(external_id, keys[0]),
            token_thread=threading.thread_in(_addressees(mail), account.address, keys),
            replies_to=threading.answered(mail.in_reply_to, mail.references, keys),
            is_automatic=loops.machine(mail) is not None or sender.value == account.address.lower(),
            files=[
                File(
                    name=file.name,
                    content_type=file.content_type,
                    content=file.content,
                    is_inline=file.is_inline,
                    content_id=file.content_id,
                )
                for file in mail.files
            ],
        )

    def send(self, account: ChannelAccount, letter: Letter) -> Receipt:
        settings, key = _settings(account), keys_of(account)[0]
        if "@" not in account.address:
            raise TryLater("this mailbox has no address to write from")
        thread = letter.thread or threading.thread_of(f"letter {letter.id}", key)
        message_id = threading.message_id(letter.id, account.address.rpartition("@")[2], key)
        mail = composing.compose(
            letter,
            sender=(settings.sender_name or account.name, account.address),
            message_id=message_id,
            answer_to=threading.reply_address(account.address, thread, key),
        )
        # Providers that give a mail an id of their own repeat this in their reports.
        mail.metadata = {hooks.OUR_MARK: message_id}  # type: ignore[attr-defined]
        carriers.carry(mail, settings, account.secrets)
        return Receipt(external_id=message_id, thread=thread)


def keys_of(account: ChannelAccount) -> list[bytes]:
    """The first signs, each may have signed: a SECRET_KEY that was changed has letters on their way."""
    secrets = [django_settings.SECRET_KEY, *django_settings.SECRET_KEY_FALLBACKS]
    return [
        salted_hmac("crm.mail.threading", str(account.pk), secret=secret, algorithm="sha256").digest()
        for secret in secrets
    ]


def _settings(account: ChannelAccount) -> EmailSettings:
    return EmailSettings.read(account.settings)


def _writer(account: ChannelAccount, mail: Mail) -> Sender:
    """Who wrote. A form of the shop's own site writes from our address, and names its customer in Reply-To.

    Raises:
        UnreadableDelivery: nobody whom one could answer.
    """
    given = mail.sender
    is_our_form = given is not None and given.address.lower() == account.address.lower() and mail.reply_to
    given = mail.reply_to[0] if is_our_form else given
    if given is None:
        raise UnreadableDelivery
    is_proved = not is_our_form and proving.is_proved(mail, _settings(account).verifier or "")
    return Sender(kind=IdentityKind.EMAIL.value, value=_normal(given), name=given.name, is_proved=is_proved)


def _normal(given: Address) -> str:
    try:
        return normal_email(given.address)
    except ValueError as error:
        raise UnreadableDelivery from error


def _addressees(mail: Mail) -> list[Address]:
    envelope = [
        found for name in DELIVERED_TO for raw in mail.headers.get(name, ()) for found in addresses(raw)
    ]
    return [*mail.to, *mail.cc, *envelope]


def _arrived(mail: Mail) -> datetime:
    """As our own server says, which wrote the topmost line; whatever its sender says of the hour comes after."""
    received = moment(mail.header("received").rpartition(";")[2])
    return received or mail.date or NOW


def _unreadable_told() -> str:
    """To colleagues, in the language of the house."""
    languages = company.current().languages
    with override(languages[0] if languages else None):
        return gettext("This mail could not be read: it is broken, or too large. It is kept as it came.")


def _is_ours(account: ChannelAccount, outcome: hooks.Outcome) -> bool:
    return threading.is_ours(outcome.message_id, keys_of(account))


def _reported(outcome: hooks.Outcome) -> Report:
    return Report(
        external_id=outcome.message_id,
        state=outcome.state,
        at=outcome.at or NOW,
        reason=outcome.reason,
        is_address_dead=outcome.is_address_dead,
    )


def _bounced(bounce: loops.Bounce, at: datetime) -> Report:
    return Report(
        external_id=bounce.message_id,
        state=Message.State.FAILED,
        at=at,
        reason=bounce.reason,
        is_address_dead=bounce.is_address_dead and bounce.is_permanent,
    )
