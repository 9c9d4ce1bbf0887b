"""About whom this reader may be told."""

from __future__ import annotations

from dataclasses import replace

from crm.colleagues import own_shops
from crm.dashboards.narrowing import Narrowed
from crm.models import Segment, User


def seen_by(reader: User, narrowed: Narrowed) -> Narrowed:
    """A segment of somebody else does not narrow; who sees some shops alone looks at one of them.

    `shop` stays None for such a reader where no shop is theirs: they are told nothing.
    """
    shops = own_shops.shops_seen_by(reader)
    if shops is not None and narrowed.shop not in shops:
        narrowed = replace(narrowed, shop=min(shops, default=None))
    if narrowed.segment and not Segment.objects.kept().seen_by(reader).filter(pk=narrowed.segment).exists():
        narrowed = replace(narrowed, segment=None)
    return narrowed
