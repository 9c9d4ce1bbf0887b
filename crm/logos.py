"""A company's logo as it is uploaded: what it is, by its first bytes and never by its name."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal

LARGEST_BYTES = 200_000
# SVG is left out: it is a document that can carry scripts.
BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)


class UnusableLogo(Refusal):
    code = "unusable-logo"
    title = _("The logo has to be a PNG, JPEG or WebP picture of 200 KB at most.")
    status = 422


def type_of(picture: bytes) -> str:
    """The media type of a picture we show.

    Raises:
        UnusableLogo: it is none, or too large.
    """
    if len(picture) <= LARGEST_BYTES:
        for beginning, media_type in BEGINNINGS:
            if picture.startswith(beginning):
                return media_type
        if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP":
            return "image/webp"
    raise UnusableLogo
