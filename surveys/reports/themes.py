"""What people talk about, wherever they said it: how much feedback each theme has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count

from crm.dashboards.dashboard import edges
from crm.dashboards.periods import Period
from crm.measures.intervals import Share
from surveys.models import Feedback, Theme
from surveys.reports.narrowing import Narrowed

MOST = 12


@dataclass(frozen=True, kw_only=True)
class Talked:
    """`theme` None: it fits none."""

    theme: Theme | None
    share: Share
    before: Share


def counted(narrowed: Narrowed, *, period: Period) -> Sequence[Talked]:
    """The most talked about first, against the period before. Three questions to the database.

    Narrowed by survey, shop and language alone: of a review nobody knows the tier of who wrote it.
    """
    now, before = (_counts(narrowed, its) for its in (period, period.previous))
    of, of_before = sum(now.values()), sum(before.values())
    themes = Theme.objects.select_related("department").in_bulk([pk for pk in now if pk])
    talked = sorted(now, key=lambda pk: (-now[pk], pk or 0))
    return [
        Talked(
            theme=themes.get(pk) if pk else None,
            share=Share(now[pk], of),
            before=Share(before.get(pk, 0), of_before),
        )
        for pk in talked[:MOST]
    ]


def loudest(talked: Sequence[Talked]) -> Talked | None:
    """The theme that leads by more than chance: of it and of the next one, more than half (95 %) are about it."""
    themes = [one for one in talked if one.theme]
    counts = [one.share.count for one in themes[:2]]
    first_of_two = Share(counts[0] if counts else 0, sum(counts))
    return themes[0] if not first_of_two.is_few and first_of_two.interval.low > 0.5 else None


def _counts(narrowed: Narrowed, period: Period) -> dict[int | None, int]:
    since, until = edges([period])
    rows = Feedback.objects.filter(occurred_at__gte=since, occurred_at__lt=until)
    if narrowed.survey:
        rows = rows.filter(response__version__survey__slug=narrowed.survey)
    if narrowed.shop:
        rows = rows.filter(shop=narrowed.shop)
    if narrowed.language:
        rows = rows.filter(language=narrowed.language)
    return dict(rows.order_by().values_list("theme").annotate(count=Count("*")))
