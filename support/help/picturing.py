"""Pictures of articles: what they are their bytes say, and they are kept under random names."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal
from crm.messages import file_types
from crm.models import User
from crm.words.plain_text import plain
from support.models import Article, ArticleFile

LARGEST_BYTES = 2_000_000
MOST = 30


class UnusablePicture(Refusal):
    code = "unusable-picture"
    title = _("A picture has to be a PNG, JPEG, GIF or WebP of 2 MB at most, and an article holds thirty.")
    status = 422


@transaction.atomic
def add(article: Article, *, name: str, content: bytes, by: User, at: datetime) -> ArticleFile:
    """Not idempotent: each call keeps a picture of its own.

    Raises:
        UnusablePicture: nothing is kept.
    """
    media_type = file_types.type_of(content)
    if media_type not in file_types.SHOWABLE or len(content) > LARGEST_BYTES or article.files.count() >= MOST:
        raise UnusablePicture
    picture = ArticleFile(
        article=article,
        token=secrets.token_urlsafe(16),
        name=plain(name)[:150] or "picture",
        content_type=media_type,
        size_bytes=len(content),
        uploaded_by=by,
        uploaded_at=at,
    )
    picture.file.save(picture.token, ContentFile(content), save=False)
    picture.save()
    return picture
