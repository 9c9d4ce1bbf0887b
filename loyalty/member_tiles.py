"""Who goes up and down between tiers, and how many new customers come by a friend."""

from __future__ import annotations

from django.db.models import Q
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.dashboards import sales
from crm.dashboards.charts import bar_chart
from crm.dashboards.dashboard import Figure, Question, Table, edges, kept
from crm.dashboards.periods import Period
from crm.dashboards.tile_words import change_said, plainly, points_said, signed_number
from crm.measures.intervals import Share, Sum
from crm.rollups import reading
from crm.words.wording import number
from crm.worth.figures.shared import basis_said, share_said
from loyalty.models import Programme, Referral, ReferralTerms
from loyalty.programme_figures import MONTHS
from loyalty.rollups import TIER_MOVES
from loyalty.tiers import month_plus

FEWEST = 30


def tier_moves(programme: Programme, question: Question) -> Figure | None:
    """None while nobody has a tier."""
    first = month_plus(question.today, 1 - MONTHS)
    months = [month_plus(first, n) for n in range(MONTHS + 1)]
    found = reading.day_steps(TIER_MOVES.name, months)
    counts = {
        measure: [_moved(found, step, measure, programme) for step in range(MONTHS)]
        for measure in ("came", "up", "down")
    }
    if not any(map(sum, counts.values())):
        return None
    up, down = counts["up"], counts["down"]
    return Figure(
        slug="tier-moves",
        title=_("Up and down between tiers"),
        value=ngettext("%(count)s rise", "%(count)s rises", sum(up)) % {"count": number(sum(up))},
        small=ngettext("%(count)s descent", "%(count)s descents", sum(down)) % {"count": number(sum(down))},
        basis=_("in the last 12 months"),
        change=change_said(Sum.of_ones(up[-2]).against(Sum.of_ones(up[-3])), signed_number),
        chart=bar_chart(
            name=_("Members who went up and down, by month"),
            series=(up, down),
            labels=[formats.date_format(month, "M") for month in months[:-1]],
            say=plainly,
            legend=(_("up"), _("down")),
        )
        if sum(up) + sum(down) >= FEWEST
        else None,
        table=Table(
            head=(_("Month"), _("Up"), _("Down"), _("Reached their first tier")),
            rows=[
                (
                    formats.date_format(month, "YEAR_MONTH_FORMAT"),
                    *(number(counts[measure][step]) for measure in ("up", "down", "came")),
                )
                for step, month in enumerate(months[:-1])
            ],
        ),
        definition=(
            _("Each time a member reaches a higher tier or comes to a lower one, on any ladder."),
            _("The change compares the rises of the last whole month with those of the month before."),
        ),
    )


@kept
def came_by_a_friend(question: Question) -> Figure | None:
    """New customers who came by a referral, of all new customers. Nothing where nobody can be recommended."""
    if not ReferralTerms.objects.exists():
        return None
    now, before = _share(question.period), _share(question.period.previous)
    return Figure(
        title=_("New customers who came by a friend"),
        value=share_said(now) if now.of else _("nobody new"),
        basis=basis_said(now) if now.of else "",
        change=change_said(now.against(before), lambda value: points_said(value, now.of)),
        definition=(
            _("Customers whose first order lies in the period and who came by a member's recommendation."),
            _("Of all customers whose first order lies in it. Referrals that were refused do not count."),
        ),
    )


def _moved(found: reading.Steps, step: int, measure: str, programme: Programme) -> int:
    return found.get((step, measure, str(programme.pk)), reading.Amount()).count


def _share(period: Period) -> Share:
    since, until = edges([period])
    came = Referral.objects.filter(
        Q(refused_at=None), order__placed_at__gte=since, order__placed_at__lt=until, order__cancelled_at=None
    )
    return Share(came.count(), sum(sales.new_buyers([since, until])))
