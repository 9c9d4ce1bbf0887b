"""Pages by key: a signed cursor holds the id of the last item. No page is counted or skipped over."""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from crm.api.errors import QueryInvalid


def page(
    items: QuerySet[Any], *, cursor: str | None, limit: int, by: str = "pk"
) -> tuple[list[Any], str | None]:
    """One page in the order of ids, or of another unique number, and the cursor of the next (None: there is none).

    Raises:
        QueryInvalid: the cursor was not given for this list.
    """
    if cursor:
        items = items.filter(**{f"{by}__gt": _id_in(cursor, items.model)})
    read = list(items.order_by(by)[: limit + 1])
    shown = read[:limit]
    is_last = len(read) <= limit
    return shown, None if is_last else signing.dumps(getattr(shown[-1], by), salt=_salt(items.model))


def _id_in(cursor: str, model: type[Model]) -> int:
    try:
        return int(signing.loads(cursor, salt=_salt(model)))
    except signing.BadSignature as error:
        raise bad_cursor("cursor") from error


def bad_cursor(parameter: str) -> QueryInvalid:
    said = _("This is not a cursor that was given for this list.")
    return QueryInvalid(parameters=[{"parameter": parameter, "detail": said}])


def _salt(model: type[Model]) -> str:
    return f"page of {model._meta.label_lower}"
