"""What no machine may answer, and what bounced.

Sources: RFC 3834 (automatic answers), RFC 3464 (delivery reports), RFC 5965 (complaints).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from crm.mail.headers import message_ids
from crm.mail.reading import Mail

# Every mail of this software carries it: two of us never answer each other by machine.
OWN_HEADER = "X-Veren"
BULK = frozenset(["bulk", "list", "junk", "auto_reply"])
MACHINES = re.compile(r"(?i)^(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?)(?:[+=_-].*)?@")
STATUS = re.compile(r"\b([245])\.\d{1,3}\.\d{1,3}\b")
# No such address, or its mailbox is shut.
DEAD_ADDRESS = re.compile(r"\b5\.(?:1\.(?:1|2|3|6|10)|2\.1)\b")
LONGEST_REASON = 200


class Machine(StrEnum):
    """By what a mail shows that no person waits for an answer to it."""

    AUTO_SUBMITTED = "auto-submitted"
    BULK = "bulk"
    LIST = "list"
    NO_RETURN_PATH = "no-return-path"
    REPORT = "report"
    OURS = "ours"
    MACHINE_ADDRESS = "machine-address"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, kw_only=True)
class Bounce:
    """A mail of ours that came to nobody. `message_id` is as the report claims: it has to be checked."""

    message_id: str
    is_permanent: bool
    is_address_dead: bool
    reason: str


def machine(mail: Mail) -> Machine | None:
    """None: a person wrote it, as far as it says itself."""
    if mail.content_type == "multipart/report" or mail.reports:
        return Machine.REPORT
    if OWN_HEADER.lower() in mail.headers:
        return Machine.OURS
    if mail.header("auto-submitted").strip().lower() not in ("", "no"):
        return Machine.AUTO_SUBMITTED
    if mail.header("precedence").strip().lower() in BULK or "x-autoreply" in mail.headers:
        return Machine.BULK
    if "list-id" in mail.headers or "list-unsubscribe" in mail.headers:
        return Machine.LIST
    if "return-path" in mail.headers and mail.header("return-path").strip() in ("", "<>"):
        return Machine.NO_RETURN_PATH
    if {"all", "autoreply"} & set(re.split(r"[\s,;]+", mail.header("x-auto-response-suppress").lower())):
        return Machine.SUPPRESSED
    if mail.sender is None or MACHINES.search(mail.sender.address):
        return Machine.MACHINE_ADDRESS
    return None


def bounces(mail: Mail) -> list[Bounce]:
    """What a delivery report tells of: only what failed. A delay is no news, it ends in one or the other."""
    returned = next(iter(message_ids(mail.returned.get("message-id", ("",))[0])), "")
    if mail.content_type != "multipart/report" or not returned:
        return []
    failed = [block for block in mail.reports if block.get("action", "").strip().lower() == "failed"]
    return [_bounce(block, returned) for block in failed[:1]]


def _bounce(fields: Mapping[str, str], returned: str) -> Bounce:
    said = " ".join([fields.get("status", ""), fields.get("diagnostic-code", "")])
    status = STATUS.search(said)
    return Bounce(
        message_id=returned,
        is_permanent=not status or status[1] == "5",
        is_address_dead=bool(DEAD_ADDRESS.search(said)),
        reason=said.strip()[:LONGEST_REASON],
    )
