"""What providers of mail bring over HTTP: proved and read by django-anymail, and given on as the bytes of mails."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import Message as Part
from email.parser import BytesParser
from email.policy import compat32
from typing import Any

from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure
from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.module_loading import import_string

from crm.channels.base import Asked, Forged, UnreadableDelivery
from crm.channels.email.providers import PROVIDERS, Proof
from crm.mail import reading
from crm.models import Message

# `?what=events` at our address: reports; without it: mail.
WHAT = "what"
EVENTS = "events"
# Under this name our Message-ID travels with a mail, and comes back in its reports.
OUR_MARK = "veren"
STATES = {
    "delivered": Message.State.DELIVERED,
    "bounced": Message.State.FAILED,
    "rejected": Message.State.FAILED,
    "failed": Message.State.FAILED,
}
DEAD = frozenset(["bounced", "invalid"])
NOT_READ = (
    AnymailError,
    SuspiciousOperation,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    OverflowError,
)
LONGEST_REASON = 200


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a mail of ours. `message_id` is as the provider repeats it; not every failure has an hour."""

    message_id: str
    state: str
    at: datetime | None
    reason: str
    is_address_dead: bool


def prove(asked: Asked, *, provider: str, secret: str) -> None:
    """Raises Forged: also where there is no secret to prove anything by."""
    view = _view(provider, asked.query.get(WHAT, ""), secret, asked.address)
    if view is None or not secret or asked.method != "POST":
        raise Forged
    try:
        view.run_validators(_KeptRequest(asked.body, asked.headers))
    except AnymailWebhookValidationFailure as error:
        raise Forged from error
    except NOT_READ as error:
        raise UnreadableDelivery from error


def delivery_id(asked: Asked, *, provider: str) -> str:
    """The same for every repetition, whose signature and hour are new: by what is said."""
    what, headers = asked.query.get(WHAT, ""), dict(asked.headers)
    try:
        if what == EVENTS:
            said = [
                f"{one.message_id} {one.state} {one.at}" for one in outcomes(asked.body, headers, provider)
            ]
        else:
            said = [identity_of(raw) for raw in mails(asked.body, headers, provider)]
    except UnreadableDelivery:
        said = []
    return hashlib.sha256("\n".join(said).encode() if said else asked.body).hexdigest()


def identity_of(raw: bytes) -> str:
    """Of a mail, whatever way it comes once more."""
    return fingerprint(reading.read(raw))


def fingerprint(mail: reading.Mail) -> str:
    """Its Message-ID with who says what: there are programs that give every mail the same."""
    said = "\n".join([mail.message_id, *(one.address for one in mail.senders), mail.body_digest])
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()


def mails(body: bytes, headers: Mapping[str, str], provider: str) -> list[bytes]:
    """Raises UnreadableDelivery."""
    return [_as_mail(event.message) for event in _events(body, headers, provider, "") if _is_mail(event)]


def outcomes(body: bytes, headers: Mapping[str, str], provider: str) -> list[Outcome]:
    """Raises UnreadableDelivery."""
    return list(_outcomes(_events(body, headers, provider, EVENTS)))


def _is_mail(event: Any) -> bool:
    return str(event.event_type) == "inbound"


def _as_mail(message: Any) -> bytes:
    """Where the provider says who sent it, the mail says so too: by an empty sender machines are known."""
    try:
        if message.envelope_sender is not None and "Return-Path" not in message:
            message["Return-Path"] = f"<{message.envelope_sender}>"
        raw: bytes = message.as_bytes(policy=compat32)
    except NOT_READ as error:
        raise UnreadableDelivery from error
    return raw


def _outcomes(events: list[Any]) -> Iterator[Outcome]:
    for event in events:
        ours = (event.metadata or {}).get(OUR_MARK) if hasattr(event, "metadata") else None
        state = STATES.get(event.event_type) if ours else None
        if state == Message.State.FAILED or (state and event.timestamp):
            yield Outcome(
                message_id=str(ours),
                state=state,
                at=event.timestamp,
                reason=str(event.mta_response or event.description or event.event_type)[:LONGEST_REASON],
                is_address_dead=event.event_type == "bounced" and event.reject_reason in DEAD,
            )


def _events(body: bytes, headers: Mapping[str, str], provider: str, what: str) -> list[Any]:
    # The signature was checked when it came; to be read, a view only needs to have a secret.
    view = _view(provider, what, "kept:kept", "https://kept.invalid/")
    if view is None:
        raise UnreadableDelivery
    try:
        events: list[Any] = view.parse_events(_KeptRequest(body, headers))
    except NOT_READ as error:
        raise UnreadableDelivery from error
    return events


def _view(provider: str, what: str, secret: str, address: str) -> Any:
    known = PROVIDERS.get(provider)
    if known is None:
        return None
    name, proof = _way(provider, what)
    return import_string(name)(**proof(secret, address)) if name and secret else None


def _way(provider: str, what: str) -> tuple[str, Proof]:
    known = PROVIDERS[provider]
    if what == EVENTS:
        return known.events, known.proof_of_events
    return known.inbound, known.proof_of_inbound


class _KeptRequest(HttpRequest):
    """What anymail's views ask of a request. (Django's own reads forms of 5 MB at most, and mails are larger.)"""

    def __init__(self, body: bytes, headers: Mapping[str, str]) -> None:
        super().__init__()
        named = Part(policy=compat32)
        named["Content-Type"] = headers.get("content-type", "").replace("\n", " ").replace("\r", " ")
        self.method = "POST"
        self.META = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
        self.META |= {"CONTENT_TYPE": headers.get("content-type", ""), "SERVER_NAME": "kept.invalid"}
        self.content_type = named.get_content_type()
        self._body = body
        if self.content_type == "application/x-www-form-urlencoded":
            self.POST = QueryDict(body, encoding=self.encoding)
        elif self.content_type == "multipart/form-data":
            self.POST, self.FILES = _form(headers.get("content-type", ""), body)  # type: ignore[assignment]


def _form(content_type: str, body: bytes) -> tuple[QueryDict, MultiValueDict[str, SimpleUploadedFile]]:
    head = b"Content-Type: " + content_type.encode("ascii", "replace") + b"\r\n\r\n"
    fields, files = QueryDict(mutable=True), MultiValueDict[str, SimpleUploadedFile]()
    for part in BytesParser(policy=compat32).parsebytes(head + body).walk():
        name = part.get_param("name", header="content-disposition")
        if not isinstance(name, str) or part.is_multipart():
            continue
        content = part.get_payload(decode=True)
        content = content if isinstance(content, bytes) else b""
        if part.get_filename():
            files.appendlist(
                name, SimpleUploadedFile(str(part.get_filename()), content, part.get_content_type())
            )
        else:
            fields.appendlist(name, content.decode("utf-8", "replace"))
    return fields, files
