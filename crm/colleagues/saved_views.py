"""Names for addresses of lists: what somebody narrows a list to every morning is one click."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal
from crm.models import SavedView, User

MOST_SHOWN = 20
SEARCH = "q"
NAMES_NOBODY = frozenset(
    {"crm.product", "crm.category", "crm.shop", "crm.eventtype"}
)  # what is searched there
NOT_KEPT = ("p",)  # how far somebody had turned the pages


class NamelessView(Refusal):
    code = "nameless-view"
    title = _("Give the view a name, so that you find it again.")
    status = 422


class ViewTooNarrow(Refusal):
    code = "view-too-narrow"
    title = _("The list is narrowed by more than a view can keep.")
    status = 422


class ViewNamesSomebody(Refusal):
    code = "view-names-somebody"
    title = _("A search may name a person, and views are kept. Empty the search box, then save the filters.")
    status = 422


@transaction.atomic
def save_view(
    *, owner: User, list_name: str, name: str, query: str, is_shared: bool, at: datetime
) -> SavedView:
    """Keep an address of a list under a name. The same name again: the newer address takes its place.

    Raises:
        NamelessView, ViewTooNarrow, ViewNamesSomebody: nothing is kept.
    """
    words = " ".join(name.replace("\0", "").split())[:60]
    if not words:
        raise NamelessView
    kept = QueryDict(query.replace("\0", ""), mutable=True)
    for parameter in NOT_KEPT:
        kept.pop(parameter, None)
    if kept.get(SEARCH, "").strip() and list_name not in NAMES_NOBODY:
        raise ViewNamesSomebody
    if len(kept.urlencode()) > 1000:
        raise ViewTooNarrow
    view, _is_new = SavedView.objects.update_or_create(
        owner=owner,
        list_name=list_name,
        name=words,
        defaults={"query": kept.urlencode(), "saved_at": at, "shared_at": at if is_shared else None},
    )
    return view


def forget_view(view: SavedView) -> None:
    """Only its name is lost. Who may: its owner."""
    view.delete()


def of_list(list_name: str, reader: User) -> QuerySet[SavedView]:
    """The reader's own, and what colleagues share."""
    mine_or_shared = Q(owner=reader) | Q(shared_at__isnull=False)
    found = SavedView.objects.filter(mine_or_shared, list_name=list_name).select_related("owner")
    return found.order_by("name", "pk")[:MOST_SHOWN]
