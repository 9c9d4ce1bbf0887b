"""Files that come and go with messages: kept under random names, served as downloads under the name they were given."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from django.core.files.base import ContentFile

from crm.channels.base import File
from crm.models import Attachment, Message
from crm.words.plain_text import plain

TOKEN_BYTES = 32


def attach(message: Message, files: Iterable[File]) -> list[Attachment]:
    """Not idempotent: call it where the message is made."""
    return [_attach(message, file) for file in files]


def files_of(message: Message) -> list[File]:
    """What goes along with a message on its way out. One query, and the bytes."""
    return [_file(attachment) for attachment in message.attachments.order_by("pk")]


def _file(attachment: Attachment) -> File:
    with attachment.file.open() as opened:
        content = opened.read()
    return File(
        name=attachment.name,
        content_type=attachment.content_type,
        content=content,
        is_inline=attachment.is_inline,
        content_id=attachment.content_id,
    )


def _attach(message: Message, file: File) -> Attachment:
    attachment = Attachment(
        message=message,
        token=secrets.token_urlsafe(TOKEN_BYTES),
        name=plain(file.name)[:150] or "file",
        content_type=file.content_type[:100],
        size_bytes=len(file.content),
        is_inline=file.is_inline,
        content_id=file.content_id[:255],
    )
    attachment.file.save(attachment.token, ContentFile(file.content), save=False)
    attachment.save()
    return attachment
