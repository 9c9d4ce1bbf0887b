"""What somebody wrote to us, and we to them: messages, the files that came along, and the bytes they came in."""

from __future__ import annotations

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crm.models import Attachment, Call, LinkCode, Message, RawDelivery
from crm.personal_data import Erasing, Holding, Ids

WORDS = ("address", "subject", "text", "short_text", "uncut_text", "html", "external_id", "thread", "failure")


def _messages(ids: Ids) -> QuerySet[Message]:
    return Message.objects.filter(customer__in=ids)


def _erase_messages(erasing: Erasing) -> None:
    _messages(erasing.ids).filter(erased_at=None).update(**dict.fromkeys(WORDS, ""), erased_at=erasing.at)


def _attachments(ids: Ids) -> QuerySet[Attachment]:
    return Attachment.objects.filter(message__customer__in=ids)


def _erase_attachments(erasing: Erasing) -> None:
    """Before their messages. The file goes too."""
    for attachment in _attachments(erasing.ids):
        attachment.file.delete(save=False)
        attachment.delete()


def _calls(ids: Ids) -> QuerySet[Call]:
    return Call.objects.filter(customer__in=ids)


def _erase_calls(erasing: Erasing) -> None:
    _calls(erasing.ids).update(phone="", note="", recording_url="")


def _link_codes(ids: Ids) -> QuerySet[LinkCode]:
    return LinkCode.objects.filter(customer__in=ids)


def _erase_link_codes(erasing: Erasing) -> None:
    _link_codes(erasing.ids).delete()


def _deliveries(ids: Ids) -> QuerySet[RawDelivery]:
    return RawDelivery.objects.filter(messages__customer__in=ids)


def _erase_deliveries(erasing: Erasing) -> None:
    """What they brought, and whatever else names the person: a delivery may not have been worked off yet."""
    _deliveries(erasing.ids).update(body=b"", headers={})
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE crm_rawdelivery SET body = '', headers = '{}' WHERE body <> '' AND EXISTS ("
            " SELECT 1 FROM unnest(%s::text[]) AS trace WHERE position(convert_to(trace, 'UTF8') IN body) > 0)",
            [list(erasing.traces)],
        )


HOLDINGS = (
    Holding(
        name="deliveries",
        title=_("What came in, as it came"),
        model=RawDelivery,
        rows=_deliveries,
        tells=("received_at",),
        erase=_erase_deliveries,
    ),
    Holding(
        name="attachments",
        title=_("Files that came and went with messages"),
        model=Attachment,
        rows=_attachments,
        tells=("name", "content_type", "size_bytes"),
        traces=("name",),
        erase=_erase_attachments,
    ),
    Holding(
        name="messages",
        title=_("What you wrote to us, and we to you"),
        model=Message,
        rows=_messages,
        tells=("occurred_at", "direction", "address", "subject", "text", "uncut_text", "state"),
        traces=("address", "subject", "text", "short_text", "uncut_text"),
        erase=_erase_messages,
    ),
    Holding(
        name="calls",
        title=_("Your calls with us"),
        model=Call,
        rows=_calls,
        tells=("direction", "phone", "rang_at", "answered_at", "ended_at", "talk_seconds", "note"),
        traces=("phone", "note"),
        erase=_erase_calls,
    ),
    Holding(
        name="link codes",
        title=_("Codes by which you linked a channel"),
        model=LinkCode,
        rows=_link_codes,
        tells=("made_at", "used_at"),
        erase=_erase_link_codes,
    ),
)
