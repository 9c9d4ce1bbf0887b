"""The desk's first page: whom nobody has spoken to yet, and what the reader is asked among colleagues."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.colleagues.desk import ROWS, DeskList, Morning, Row
from crm.words.wording import near
from surveys.models import Recovery
from surveys.pages.closing_recoveries import SEES
from surveys.staff import asking


def unhappy(morning: Morning) -> DeskList | None:
    """The first due first."""
    if not morning.reader.has_perm(SEES):
        return None
    waiting = Recovery.objects.filter(contacted_at=None).select_related(
        "response__customer", "response__version__survey"
    )
    rows = [
        Row(
            text=str(one.response.customer or one),
            url=reverse("closing:recoveries"),
            more=str(one.response.version.survey),
            end=near(one.due_at, morning.at),
            mood="bad" if one.due_at < morning.at else "warn",
        )
        for one in waiting.order_by("due_at", "pk")[: ROWS + 1]
    ]
    return DeskList(
        title=_("Unhappy customers to speak to"),
        icon="phone",
        rows=rows[:ROWS],
        is_cut=len(rows) > ROWS,
        url=reverse("closing:recoveries"),
        empty=_("Nobody waits to be spoken to."),
    )


def asked_among_colleagues(morning: Morning) -> DeskList | None:
    """None: the reader is asked nothing."""
    asked = list(asking.waiting_for(morning.reader)[:ROWS])
    if not asked:
        return None
    page = reverse("staff-surveys:mine")
    return DeskList(
        title=_("You are asked"),
        icon="survey",
        rows=[
            Row(text=str(one.version.survey), url=page, end=_("Nobody sees who said what.")) for one in asked
        ],
        empty="",
        url=page,
    )
