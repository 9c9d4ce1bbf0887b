"""A mailbox that we fetch by IMAP: what is new in it, each mail to the byte. Nothing in it is changed."""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from imap_tools import AND, BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted, U
from imap_tools.errors import ImapToolsError

from crm.channels.base import Delivery
from crm.channels.email import hooks
from crm.channels.email.settings import EmailSettings
from crm.mail.reading import LARGEST_MAIL

# In the kept headers of a delivery: its body is the mail itself; of one that is too large, its head.
FETCHED = "fetched"
LEFT_OUT = "left-out-bytes"
TIMEOUT_SECONDS = 20
SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


class Unreachable(Exception):
    """The mailbox cannot be read now: the line, the password, the folder."""


@dataclass(frozen=True, kw_only=True)
class Position:
    """Up to where a mailbox was read. A server that gives a new `validity` has numbered its mails anew."""

    validity: int = 0
    uid: int = 0

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Position:
        return cls(validity=int(kept.get("validity", 0)), uid=int(kept.get("uid", 0)))

    def kept(self) -> dict[str, int]:
        return {"validity": self.validity, "uid": self.uid}


def fetch(
    settings: EmailSettings, password: str, *, after: Position, since: date, most: int
) -> Iterator[tuple[Position, Delivery]]:
    """Mails that came after a position, oldest first, each with the position behind it.

    `since`: where the numbers mean nothing (the first time, or after the server numbered anew), the mails of this day
    and later; whatever was brought before is known by what it says.

    Raises:
        Unreachable: also in the middle; what was given before is good.
    """
    try:
        with _opened(settings, password) as box:
            validity = int(box.folder.status(settings.imap_folder)["UIDVALIDITY"])
            start = after.uid if after.validity == validity else 0
            for uid in _new(box, start, since)[:most]:
                yield Position(validity=validity, uid=uid), _delivery(box, uid)
    except (OSError, imaplib.IMAP4.error, ImapToolsError, ValueError, LookupError) as error:
        raise Unreachable(type(error).__name__) from error


@contextmanager
def _opened(settings: EmailSettings, password: str) -> Iterator[BaseMailBox]:
    host, port = settings.imap_host or "", settings.imap_port
    box: BaseMailBox
    if settings.imap_security == "tls":
        box = MailBox(host, port, timeout=TIMEOUT_SECONDS, ssl_context=ssl.create_default_context())
    elif settings.imap_security == "starttls":
        box = MailBoxStartTls(host, port, timeout=TIMEOUT_SECONDS, ssl_context=ssl.create_default_context())
    else:
        box = MailBoxUnencrypted(host, port, timeout=TIMEOUT_SECONDS)
    try:
        box.login(settings.imap_user or "", password, initial_folder=None)
        box.folder.set(settings.imap_folder, readonly=True)
        yield box
    finally:
        _leave(box)


def _leave(box: BaseMailBox) -> None:
    try:
        box.logout()
    except (OSError, imaplib.IMAP4.error, ImapToolsError):
        return


def _new(box: BaseMailBox, start: int, since: date) -> list[int]:
    """(A server answers “5:*” with its last mail even when that is the fourth.)"""
    criteria = AND(uid=U(str(start + 1), "*")) if start else AND(date_gte=since)
    return sorted(uid for uid in map(int, box.uids(criteria)) if uid > start)


def _delivery(box: BaseMailBox, uid: int) -> Delivery:
    size = SIZE.search(b" ".join(_answer(box, uid, "(RFC822.SIZE)")))
    is_too_large = size is not None and int(size[1]) > LARGEST_MAIL
    raw = max(_answer(box, uid, "(BODY.PEEK[HEADER])" if is_too_large else "(BODY.PEEK[])"), key=len)
    headers = {hooks.WHAT: FETCHED}
    if size and is_too_large:
        headers[LEFT_OUT] = size[1].decode()
    return Delivery(delivery_id=hooks.identity_of(raw), body=raw, headers=headers)


def _answer(box: BaseMailBox, uid: int, what: str) -> list[bytes]:
    """The pieces of the server's answer; the mail itself is the longest.

    Raises:
        LookupError: the mail is gone meanwhile.
    """
    _status, answer = box.client.uid("FETCH", str(uid), what)
    pieces = [piece for part in answer for piece in (part if isinstance(part, tuple) else (part,))]
    found = [piece for piece in pieces if isinstance(piece, bytes)]
    if not found:
        raise LookupError(uid)
    return found
