"""What a channel is: how what comes in is proved and read, how something is sent, and what it can carry. ⟡

A channel knows no customers and writes no rows: `crm.messages.receiving` and `crm.messages.sending` do. It is given
an account (its
settings, its secrets) and speaks to its provider; whoever adds one writes its file and its line in `crm.channels`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar, TypeAlias

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal
from crm.models import ChannelAccount
from crm.typed_settings import Settings


class Forged(Refusal):
    """Nothing is kept of it: whoever knocked does not know the secret, or says that they are somebody else."""

    code = "forged-delivery"
    title = _("The signature does not fit.")
    status = 403


class UnreadableDelivery(Refusal):
    code = "unreadable-delivery"
    title = _("This cannot be read.")
    status = 400


class TryLater(Exception):
    """The provider takes nothing now. Nothing was sent; `after` says when to come back, if it was told."""

    def __init__(self, reason: str, *, after: timedelta | None = None) -> None:
        self.reason, self.after = reason, after
        super().__init__(reason)


class NotTaken(Exception):
    """The provider refuses for good: the address does not exist, the person blocked us. Nothing was sent.

    `is_address_dead`: no other message will arrive there either.
    """

    def __init__(self, reason: str, *, is_address_dead: bool = False) -> None:
        self.reason, self.is_address_dead = reason, is_address_dead
        super().__init__(reason)


class PerhapsSent(Exception):
    """The line broke after the provider may have taken it. It is not sent again by itself: people decide."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request of a provider, as it came. Names of headers are lower case."""

    method: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A proved request: what to keep of it. The same `delivery_id` again is the same delivery."""

    delivery_id: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Sender:
    """`value` as the provider gives it. `is_proved`: the provider answers for it that the person holds it."""

    kind: str
    value: str
    name: str = ""
    is_proved: bool = True
    language: str = ""


@dataclass(frozen=True, kw_only=True)
class File:
    """`content_type` as its bytes say. `remote`: how the provider calls it, while it has not been fetched yet."""

    name: str
    content_type: str
    content: bytes
    is_inline: bool = False
    content_id: str = ""
    remote: str = ""


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """A message that came in.

    `thread`: the conversation as this channel counts. `replies_to`: ids of earlier messages, the nearest first.
    `token_thread`: a thread that a secret token of ours in it names, if the token is right. `fingerprint`: by what it
    is the same message when it comes again, where the provider's id alone does not say so; empty: the id does.
    """

    external_id: str
    sender: Sender
    text: str
    occurred_at: datetime
    subject: str = ""
    uncut_text: str = ""
    html: str = ""
    thread: str = ""
    token_thread: str = ""
    replies_to: Sequence[str] = ()
    is_automatic: bool = False
    language: str = ""
    fingerprint: str = ""
    files: Sequence[File] = ()


@dataclass(frozen=True, kw_only=True)
class Report:
    """What became of a message of ours: a state of `Message.State`. Those that come late or twice change nothing."""

    external_id: str
    state: str
    at: datetime
    reason: str = ""
    is_address_dead: bool = False


@dataclass(frozen=True, kw_only=True)
class CallNews:
    """A step of a telephone call: `step` is one of rang, answered, ended, missed."""

    external_id: str
    step: str
    phone: str
    at: datetime
    direction: str = "in"
    line: str = ""
    colleague: str = ""
    recording_url: str = ""
    talk_seconds: int | None = None


@dataclass(frozen=True, kw_only=True)
class LinkAsked:
    """Somebody on this channel shows a one-time code that proves which customer they are."""

    external_id: str
    sender: Sender
    code: str
    thread: str
    at: datetime


News: TypeAlias = Incoming | Report | CallNews | LinkAsked


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A message on its way out, as a channel needs it.

    `id` is the same at every attempt: a provider that knows idempotency gets it as its key.
    `replies_to`: external ids in this thread, the nearest first. `choices`: what buttons say, where there are buttons;
    the text says them too. `html`: of our own making, what a mail shows between its paragraphs to be tapped.
    """

    id: int
    to: str
    text: str
    subject: str = ""
    thread: str = ""
    replies_to: Sequence[str] = ()
    language: str = ""
    is_automatic: bool = False
    unsubscribe_url: str = ""
    files: Sequence[File] = ()
    choices: Sequence[str] = ()
    html: str = ""


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """The provider took it. `thread`: where answers to it will come."""

    external_id: str
    thread: str = ""
    parts: int = 1


@dataclass(frozen=True, kw_only=True)
class NoSettings(Settings):
    pass


# So many buttons stand side by side where each says a mark of a scale: a telephone is narrow.
MARKS_IN_A_ROW = 6
LONGEST_MARK = 2


def are_marks(choices: Sequence[str]) -> bool:
    return all(len(choice) <= LONGEST_MARK for choice in choices)


class Channel:
    """One kind of channel. Stateless: everything of an account is in the account."""

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    icon: ClassVar[str]
    # By what its people are known; the same as in Identity.kind.
    identity_kind: ClassVar[str]
    settings: ClassVar[type[Settings]] = NoSettings
    # name → how the form asks for it
    secrets: ClassVar[Mapping[str, str | Promise]] = {}
    # Those that it can do without.
    optional_secrets: ClassVar[frozenset[str]] = frozenset()
    # Those by which callers prove themselves to us: nobody may guess them.
    proving_secrets: ClassVar[frozenset[str]] = frozenset()
    has_subject: ClassVar[bool] = False
    carries_files: ClassVar[bool] = False
    # Can it write to somebody who has never written to it?
    can_begin: ClassVar[bool] = True
    # Does it carry text at all? A telephone only rings.
    can_write: ClassVar[bool] = True
    # Does it reach somebody who is not there at this moment? The window of a chat is closed.
    reaches_absent: ClassVar[bool] = True
    # Does it wake people at night?
    rings: ClassVar[bool] = True
    # Is it paid for by its length, so that notices are said in their short words?
    wants_short: ClassVar[bool] = False
    # Does it show what a page would show?
    shows_html: ClassVar[bool] = False
    longest_text: ClassVar[int] = 4000
    # What its provider takes: of one account, and of one person.
    most_per_second: ClassVar[int | None] = None
    pause_per_person: ClassVar[timedelta] = timedelta(0)

    def take(self, account: ChannelAccount, asked: Asked) -> Delivery | None:
        """Prove the raw bytes of a request; None: it is proved, and there is nothing to keep.

        Raises:
            Forged, UnreadableDelivery: nothing is kept.
        """
        raise Forged

    def answer(self, account: ChannelAccount, asked: Asked) -> bytes:
        """What the provider wants to hear back, with 200."""
        return b""

    def read(self, account: ChannelAccount, body: bytes, headers: Mapping[str, str]) -> Sequence[News]:
        """What a kept delivery says; nothing that this house cares for: nothing. Pure, and may be called again.

        Raises:
            UnreadableDelivery: it is kept for people to look at.
        """
        raise UnreadableDelivery

    def fetch(self, account: ChannelAccount, incoming: Incoming) -> Incoming:
        """The message with its files, where the provider brought only their names. Outside of any transaction.

        A file that is gone, or larger than we take, stays as a name without content.

        Raises:
            TryLater: nobody answers.
        """
        return incoming

    def send(self, account: ChannelAccount, letter: Letter) -> Receipt:
        """Hand one message over. Takes seconds at most; outside of any transaction.

        Raises:
            TryLater, NotTaken, PerhapsSent.
        """
        raise NotTaken("this channel only listens")

    def link_for(self, account: ChannelAccount, code: str) -> str:
        """What opens this channel with a one-time code in hand; empty: it takes none."""
        return ""

    def text_for(self, text: str) -> str:
        """As much of it as one message can carry."""
        return text if len(text) <= self.longest_text else text[: self.longest_text - 1] + "…"
