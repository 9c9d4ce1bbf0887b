"""How figures of a night say their counts, shares and money."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from crm.dashboards.charts import DotChart, Dotted, dots
from crm.dashboards.tile_words import interval_said, plainly
from crm.measures.intervals import Interval, Share
from crm.words.wording import number, percent
from crm.worth.census import Count


def share_said(share: Share) -> str:
    """“12 %”; of fewer than thirty as the two counts."""
    return of_said(share) if share.is_few else percent(share.value, share.of)


def of_said(share: Share) -> str:
    return _("%(count)s of %(of)s") % {"count": number(share.count), "of": number(share.of)}


def basis_said(share: Share) -> str:
    if share.is_few:
        return _("fewer than 30: no share and no trend are shown")
    return _("95 %%: %(interval)s; %(count)s of %(of)s") % {
        "interval": interval_said(share),
        "count": number(share.count),
        "of": number(share.of),
    }


def dots_of(rows: Sequence[tuple[str, Share]], name: str) -> DotChart | None:
    """Shares beside one another, each with its interval; of the few, the two counts alone."""
    return dots(
        name=name,
        rows=[_dotted(label, share) for label, share in rows],
        say=plainly,
        legend=(_("share in per cent, with its interval"), ""),
        bounds=(0.0, 100.0),
    )


def _dotted(label: str, share: Share) -> Dotted:
    if share.is_few:
        return Dotted(label=label, words=share_said(share))
    its = Interval(100 * share.interval.low, 100 * share.interval.high)
    return Dotted(label=label, words=share_said(share), value=100 * share.value, interval=its)


def amount_in(rows: Sequence[Count], part: str, currency: str) -> Decimal:
    """What one sort brought, in one currency: never added up across."""
    found = (row.amount for row in rows if row.part == part and row.currency == currency)
    return sum(found, Decimal(0))


def to_come_in(rows: Sequence[Count], part: str, currency: str) -> Decimal | None:
    found = [
        row.to_come
        for row in rows
        if row.part == part and row.currency == currency and row.to_come is not None
    ]
    return sum(found, Decimal(0)) if found else None
