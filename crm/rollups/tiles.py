"""Whether the figures of the dashboard may be believed, on the dashboard."""

from __future__ import annotations

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.dashboards.dashboard import Figure, Question
from crm.rollups import reconciling
from crm.words.wording import number


def figures_checked(question: Question) -> Figure | None:
    """“No differences”, as the latest night found it. Nothing before the first one."""
    latest = reconciling.latest()
    if latest is None:
        return None
    wrong = latest.wrong_count
    found = ngettext("%(count)s difference", "%(count)s differences", wrong) % {"count": number(wrong)}
    checked = ngettext(
        "%(count)s day looked through on %(when)s",
        "%(count)s days looked through on %(when)s",
        latest.days_count,
    ) % {
        "count": number(latest.days_count),
        "when": formats.date_format(timezone.localtime(latest.began_at), "SHORT_DATETIME_FORMAT"),
    }
    return Figure(
        title=_("Figures checked"),
        value=found if wrong else _("no differences"),
        basis=_("%(checked)s; all of them were put right") % {"checked": checked}
        if latest.repaired_at
        else checked,
        definition=(
            _("Every night each day is counted again from the orders, points and tickets themselves."),
            _("Where a figure differed, it is put right, and whoever runs the system is told."),
        ),
    )
