"""Which conversation a mail belongs to: by signs of ours that nobody can make, never by its subject.

A *thread* is sixteen letters. It stands with its signature in the address that we ask to be answered at
(`help+t3k…@shop.example`) and each of our Message-IDs is signed too. The keys belong to one account: a token of
another mailbox means nothing here. Signatures are compared in constant time.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence

from crm.mail.headers import Address

THREAD_LETTERS = 16
SIGNATURE_LETTERS = 16
TOKEN = re.compile(rf"t([a-z2-7]{{{THREAD_LETTERS}}})([a-z2-7]{{{SIGNATURE_LETTERS}}})")
OURS = re.compile(rf"<veren\.([0-9]{{1,19}})\.([a-z2-7]{{{SIGNATURE_LETTERS}}})@[^<>\s@]{{1,253}}>")


def thread_of(what: str, key: bytes) -> str:
    """The thread that begins with this message: nobody else can choose it."""
    return _letters(key, "thread", what)[:THREAD_LETTERS]


def reply_address(mailbox: str, thread: str, key: bytes) -> str:
    """Where answers in this thread shall come. As safe in capitals: mail servers do not keep those."""
    local, _at, domain = mailbox.rpartition("@")
    signature = _letters(key, "token", thread)[:SIGNATURE_LETTERS]
    return f"{local.partition('+')[0]}+t{thread}{signature}@{domain}"


def thread_in(to: Iterable[Address], mailbox: str, keys: Sequence[bytes]) -> str:
    """The thread that a right token of ours names among the addressees; empty: there is none."""
    wanted_local, _at, wanted_domain = mailbox.lower().rpartition("@")
    for addressee in to:
        local, _at, domain = addressee.address.lower().rpartition("@")
        name, _plus, token = local.partition("+")
        is_here = (name, domain) == (wanted_local.partition("+")[0], wanted_domain)
        found = TOKEN.fullmatch(token) if is_here else None
        if found and any(_is_signed(key, "token", found[1], found[2]) for key in keys):
            return found[1]
    return ""


def message_id(number: int, domain: str, key: bytes) -> str:
    """Of one message of ours, the same at every attempt."""
    return f"<veren.{number}.{_letters(key, 'message', str(number))[:SIGNATURE_LETTERS]}@{domain}>"


def is_ours(given: str, keys: Sequence[bytes]) -> bool:
    """Whether this account signed a Message-ID."""
    found = OURS.fullmatch(given)
    return found is not None and any(_is_signed(key, "message", found[1], found[2]) for key in keys)


def answered(in_reply_to: Sequence[str], references: Sequence[str], keys: Sequence[bytes]) -> list[str]:
    """What a mail answers, the likeliest first: ours that are signed, then those of others, each the nearest first.

    What looks like ours and is not signed was made up.
    """
    nearest = list(dict.fromkeys([*in_reply_to, *reversed(references)]))
    ours = [given for given in nearest if is_ours(given, keys)]
    return ours + [given for given in nearest if not OURS.fullmatch(given)]


def _is_signed(key: bytes, purpose: str, what: str, signature: str) -> bool:
    return hmac.compare_digest(_letters(key, purpose, what)[:SIGNATURE_LETTERS], signature)


def _letters(key: bytes, purpose: str, what: str) -> str:
    digest = hmac.new(key, f"{purpose}\0{what}".encode("utf-8", "replace"), hashlib.sha256).digest()
    return base64.b32encode(digest).decode().lower()
