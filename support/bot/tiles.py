"""The bot on the managers' dashboard."""

from __future__ import annotations

from django.utils.translation import gettext as _

from crm.dashboards.dashboard import Figure, Question, edges, kept
from crm.dashboards.periods import Period
from crm.dashboards.tile_words import change_said, interval_said, points_said, rate_said
from crm.words.wording import number
from support.bot import figures
from support.bot.figures import Figures
from support.models import BotConversation


@kept
def handled(question: Question) -> Figure | None:
    """Handled, and beside it confirmed: two figures, never one."""
    if not BotConversation.objects.exists():
        return None
    now, before = _counted(question.period), _counted(question.period.previous)
    its = now.handled_share
    counts = {"count": number(now.confirmed), "of": number(now.over)}
    return Figure(
        title=_("Handled by the bot"),
        value=_("the bot was not asked") if not its.of else _said(now),
        small=_("confirmed by the customer: %(count)s of %(of)s") % counts if its.of else "",
        basis=""
        if its.is_few
        else _("95 %%: %(interval)s; %(count)s of %(of)s")
        % {"interval": interval_said(its), "count": number(its.count), "of": number(its.of)},
        change=change_said(
            its.against(before.handled_share), lambda value: points_said(value, its.of), rise_is_good=True
        ),
        definition=(
            _(
                "Conversations that the bot answered and in which nobody wrote for a day, of those that are over."
            ),
            _("Confirmed are those in which the customer said that it helped: they are counted apart."),
            _("Answers of the bot never count as a first answer of ours."),
        ),
    )


def _said(now: Figures) -> str:
    its = now.handled_share
    if its.is_few:
        return _("%(count)s of %(of)s") % {"count": number(its.count), "of": number(its.of)}
    return rate_said(its)


def _counted(period: Period) -> Figures:
    since, until = edges([period])
    return figures.counted(since=since, until=until)
