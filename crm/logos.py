"""A company's logo as it is uploaded: what it is, by its first bytes and never by its name."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal
from crm.messages import file_types

LARGEST_BYTES = 200_000
# SVG is left out: it is a document that can carry scripts.
KINDS = frozenset(["image/png", "image/jpeg", "image/webp"])


class UnusableLogo(Refusal):
    code = "unusable-logo"
    title = _("The logo has to be a PNG, JPEG or WebP picture of 200 KB at most.")
    status = 422


def type_of(picture: bytes) -> str:
    """The media type of a picture we show.

    Raises:
        UnusableLogo: it is none, or too large.
    """
    media_type = file_types.type_of(picture)
    if media_type not in KINDS or len(picture) > LARGEST_BYTES:
        raise UnusableLogo
    return media_type
