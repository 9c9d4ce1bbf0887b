"""What the texts of several notices may speak of."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from crm.notices.base import Variable

SURVEY: Mapping[str, Variable] = {
    "survey.title": Variable(
        label=_("title of the survey"),
        samples={"ru": "Как прошла доставка?", "bg": "Как мина доставката?", "": "How was the delivery?"},
    ),
    "survey.link": Variable(
        label=_("link to the survey"), samples={"": "https://crm.example.com/s/i1f.Qb7c9k2mXw/"}
    ),
}
